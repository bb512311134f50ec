//go:build darwin || windows

package resolve

import (
	"context"
	"net"
)

// asPlatform has the system itself look the name up, if the question stays on
// this machine.
func (q *question) asPlatform(ctx context.Context) answer {
	if all := q.inHosts(); len(all) > 0 {
		return answer{found: all, why: "by " + hostsPath}
	}
	if !q.mayAsk() {
		return answer{guessed: true, why: "it does not stand in " + hostsPath + ", and the system was not asked: it would ask others on the Internet"}
	}
	return lookUp(ctx, net.DefaultResolver, q.host)
}
