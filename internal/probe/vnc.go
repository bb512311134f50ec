package probe

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// VNC servers greet with the version of RFB, and offer ways to log in once
// the client has named its own (RFC 6143 §7.1). None is chosen. It is asked
// on one connection: some block an address after five without a login.
var VNC = Probe{
	Name:  "vnc",
	Ports: []uint16{5900, 5901, 5902, 5903},
	Programs: []string{
		"xvnc", "xtigervnc", "tigervncserver", "x0vncserver", "x0tigervncserver", "x11vnc", "vino-server", "wayvnc",
		"krfb", "tvnserver", "winvnc", "screensharingd", "xtightvnc", "vncserver", "vncserver-x11-core", "turbovnc",
	},
	Greets: func(first []byte) bool { return rfbVersion.Match(first) },
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.Next(12)
		m := rfbVersion.FindSubmatch(greeting)
		if m == nil {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "vnc", Confidence: limen.Told, Evidence: c.Said("its greeting", strings.TrimSpace(string(greeting)))}
		if string(m[1]) == "003.889" { // of macOS, which otherwise is 3.8
			s.Product = "macOS Screen Sharing"
		}
		if string(m[1]) == "003.003" { // of this version, the server decides (RFC 6143 appendix A)
			c.Write(greeting)
			if kind := c.Next(4); kind != nil && bytes.HasPrefix(kind, []byte{0, 0, 0}) && kind[3] <= rfbPassword {
				return rfbOffered(s, kind[3:])
			}
			return s, true
		}
		c.Send("RFB 003.008\n")
		if count := c.Next(1); count != nil && count[0] > 0 {
			if kinds := c.Next(int(count[0])); kinds != nil {
				return rfbOffered(s, kinds)
			}
		}
		return s, true // it may say why it offers none
	},
}

// Ways to log in (RFC 6143 §7.2).
const (
	rfbNone     = 1
	rfbPassword = 2
)

var rfbVersion = newPattern(`^RFB (00[345]\.\d{3})\n`)

// rfbOffered adds what the server offers as ways to log in.
func rfbOffered(s limen.Service, kinds []byte) (limen.Service, bool) {
	s.Confidence, s.Authentication = limen.Exchanged, limen.AuthenticationRequired
	if bytes.IndexByte(kinds, rfbNone) >= 0 {
		s.Authentication = limen.AuthenticationNone
	}
	if bytes.IndexByte(kinds, 0) >= 0 { // it refuses
		s.Authentication = limen.AuthenticationUnknown
	}
	s.Evidence = append(s.Evidence, limen.Evidence{What: quote(fmt.Sprint(kinds)), From: "the ways to log in that it offers"})
	return s, true
}
