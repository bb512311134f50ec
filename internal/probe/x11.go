package probe

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// X11 servers are met as by any client that knows no secret (X Window System
// Protocol §8, "Connection Setup"): they let it in, or say why not. A server
// that nobody else uses starts anew when the last client leaves.
var X11 = Probe{
	Name:     "x11",
	Ports:    []uint16{6000, 6001, 6002, 6003, 6010},
	Programs: []string{"xorg", "xvfb", "xwayland", "xephyr", "x", "xnest", "xquartz", "x11.bin", "vcxsrv", "xming", "xvnc", "xtigervnc"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("l\x00" + "\x0b\x00" + "\x00\x00" + "\x00\x00" + "\x00\x00" + "\x00\x00") // little end first, version 11.0, no secret
		head := octets{rest: c.Next(8)}
		answer, length := head.number(), head.number()
		major, minor := head.number16(binary.LittleEndian), head.number16(binary.LittleEndian)
		size := 4 * head.number16(binary.LittleEndian)
		if head.short || size > mostReply {
			return limen.Service{}, false
		}
		body := octets{rest: c.Next(size)}
		s := limen.Service{Protocol: "x11", Confidence: limen.Exchanged}
		switch {
		case body.rest == nil:
			return limen.Service{}, false
		case answer == x11Success && major == 11 && minor == 0:
			return welcomed(c, s, body)
		case answer == x11Failed && major == 11 && length <= size:
			reason := strings.TrimSpace(body.text(length))
			s.Evidence = c.Said("the answer to a client without a secret", reason)
			if strings.Contains(strings.ToLower(reason), "authoriz") {
				s.Authentication = limen.AuthenticationRequired
			}
			return s, reason != ""
		}
		return limen.Service{}, false
	},
}

// What a server says to a client that begins. (It may also ask for more, 2,
// which none does.)
const (
	x11Failed  = 0
	x11Success = 1
)

// welcomed reads what the server says of itself to those it lets in.
func welcomed(c *Conn, s limen.Service, body octets) (limen.Service, bool) {
	release := body.number32(binary.LittleEndian)
	body.take(12)
	length := body.number16(binary.LittleEndian)
	body.take(14)
	vendor := body.text(length)
	if body.short || vendor == "" {
		return limen.Service{}, false
	}
	s.Authentication = limen.AuthenticationNone
	s.Evidence = c.Said("the vendor and release it told", fmt.Sprintf("%s %d", vendor, release))
	if vendor == "The X.Org Foundation" {
		s.Product, s.Version = "X.Org", xorgVersion(release)
	}
	return s, true
}

// xorgVersion reads two digits each of a version, and one more in front
// (xorg-server, configure.ac, VENDOR_RELEASE). Since 21.1 the one in front is
// not written any more.
func xorgVersion(release int) string {
	first, second, third, fourth := release/10000000, release/100000%100, release/1000%100, release%1000
	switch {
	case first != 1:
		return ""
	case second >= 21:
		return fmt.Sprintf("%d.%d.%d", second, third, fourth)
	case fourth != 0:
		return fmt.Sprintf("1.%d.%d.%d", second, third, fourth)
	}
	return fmt.Sprintf("1.%d.%d", second, third)
}
