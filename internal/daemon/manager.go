package daemon

import (
	"net"
	"strings"
)

// A manager is who has started the daemon as a service, and wants to hear how it
// is: the path of its socket (sd_notify(3)). An empty one is told nothing.
type manager struct{ socket string }

// say tells one thing, such as "READY=1".
func (m manager) say(state string) {
	if m.socket == "" {
		return
	}
	name := m.socket
	if abstract, ok := strings.CutPrefix(name, "@"); ok {
		name = "\x00" + abstract // unix(7), "Abstract sockets"
	}
	c, err := net.Dial("unixgram", name)
	if err != nil {
		return // a manager that does not listen is none
	}
	defer c.Close()
	_, _ = c.Write([]byte(state)) // likewise
}
