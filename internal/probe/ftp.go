package probe

import (
	"bytes"

	"github.com/limenhq/limen"
)

// FTP servers greet, and answer SYST with the system or by asking for a login
// (RFC 959 §4.1.3). SMTP greets with the same number, and knows no SYST.
var FTP = Probe{
	Name:     "ftp",
	Ports:    []uint16{21, 990, 2121},
	Programs: []string{"vsftpd", "proftpd", "pure-ftpd", "pureftpd", "pyftpdlib", "ftpd", "filezilla-server", "bftpd", "sftpgo"},
	Greets: func(first []byte) bool {
		return (bytes.HasPrefix(first, []byte("220 ")) || bytes.HasPrefix(first, []byte("220-"))) && !saysSMTP(first)
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.numbered()
		if greeting.code != "220" {
			return limen.Service{}, false
		}
		c.Send("SYST\r\n")
		system := c.numbered()
		s := limen.Service{Protocol: "ftp", Confidence: limen.Exchanged}
		s.Evidence = append(c.Said("its greeting", "220 "+greeting.text()), c.Said("the answer to SYST", system.code+" "+system.text())...)
		switch system.code {
		case "215":
		case "530":
			s.Authentication = limen.AuthenticationRequired
		default:
			return limen.Service{}, false
		}
		for _, line := range greeting.lines {
			if product, version := signed(line, ftpProducts); product != "" {
				s.Product, s.Version = product, version
			}
		}
		c.Send("QUIT\r\n")
		c.numbered()
		return s, true
	},
}

var ftpProducts = []signature{
	{"vsftpd", newPattern(`^\(vsFTPd (\d+\.\d+\.\d+)\)$`)},
	{"ProFTPD", newPattern(`^ProFTPD (?:(\d+\.\d+\.\d+[a-z]?(?:rc\d+)?) )?Server `)},
	{"Pure-FTPd", newPattern(`Welcome to Pure-FTPd `)},
	{"FileZilla Server", newPattern(`^FileZilla Server (?:version )?(\d+\.\d+\.\d+)`)},
	{"pyftpdlib", newPattern(`^pyftpdlib (\d+\.\d+\.\d+) ready\.$`)},
	{"Microsoft FTP Service", newPattern(`^Microsoft FTP Service$`)},
}
