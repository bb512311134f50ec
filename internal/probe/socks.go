package probe

import (
	"fmt"

	"github.com/limenhq/limen"
)

// SOCKS proxies are offered to go without a login (RFC 1928 §3), and if they
// agree, are asked for a command that there is not, so that nothing is
// connected to: the reply to that proves them.
var SOCKS = Probe{
	Name:     "socks5",
	Ports:    []uint16{1080, 1081, 7891, 9050, 9150, 10808},
	Programs: []string{"microsocks", "danted", "sockd", "tor", "3proxy", "ss-local", "sslocal", "gost", "hev-socks5-server"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("\x05\x01\x00")
		choice := c.Next(2)
		if choice == nil || choice[0] != 5 || choice[1] != 0 && choice[1] != 0xff {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "socks5", Confidence: limen.Exchanged}
		if choice[1] == 0xff {
			s.Authentication = limen.AuthenticationRequired
			s.Evidence = c.Said("the answer to going without a login", "no acceptable method")
			return s, true
		}
		c.Send("\x05\x00\x00\x01" + "\x00\x00\x00\x00" + "\x00\x00") // command 0 for 0.0.0.0:0
		reply := c.Next(4)
		if reply == nil || reply[0] != 5 || reply[1] == 0 || reply[1] > 8 || reply[2] != 0 {
			return limen.Service{}, false
		}
		s.Authentication = limen.AuthenticationNone
		s.Evidence = c.Said("the reply to a command that there is not", fmt.Sprintf("%d", reply[1]))
		return s, true
	},
}
