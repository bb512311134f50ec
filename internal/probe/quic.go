package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// QUIC asks for a version that is kept free for such questions: a server names
// those it speaks, and keeps nothing of us (RFC 9000 §6.1, RFC 8999 §6).
var QUIC = Probe{
	Name:      "quic",
	Transport: limen.UDP,
	Ports:     []uint16{443, 8443, 4433, 784, 853},
	Programs:  []string{"caddy", "nginx", "h2o", "haproxy", "traefik", "cloudflared"},
	Speak: func(c *Conn) (limen.Service, bool) {
		const (
			forced      = 0x1a2a3a4a // 0x?a?a?a?a: reserved (RFC 9000 §15)
			theirs, our = "limen-to", "limenfro"
		)
		ask := []byte{0xc0} // a long header
		ask = binary.BigEndian.AppendUint32(ask, forced)
		ask = append(append(ask, byte(len(theirs))), theirs...)
		ask = append(append(ask, byte(len(our))), our...)
		ask = append(ask, make([]byte, 1200-len(ask))...) // shorter ones may be dropped (RFC 9000 §14.1)
		answer := c.Ask(string(ask))
		// A Version Negotiation packet: a long header, version 0, and both
		// names of the connection in exchanged roles.
		if len(answer) < 5 || answer[0]&0x80 == 0 || binary.BigEndian.Uint32(answer[1:]) != 0 {
			return limen.Service{}, false
		}
		rest, ok := bytes.CutPrefix(answer[5:], []byte("\x08"+our+"\x08"+theirs))
		if !ok || len(rest) < 4 {
			return limen.Service{}, false
		}
		var versions []string
		for ; len(rest) >= 4 && len(versions) < 16; rest = rest[4:] {
			versions = append(versions, fmt.Sprintf("0x%08x", binary.BigEndian.Uint32(rest)))
		}
		return limen.Service{
			Protocol: "quic", Confidence: limen.Exchanged,
			Evidence: c.Said("the versions of QUIC it speaks", strings.Join(versions, " ")),
		}, true
	},
}
