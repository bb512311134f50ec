package probe

import (
	"errors"

	"github.com/limenhq/limen"
)

// MQTT servers answer nothing before CONNECT. One without a name, of a session
// that is forgotten at once, is the least that can be asked (MQTT 3.1.1 §3.1).
// Who is let in so may read what the server publishes of itself under $SYS;
// nothing is published and nothing kept.
var MQTT = Probe{
	Name:  "mqtt",
	Ports: []uint16{1883, 8883},
	Programs: []string{
		"mosquitto", "eclipse-mosquitto", "emqx", "vernemq", "hivemq", "hivemq4", "nanomq", "aedes", "mochi", "rmqtt",
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		// Remaining length, protocol name, level 4, clean session, keep
		// alive of ten seconds, an empty client identifier.
		c.Send("\x10\x0c" + "\x00\x04MQTT" + "\x04\x02\x00\x0a" + "\x00\x00")
		answer := c.Next(4)
		if answer == nil || answer[0] != mqttConnack || answer[1] != 2 || answer[2] > 1 || int(answer[3]) >= len(mqttAnswers) {
			return limen.Service{}, false
		}
		said := mqttAnswers[answer[3]]
		s := limen.Service{
			Protocol: "mqtt", Authentication: said.authentication, Confidence: limen.Exchanged,
			Evidence: []limen.Evidence{{What: said.says, From: "the answer to CONNECT without a name"}},
		}
		if answer[3] == 0 {
			if told := askMQTTVersion(c); told != "" {
				s.Product, s.Version = signed(told, mqttProducts)
				s.Evidence = append(s.Evidence, c.Said("what it publishes as "+mqttTopic, told)...)
			}
			c.Send("\xe0\x00") // DISCONNECT
		}
		return s, true
	},
}

// Types of packets, with their flags (MQTT 3.1.1 §2.2).
const (
	mqttConnack  = 0x20
	mqttPublish  = 0x30 // the low four bits are flags
	mqttPingresp = 0xd0
)

// mqttAnswers are what a server says to CONNECT (MQTT 3.1.1 §3.2.2.3).
var mqttAnswers = []struct {
	says           string
	authentication limen.Authentication
}{
	{"accepted", limen.AuthenticationNone},
	{"unacceptable protocol version", limen.AuthenticationUnknown},
	{"identifier rejected", limen.AuthenticationUnknown},
	{"server unavailable", limen.AuthenticationUnknown},
	{"bad user name or password", limen.AuthenticationRequired},
	{"not authorized", limen.AuthenticationRequired},
}

// mqttTopic is where servers publish their version by custom.
const mqttTopic = "$SYS/broker/version"

// mqttProducts tell servers by that.
var mqttProducts = []signature{
	{"Mosquitto", newPattern(`^mosquitto version (\d+\.\d+[\w.-]{0,32})$`)},
}

// askMQTTVersion returns what the server publishes as its version. What comes
// after a PING was sent behind all that is there already.
func askMQTTVersion(c *Conn) (told string) {
	c.Send("\x82\x18" + "\x00\x01" + "\x00\x13" + mqttTopic + "\x00") // SUBSCRIBE, at most once
	c.Send("\xc0\x00")                                                // PINGREQ
	for range 8 {
		kind, body := nextMQTT(c)
		if c.Err() != nil || kind == mqttPingresp {
			break
		}
		if kind&0xf0 != mqttPublish || kind&0x06 != 0 {
			continue
		}
		if size := body.number()<<8 | body.number(); body.text(size) == mqttTopic {
			told = string(body.rest)
		}
	}
	return told
}

// nextMQTT reads one packet. Its length is in groups of seven bits, the lowest
// first, at most four (MQTT 3.1.1 §2.2.3).
func nextMQTT(c *Conn) (kind byte, body octets) {
	first := c.Next(1)
	if first == nil {
		return 0, body
	}
	size := 0
	for shift := 0; shift < 4*7; shift += 7 {
		b := c.Next(1)
		if b == nil {
			return 0, body
		}
		size |= int(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			break
		}
	}
	if size > mostReply {
		c.fail(errLongPacket)
		return 0, body
	}
	return first[0], octets{rest: c.Next(size)}
}

var errLongPacket = errors.New("the server sent a packet of more than 64 KiB")
