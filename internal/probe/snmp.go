package probe

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"fmt"

	"github.com/limenhq/limen"
)

// SNMP asks an agent for the name of its engine, which every SNMPv3 agent
// tells before anyone has logged in (RFC 3414 §4). Asking version 2 would
// mean to guess a community, which is a password.
var SNMP = Probe{
	Name:      "snmp",
	Transport: limen.UDP,
	Ports:     []uint16{161},
	Programs:  []string{"snmpd", "snmptrapd"},
	Speak: func(c *Conn) (limen.Service, bool) {
		engine := snmpEngine(c.Ask(snmpDiscovery))
		if engine == nil {
			return limen.Service{}, false
		}
		s := limen.Service{
			Protocol: "snmp", Confidence: limen.Exchanged, Authentication: limen.AuthenticationRequired,
			Evidence: c.Said("its report of an unknown engine", fmt.Sprintf("engine %x", engine)),
		}
		// The first four bytes, but for the highest bit, are the maker's
		// number at IANA (RFC 3411 §5, SnmpEngineID).
		if len(engine) >= 5 && binary.BigEndian.Uint32(engine)&^(1<<31) == netSNMP {
			s.Product = "Net-SNMP"
		}
		return s, true
	},
}

const netSNMP = 8072

// snmpDiscovery is a GetRequest of nothing to an engine without name, from
// nobody, to be answered by a Report: RFC 3412 §6 inside, RFC 3414 §2.4 around.
const snmpDiscovery = "" +
	"\x30\x3a\x02\x01\x03" + // a message of version 3
	"\x30\x0f\x02\x02\x6c\x69\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03" + // its number, greatest size, reportable, user-based security
	"\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00" + // no engine, boots, time, user, proof, secret
	"\x30\x12\x04\x00\x04\x00\xa0\x0c\x02\x02\x69\x6d\x02\x01\x00\x02\x01\x00" + "\x30\x00" // get nothing

// reportOID is usmStatsUnknownEngineIDs, 1.3.6.1.6.3.15.1.1.4 (RFC 3414 §5),
// as it stands in a report.
var reportOID = []byte{0x06, 0x0a, 0x2b, 6, 1, 6, 3, 15, 1, 1, 4, 0}

// snmpEngine returns the name of the engine that reports, or nil if b is no
// such report.
func snmpEngine(b []byte) []byte {
	var message struct {
		Version  int
		Global   asn1.RawValue
		Security []byte
		Scoped   asn1.RawValue
	}
	var security struct {
		Engine      []byte
		Boots, Time int
		User        []byte
		Proof       []byte
		Secret      []byte
	}
	if rest, err := asn1.Unmarshal(b, &message); err != nil || len(rest) > 0 || message.Version != 3 {
		return nil
	}
	if _, err := asn1.Unmarshal(message.Security, &security); err != nil || len(security.Engine) == 0 || len(security.Engine) > 32 {
		return nil
	}
	if !bytes.Contains(message.Scoped.Bytes, reportOID) {
		return nil
	}
	return security.Engine
}
