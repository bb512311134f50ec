package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// POP3 servers greet with +OK, and say what they can do before anyone has
// logged in (RFC 1939 §4, RFC 2449 §5). Until then there is nothing else.
var POP3 = Probe{
	Name:     "pop3",
	Ports:    []uint16{110, 995, 1110, 3110},
	Programs: []string{"dovecot", "pop3-login", "popa3d", "qpopper", "courier-pop", "greenmail"},
	Greets:   func(first []byte) bool { return bytes.HasPrefix(first, []byte("+OK")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.Line()
		if !strings.HasPrefix(greeting, "+OK") {
			return limen.Service{}, false
		}
		c.Send("CAPA\r\n")
		answer := c.Line()
		s := limen.Service{Protocol: "pop3", Confidence: limen.Exchanged, Authentication: limen.AuthenticationRequired}
		s.Evidence = append(c.Said("its greeting", greeting), c.Said("the answer to CAPA", answer)...)
		s.Product, s.Version = signed(greeting, pop3Products)
		switch {
		case strings.HasPrefix(answer, "-ERR"): // older than the question
		case strings.HasPrefix(answer, "+OK"):
			for line := c.Line(); line != "."; line = c.Line() {
				if c.Err() != nil {
					return limen.Service{}, false
				}
			}
		default:
			return limen.Service{}, false
		}
		c.Send("QUIT\r\n")
		if !strings.HasPrefix(c.Line(), "+OK") {
			return limen.Service{}, false
		}
		return s, true
	},
}

var pop3Products = []signature{
	{"Dovecot", newPattern(`^\+OK (?:\[[^\]]*\] )?Dovecot(?: \(\w+\))? ready\.`)},
	{"Qpopper", newPattern(`^\+OK Qpopper \(version (\d+\.\d+[\w.]{0,16})\)`)},
	{"Cyrus POP3", newPattern(` Cyrus POP3 v?(\d+\.\d+\.\d+)`)},
}
