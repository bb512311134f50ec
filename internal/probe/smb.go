package probe

import (
	"encoding/binary"
	"fmt"

	"github.com/limenhq/limen"
)

// SMB is asked which of its versions it speaks ([MS-SMB2] §2.2.3). A session
// would have to be set up to see more, which is a login, and logged as one.
var SMB = Probe{
	Name:     "smb",
	Ports:    []uint16{445, 1445},
	Programs: []string{"smbd", "samba", "ksmbd", "ksmbd.mountd"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send(smbNegotiate)
		size := octets{rest: c.Next(4)}
		length := size.number32(binary.BigEndian)
		if length < 64+8 || length > mostReply {
			return limen.Service{}, false
		}
		m := octets{rest: c.Next(length)}
		if m.text(6) != smbMagic+"\x40\x00" {
			return limen.Service{}, false
		}
		m.take(2)
		status, command := m.number32(binary.LittleEndian), m.number16(binary.LittleEndian)
		m.take(2)
		flags := m.number32(binary.LittleEndian)
		m.take(64 - 20)
		body, mode, dialect := m.number16(binary.LittleEndian), m.number16(binary.LittleEndian), m.number16(binary.LittleEndian)
		version, known := smbDialects[dialect]
		if status != 0 || command != 0 || flags&1 == 0 || body != 65 || !known {
			return limen.Service{}, false
		}
		return limen.Service{
			Protocol: "smb", Confidence: limen.Exchanged,
			Evidence: c.Said("the answer to a negotiation", fmt.Sprintf("SMB %s, %s", version, smbSigning[mode&3])),
		}, true
	},
}

const smbMagic = "\xfeSMB"

// smbNegotiate is an SMB2 NEGOTIATE for the versions that need no contexts.
const smbNegotiate = "\x00\x00\x00\x6c" + // 108 bytes, directly over TCP ([MS-SMB2] §2.1)
	smbMagic + "\x40\x00" + "\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00" + "\x01\x00" + // its length, no credit charge, command 0, one credit
	"\x00\x00\x00\x00" + "\x00\x00\x00\x00" + zeros8 + zeros8 + zeros8 + zeros8 + zeros8 + // flags, no next, message 0, no process or tree, no session, no signature
	"\x24\x00" + "\x04\x00" + "\x01\x00" + "\x00\x00" + "\x00\x00\x00\x00" + // 36, four versions, signing allowed
	"limen-limen-lime" + zeros8 + // the client's number, no contexts
	"\x02\x02\x10\x02\x00\x03\x02\x03"

const zeros8 = "\x00\x00\x00\x00\x00\x00\x00\x00"

var smbDialects = map[int]string{0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2"}

// smbSigning is what SecurityMode says: may be signed, must be signed.
var smbSigning = [4]string{"no signing", "signing allowed", "signing required", "signing required"}
