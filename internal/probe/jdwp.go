package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// JDWP is how debuggers talk to a Java machine. Both sides say the same
// fourteen bytes (Java Debug Wire Protocol, "Handshake"). It serves one
// debugger at a time, and a machine that waits for its debugger would start
// to run when that leaves, so it is asked only where the command line says
// that it runs already.
var JDWP = Probe{
	Name: "jdwp",
	Claims: func(t Target) Claim {
		for _, args := range commands(t) {
			for _, arg := range args {
				if waits, ok := jdwpAgent(arg, t.Endpoint.Addr.Port()); ok && waits {
					return Spared
				} else if ok {
					return Claimed
				}
			}
		}
		return Unclaimed
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		const handshake = "JDWP-Handshake"
		c.Send(handshake)
		if got := c.Next(len(handshake)); string(got) != handshake {
			return limen.Service{}, false
		}
		return limen.Service{
			Protocol: "jdwp", Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
			Evidence: c.Said("the answer to the handshake", handshake),
		}, true
	},
}

// jdwpAgent reads an argument that loads the debugging agent, and reports
// whether the agent is at port, and whether the machine waits for a debugger.
// It does unless told not to (Java Platform Debugger Architecture, "Connection
// and Invocation Details": suspend is y by default).
func jdwpAgent(arg string, port uint16) (waits, ok bool) {
	options, ok := strings.CutPrefix(arg, "-agentlib:jdwp=")
	if !ok {
		options, ok = strings.CutPrefix(arg, "-Xrunjdwp:")
	}
	waits = true
	here := false
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "suspend":
			waits = value != "n"
		case "address":
			here = listensAt(value, port)
		}
	}
	return waits, ok && here
}
