package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// Redis speaks RESP, of Redis, Valkey, KeyDB and Dragonfly. PING is answered
// by +PONG, or by -NOAUTH when the server wants a password first.
var Redis = Probe{
	Name:     "redis",
	Ports:    []uint16{6379, 6380, 16379},
	Programs: []string{"redis", "redis-server", "valkey", "valkey-server", "keydb", "keydb-server", "dragonfly", "redis-sentinel"},
	Complains: func(reply []byte) bool {
		// Redis takes "Host:" for an attack from a browser and closes at
		// once; versions before 3.2.7 complain of each line.
		return bytes.HasPrefix(reply, []byte("-ERR "))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("PING\r\n")
		pong := c.Line()
		s := limen.Service{Protocol: "redis", Confidence: limen.Exchanged, Evidence: c.Said("the answer to PING", pong)}
		switch {
		case pong == "+PONG":
			s.Authentication = limen.AuthenticationNone
		case strings.HasPrefix(pong, "-NOAUTH "):
			s.Authentication = limen.AuthenticationRequired
			return s, true
		case strings.HasPrefix(pong, "-DENIED Redis is running in protected mode"):
			s.Product = "Redis"
			return s, true
		default:
			return limen.Service{}, false
		}
		c.Send("INFO server\r\n")
		for line := c.Line(); line != ""; line = c.Line() {
			name, value, _ := strings.Cut(line, ":")
			if p, ok := redisProducts[name]; ok {
				s.Product, s.Version = p, value
				s.Evidence = append(s.Evidence, c.Said("the answer to INFO server", line)...)
			}
		}
		return s, true
	},
}

// redisProducts tells products by the field of INFO that holds their version.
// Forks keep redis_version for old clients, and put their own after it.
var redisProducts = map[string]string{
	"redis_version":     "Redis",
	"valkey_version":    "Valkey",
	"dragonfly_version": "Dragonfly",
}
