package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// SMTP servers greet, and say to EHLO what they can do (RFC 5321 §4.1.1.1). It
// is then left in the way it wants. Whether it takes mail from strangers would
// be seen only by sending some.
var SMTP = Probe{
	Name:  "smtp",
	Ports: []uint16{25, 465, 587, 1025, 2525, 8025},
	Programs: []string{
		"postfix", "master", "smtpd", "exim", "exim4", "sendmail", "sendmail-mta", "opensmtpd", "aiosmtpd", "mailhog",
		"mailpit", "haraka", "maildev", "mailcatcher", "smtp4dev", "inbucket", "greenmail", "stalwart-mail", "maddy",
	},
	Greets: func(first []byte) bool {
		return bytes.HasPrefix(first, []byte("220 ")) || bytes.HasPrefix(first, []byte("220-"))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.numbered()
		if greeting.code != "220" {
			return limen.Service{}, false
		}
		c.Send("EHLO limen\r\n")
		can := c.numbered()
		s := limen.Service{Protocol: "smtp", Confidence: limen.Exchanged}
		s.Evidence = c.Said("its greeting", "220 "+greeting.text())
		switch {
		case can.code == "250":
			s.Evidence = append(s.Evidence, c.Said("the answer to EHLO", "250 "+can.text())...)
		case can.code == "530": // "Must issue a STARTTLS command first" (RFC 3207 §4), or authentication required
			s.Authentication = limen.AuthenticationRequired
			s.Evidence = append(s.Evidence, c.Said("the answer to EHLO", "530 "+can.text())...)
		default:
			return limen.Service{}, false
		}
		s.Product, s.Version = signed(greeting.text(), smtpProducts)
		c.Send("QUIT\r\n")
		c.numbered() // or it would log that it lost us
		return s, true
	},
}

// saysSMTP reports whether a greeting names the protocol, as it should: RFC
// 5321 §4.3.1 has only the name of the host, and all write more.
func saysSMTP(first []byte) bool { return strings.Contains(strings.ToUpper(string(first)), "SMTP") }

// smtpProducts are greetings, after the name of the host that each begins with.
var smtpProducts = []signature{
	{"Postfix", newPattern(` ESMTP Postfix(?: \(.*\))?$`)},
	{"Exim", newPattern(` ESMTP Exim (\d+\.\d+(?:\.\d+)?) `)},
	{"Sendmail", newPattern(` ESMTP Sendmail (\d+\.\d+\.\d+)/`)},
	{"OpenSMTPD", newPattern(` ESMTP OpenSMTPD$`)},
	{"aiosmtpd", newPattern(` Python SMTP (\d+\.\d+(?:\.\d+)?(?:[ab]\d+)?)$`)},
	{"MailHog", newPattern(` ESMTP MailHog$`)},
	{"Mailpit", newPattern(` Mailpit ESMTP Service ready$`)},
	{"Haraka", newPattern(` ESMTP Haraka(?:/| )(\d+\.\d+\.\d+) `)},
	{"Microsoft SMTP", newPattern(` Microsoft ESMTP MAIL Service`)},
	{"Dovecot", newPattern(` Dovecot(?: \(\w+\))? ready\.$`)},
}
