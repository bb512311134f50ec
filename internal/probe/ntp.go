package probe

import (
	"encoding/binary"
	"fmt"

	"github.com/limenhq/limen"
)

// NTP asks for the time as a client does. The server must give back the moment
// at which we say we asked (RFC 5905 §7.3, origin timestamp): here a number
// that means nothing.
var NTP = Probe{
	Name:      "ntp",
	Transport: limen.UDP,
	Ports:     []uint16{123},
	Programs:  []string{"ntpd", "chronyd", "ntpsec", "openntpd", "systemd-timesyncd", "w32time"},
	Speak: func(c *Conn) (limen.Service, bool) {
		const moment = 0x6c696d656e6c696d
		ask := make([]byte, 48)
		ask[0] = 4<<3 | 3 // version 4, mode 3: client
		binary.BigEndian.PutUint64(ask[40:], moment)
		answer := c.Ask(string(ask))
		if len(answer) < 48 || answer[0]&7 != 4 || binary.BigEndian.Uint64(answer[24:]) != moment {
			return limen.Service{}, false
		}
		return limen.Service{
			Protocol: "ntp", Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
			Evidence: c.Said("the answer to a client's request", fmt.Sprintf("version %d, stratum %d", answer[0]>>3&7, answer[1])),
		}, true
	},
}
