package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// IMAP servers greet: OK to those who have to log in, PREAUTH to those who
// have not (RFC 9051 §7.1). They say to anyone what they can do, and many what
// they are (RFC 2971).
var IMAP = Probe{
	Name:     "imap",
	Ports:    []uint16{143, 993, 1143, 3143},
	Programs: []string{"dovecot", "imap-login", "imapd", "cyrus", "cyrus-imapd", "courier-imap", "couriertcpd", "greenmail", "stalwart-mail", "maddy"},
	Greets: func(first []byte) bool {
		return bytes.HasPrefix(first, []byte("* OK")) || bytes.HasPrefix(first, []byte("* PREAUTH"))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.Line()
		s := limen.Service{Protocol: "imap", Confidence: limen.Exchanged, Evidence: c.Said("its greeting", greeting)}
		switch {
		case strings.HasPrefix(greeting, "* OK"):
			s.Authentication = limen.AuthenticationRequired
		case strings.HasPrefix(greeting, "* PREAUTH"):
			s.Authentication = limen.AuthenticationNone
		default:
			return limen.Service{}, false
		}
		can, ok := askIMAP(c, "l1", "CAPABILITY")
		if !ok || !strings.HasPrefix(can, "CAPABILITY IMAP4") {
			return limen.Service{}, false
		}
		s.Evidence = append(s.Evidence, c.Said("the answer to CAPABILITY", can)...)
		if strings.Contains(can+" ", " ID ") {
			if is, ok := askIMAP(c, "l2", "ID NIL"); ok && is != "" {
				s.Product, s.Version = imapProduct(is)
				s.Evidence = append(s.Evidence, c.Said("the answer to ID", is)...)
			}
		}
		if s.Product == "" {
			s.Product, s.Version = signed(greeting, imapProducts)
		}
		askIMAP(c, "l3", "LOGOUT")
		return s, true
	},
}

// askIMAP sends a command, and returns what the server said of the same name
// and whether it said that all is well.
func askIMAP(c *Conn, tag, command string) (said string, ok bool) {
	c.Send(tag + " " + command + "\r\n")
	word, _, _ := strings.Cut(command, " ")
	for range 32 {
		line := c.Line()
		if rest, mine := strings.CutPrefix(line, tag+" "); mine || c.Err() != nil {
			return said, strings.HasPrefix(rest, "OK")
		}
		if rest, mine := strings.CutPrefix(line, "* "); mine && strings.HasPrefix(rest, word+" ") {
			said = rest
		}
	}
	return said, false
}

// imapField is a pair of the list that answers ID. A quote cannot be in them.
var imapField = newPattern(`(?i)"(name|version)" "([ -!#-~]{1,64})"`)

// imapProduct returns what the answer to ID tells.
func imapProduct(is string) (product, version string) {
	for _, m := range imapField.FindAllStringSubmatch(is, -1) {
		if strings.EqualFold(m[1], "name") {
			product = m[2]
		} else {
			version = m[2]
		}
	}
	return product, version
}

var imapProducts = []signature{
	{"Dovecot", newPattern(` Dovecot(?: \(\w+\))? ready\.$`)},
	{"Cyrus IMAP", newPattern(` Cyrus IMAP v?(\d+\.\d+\.\d+)`)},
	{"Courier", newPattern(` Courier-IMAP ready\.`)},
}
