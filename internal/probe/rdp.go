package probe

import (
	"encoding/binary"

	"github.com/limenhq/limen"
)

// RDP servers confirm a connection in X.224, and choose how it is secured
// ([MS-RDPBCGR] §2.2.1.1, §2.2.1.2). Nobody is named in the request.
var RDP = Probe{
	Name:     "rdp",
	Ports:    []uint16{3389, 3390},
	Programs: []string{"xrdp", "gnome-remote-desktop-daemon", "termservice", "krdpserver"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("\x03\x00\x00\x13" + // TPKT (RFC 1006 §6): 19 bytes
			"\x0e\xe0\x00\x00\x00\x00\x00" + // X.224 connection request
			"\x01\x00\x08\x00\x03\x00\x00\x00") // RDP_NEG_REQ: TLS or CredSSP
		header := octets{rest: c.Next(4)}
		if header.number16(binary.BigEndian) != 0x0300 {
			return limen.Service{}, false
		}
		size := header.number16(binary.BigEndian)
		if size != 11 && size != 19 {
			return limen.Service{}, false
		}
		confirm := octets{rest: c.Next(size - 4)}
		if length, code := confirm.number(), confirm.number()&0xf0; length != size-5 || code != 0xd0 || confirm.number16(binary.BigEndian) != 0 {
			return limen.Service{}, false // it answers no request with the reference 0
		}
		s := limen.Service{Protocol: "rdp", Confidence: limen.Exchanged}
		confirm.take(3)
		if size == 11 { // older than the choice
			s.Evidence = c.Said("the answer to a connection request", "confirmed")
			return s, true
		}
		kind := confirm.number()
		confirm.take(3)
		answer, known := rdpAnswers[rdpAnswer{kind, confirm.number32(binary.LittleEndian)}]
		if !known {
			return limen.Service{}, false
		}
		s.Authentication = answer.authentication
		s.Evidence = c.Said("the answer to a connection request", answer.says)
		return s, true
	},
}

// An rdpAnswer is RDP_NEG_RSP, of kind 2, with what was chosen, or
// RDP_NEG_FAILURE, of kind 3, with the reason.
type rdpAnswer struct{ kind, value int }

var rdpAnswers = map[rdpAnswer]struct {
	says           string
	authentication limen.Authentication
}{
	{2, 0}: {"it chose its own security", limen.AuthenticationUnknown},
	{2, 1}: {"it chose TLS", limen.AuthenticationUnknown},
	{2, 2}: {"it chose CredSSP: a login comes first", limen.AuthenticationRequired},
	{3, 1}: {"it demands TLS", limen.AuthenticationUnknown},
	{3, 2}: {"it allows no TLS", limen.AuthenticationUnknown},
	{3, 3}: {"it has no certificate", limen.AuthenticationUnknown},
	{3, 4}: {"its flags disagree", limen.AuthenticationUnknown},
	{3, 5}: {"it demands CredSSP", limen.AuthenticationRequired},
	{3, 6}: {"it demands TLS with a certificate of the client", limen.AuthenticationRequired},
}
