package probe

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// AMQP servers are sent the header of the protocol, and begin with what they
// are (AMQP 0-9-1 §4.2.2, connection.start), or name the version they speak
// instead and close. That is also how they answer anything else.
var AMQP = Probe{
	Name:     "amqp",
	Ports:    []uint16{5672, 5671},
	Programs: []string{"rabbitmq", "rabbitmq-server", "rabbit", "beam.smp", "qpidd", "lavinmq", "artemis", "activemq"},
	Complains: func(reply []byte) bool {
		return len(reply) == 8 && bytes.HasPrefix(reply, []byte("AMQP"))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("AMQP\x00\x00\x09\x01")
		header := octets{rest: c.Next(7)}
		if kind := header.number(); kind == 'A' {
			return readAMQPVersion(c, "A"+header.text(6)+string(c.Next(1)))
		} else if kind != 1 || header.number16(binary.BigEndian) != 0 { // a method, channel 0
			return limen.Service{}, false
		}
		size := header.number32(binary.BigEndian)
		if size < 0 || size > mostReply {
			return limen.Service{}, false
		}
		start := octets{rest: c.Next(size)}
		if end := c.Next(1); end == nil || end[0] != 0xce || start.text(6) != "\x00\x0a\x00\x0a"+"\x00\x09" { // class, method, version
			return limen.Service{}, false
		}
		is := readAMQPTable(start.take(start.number32(binary.BigEndian)))
		methods := start.text(start.number32(binary.BigEndian))
		if start.short {
			return limen.Service{}, false
		}
		s := limen.Service{
			Protocol: "amqp", Product: is["product"], Version: is["version"], Confidence: limen.Exchanged,
			Evidence: append(c.Said("its connection.start", is["product"]+" "+is["version"]), c.Said("the methods of login in it", methods)...),
		}
		if !strings.Contains(methods, "ANONYMOUS") {
			s.Authentication = limen.AuthenticationRequired
		}
		return s, true
	},
}

// readAMQPVersion reads the header by which a server that speaks another
// version says so: a protocol, and three numbers.
func readAMQPVersion(c *Conn, said string) (limen.Service, bool) {
	if len(said) != 8 || !strings.HasPrefix(said, "AMQP") || said[4] > 3 || said[5] > 1 {
		return limen.Service{}, false
	}
	if said == "AMQP\x00\x00\x09\x01" {
		return limen.Service{}, false // that was asked for: an echo
	}
	s := limen.Service{Protocol: "amqp", Confidence: limen.Exchanged, Evidence: c.Said("the version it wants instead", said)}
	if said[4] == 3 { // AMQP 1.0 §5.3.2: a login has to come first
		s.Authentication = limen.AuthenticationRequired
	}
	return s, true
}

// readAMQPTable reads the properties that are long text, up to the first that
// is of another kind than text and table: product and version stand among
// them.
func readAMQPTable(b []byte) map[string]string {
	is := map[string]string{}
	for o := (octets{rest: b}); len(o.rest) > 0; {
		name := o.text(o.number())
		kind := o.number()
		if kind != 'S' && kind != 'F' {
			break
		}
		if value := o.text(o.number32(binary.BigEndian)); kind == 'S' && !o.short && len(value) <= 64 {
			is[name] = value
		}
	}
	return is
}
