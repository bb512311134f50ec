package probe

import (
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// STUN asks a server from where it sees us: a Binding request without
// attributes (RFC 8489 §6).
var STUN = Probe{
	Name:      "stun",
	Transport: limen.UDP,
	Ports:     []uint16{3478, 5349, 19302},
	Programs:  []string{"turnserver", "coturn", "eturnal", "stunserver", "stund", "pion"},
	Speak: func(c *Conn) (limen.Service, bool) {
		const (
			binding = 0x0001
			success = 0x0101
			cookie  = 0x2112a442
			name    = "limen-limen-" // of the transaction: twelve bytes
		)
		ask := binary.BigEndian.AppendUint16(nil, binding)
		ask = binary.BigEndian.AppendUint16(ask, 0) // no attributes
		ask = binary.BigEndian.AppendUint32(ask, cookie)
		answer := c.Ask(string(ask) + name)
		if len(answer) < 20 || binary.BigEndian.Uint16(answer) != success ||
			binary.BigEndian.Uint32(answer[4:]) != cookie || string(answer[8:20]) != name {
			return limen.Service{}, false
		}
		s := limen.Service{
			Protocol: "stun", Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
			Evidence: c.Said("the answer to a Binding request", "a success response with our transaction"),
		}
		software := stunSoftware(answer[20:])
		if m := coturn.FindStringSubmatch(software); m != nil {
			s.Product, s.Version = "coturn", m[1]
		}
		if software != "" {
			s.Evidence = append(s.Evidence, c.Said("its SOFTWARE attribute", software)...)
		}
		return s, true
	},
}

var coturn = newPattern(`^[Cc]oturn-(\d[\w.]*)`)

// stunSoftware returns the attribute SOFTWARE (RFC 8489 §14.14) of attributes,
// or nothing.
func stunSoftware(attributes []byte) string {
	for len(attributes) >= 4 {
		kind, size := binary.BigEndian.Uint16(attributes), int(binary.BigEndian.Uint16(attributes[2:]))
		value := attributes[4:]
		if size > len(value) {
			return ""
		}
		if kind == 0x8022 {
			return strings.ToValidUTF8(string(value[:size]), "\ufffd")
		}
		attributes = value[min((size+3)&^3, len(value)):] // padded to four bytes
	}
	return ""
}
