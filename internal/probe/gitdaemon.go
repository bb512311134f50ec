package probe

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Git is asked for a repository that cannot be: a name with a component ".."
// is refused before anything is looked for (git, daemon.c, path_ok). The
// answer is an error in a packet (gitprotocol-pack, "pkt-line Format").
var Git = Probe{
	Name:     "git",
	Ports:    []uint16{9418},
	Programs: []string{"git-daemon", "git"},
	Speak: func(c *Conn) (limen.Service, bool) {
		request := "git-upload-pack /../limen\x00host=localhost\x00"
		c.Send(fmt.Sprintf("%04x", 4+len(request)) + request)
		size, err := strconv.ParseUint(string(c.Next(4)), 16, 16)
		if err != nil || size < 8 || size > mostLine {
			return limen.Service{}, false
		}
		answer, ok := strings.CutPrefix(string(c.Next(int(size)-4)), "ERR ")
		if !ok {
			return limen.Service{}, false
		}
		return limen.Service{Protocol: "git", Confidence: limen.Exchanged, Evidence: c.Said("the answer to a path that cannot be", answer)}, true
	},
}
