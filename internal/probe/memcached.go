package probe

import (
	"bytes"

	"github.com/limenhq/limen"
)

// Memcached tells its version to those who ask for it (memcached, "Protocol").
// Where it asks strangers who they are, it answers nothing else.
var Memcached = Probe{
	Name:     "memcached",
	Ports:    []uint16{11211, 11212},
	Programs: []string{"memcached"},
	Complains: func(reply []byte) bool {
		return bytes.HasPrefix(reply, []byte("ERROR\r\n")) || bytes.HasPrefix(reply, []byte(memcachedStranger))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("version\r\n")
		line := c.Line()
		s := limen.Service{Protocol: "memcached", Confidence: limen.Exchanged, Evidence: c.Said("the answer to version", line)}
		if line == memcachedStranger {
			s.Authentication = limen.AuthenticationRequired
			return s, true
		}
		m := memcachedVersion.FindStringSubmatch(line)
		if m == nil {
			return limen.Service{}, false
		}
		c.Send("quit\r\n")
		s.Product, s.Version, s.Authentication = "memcached", m[1], limen.AuthenticationNone
		return s, true
	},
}

const memcachedStranger = "CLIENT_ERROR unauthenticated"

var memcachedVersion = newPattern(`^VERSION (\d+\.\d+\.[\w.+-]{1,32})$`)
