package probe

import (
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// Cassandra is asked in CQL what it can do, and to begin: it then says whether
// it wants a name (CQL binary protocol v4, §4.1.1, §4.1.2). Both frames are of
// version 4, which servers since 2.2 know.
var Cassandra = Probe{
	Name:     "cassandra",
	Ports:    []uint16{9042, 9142, 19042},
	Programs: []string{"cassandra", "cassandradaemon", "scylla", "scylladb", "dse-server"},
	Speak: func(c *Conn) (limen.Service, bool) {
		const options, startup, authenticate, ready, supported = 0x05, 0x01, 0x03, 0x02, 0x06
		kind, body := askCassandra(c, options, "")
		can, ok := readOptions(body)
		if kind != supported || !ok || can["CQL_VERSION"] == "" {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "cassandra", Confidence: limen.Exchanged}
		s.Evidence = c.Said("the answer to OPTIONS", "CQL_VERSION "+can["CQL_VERSION"])
		for name := range can {
			if strings.HasPrefix(name, "SCYLLA_") {
				s.Product = "ScyllaDB"
			}
		}
		kind, body = askCassandra(c, startup, "\x00\x01\x00\x0bCQL_VERSION\x00\x05"+"3.0.0")
		switch kind {
		case ready:
			s.Authentication = limen.AuthenticationNone
		case authenticate:
			s.Authentication = limen.AuthenticationRequired
			method := octets{rest: body}
			s.Evidence = append(s.Evidence, c.Said("the answer to STARTUP", method.text(method.number16(binary.BigEndian)))...)
		}
		return s, true
	},
}

// askCassandra sends a frame and returns the kind and body of the answer: a
// version, flags, a stream of two bytes, the kind, the length.
func askCassandra(c *Conn, kind byte, body string) (answer int, said []byte) {
	const version, stream = 0x04, "\x00\x6c"
	c.Write(binary.BigEndian.AppendUint32([]byte{version, 0, stream[0], stream[1], kind}, uint32(len(body))))
	c.Send(body)
	header := octets{rest: c.Next(9)}
	if header.number() != 0x80|version || header.number()&^0x08 != 0 || header.text(2) != stream { // a warning is all that may be flagged
		return -1, nil
	}
	answer = header.number()
	size := header.number32(binary.BigEndian)
	if size < 0 || size > mostReply {
		return -1, nil
	}
	return answer, c.Next(size)
}

// readOptions reads a multimap of text.
func readOptions(b []byte) (can map[string]string, ok bool) {
	o := octets{rest: b}
	can = map[string]string{}
	for range o.number16(binary.BigEndian) {
		name := o.text(o.number16(binary.BigEndian))
		var values []string
		for range o.number16(binary.BigEndian) {
			if values = append(values, o.text(o.number16(binary.BigEndian))); o.short {
				return nil, false
			}
		}
		if o.short {
			return nil, false
		}
		can[name] = strings.Join(values, " ")
	}
	return can, !o.short && len(o.rest) == 0
}
