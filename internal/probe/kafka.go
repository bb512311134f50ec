package probe

import (
	"encoding/binary"
	"fmt"

	"github.com/limenhq/limen"
)

// Kafka is asked which versions of its requests it knows: the one question
// that brokers answer to anyone, before a login too (Kafka protocol guide,
// ApiVersions v0). It does not tell its own version.
var Kafka = Probe{
	Name:     "kafka",
	Ports:    []uint16{9092, 9093, 9094, 19092, 29092},
	Programs: []string{"kafka", "cp-kafka", "cp-server", "redpanda", "kafka-native"},
	Speak: func(c *Conn) (limen.Service, bool) {
		const apiVersions, id = "\x00\x12", "limn"
		request := apiVersions + "\x00\x00" + id + "\x00\x05limen"
		c.Write(binary.BigEndian.AppendUint32(nil, uint32(len(request))))
		c.Send(request)
		size := octets{rest: c.Next(4)}
		length := size.number32(binary.BigEndian)
		if length < 10 || length > mostReply {
			return limen.Service{}, false
		}
		answer := octets{rest: c.Next(length)}
		if answer.text(4) != id || answer.number16(binary.BigEndian) != 0 {
			return limen.Service{}, false
		}
		count := answer.number32(binary.BigEndian)
		if count < 1 || len(answer.rest) != 6*count { // a key, the least and the most
			return limen.Service{}, false
		}
		return limen.Service{
			Protocol: "kafka", Confidence: limen.Exchanged,
			Evidence: c.Said("the answer to ApiVersions", fmt.Sprintf("%d kinds of requests", count)),
		}, true
	},
}
