package probe

import (
	"bytes"

	"github.com/limenhq/limen"
)

// Telnet servers begin with what they would like to agree on, and answer a
// mark in their own time (RFC 854, RFC 860): "do the timing mark" is agreed to
// or refused, and means nothing else.
var Telnet = Probe{
	Name:     "telnet",
	Ports:    []uint16{23, 992, 2323},
	Programs: []string{"telnetd", "in.telnetd", "utelnetd", "inetutils-telnetd", "telnetd-ssl"},
	Greets:   func(first []byte) bool { return telnetWishes(first) > 0 },
	Speak: func(c *Conn) (limen.Service, bool) {
		said := c.Reply()
		if telnetWishes(said) == 0 {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "telnet", Confidence: limen.Told, Evidence: c.Said("what it would like to agree on", string(said))}
		c.Send("\xff\xfd\x06") // IAC DO TIMING-MARK
		for range 8 {
			if bytes.Contains(said, []byte("\xff\xfb\x06")) || bytes.Contains(said, []byte("\xff\xfc\x06")) {
				s.Confidence = limen.Exchanged
				s.Evidence = append(s.Evidence, limen.Evidence{What: "answered", From: "the answer to a timing mark"})
			}
			if endsInLogin(said) {
				s.Authentication = limen.AuthenticationRequired
			}
			if s.Confidence == limen.Exchanged || c.Err() != nil {
				break
			}
			said = append(said, c.Reply()...)
		}
		return s, true
	},
}

// telnetWishes returns how many wishes text begins with: IAC (255), WILL, WONT,
// DO or DONT (251 to 254), and an option that has a number at IANA.
func telnetWishes(text []byte) (count int) {
	for len(text) >= 3 && text[0] == 255 && text[1] >= 251 && text[1] <= 254 && text[2] <= 49 {
		count++
		text = text[3:]
	}
	return count
}

// endsInLogin reports whether text ends by asking who is there.
func endsInLogin(text []byte) bool {
	text = bytes.ToLower(bytes.TrimRight(text, " \x00"))
	return bytes.HasSuffix(text, []byte("login:")) || bytes.HasSuffix(text, []byte("password:")) || bytes.HasSuffix(text, []byte("username:"))
}
