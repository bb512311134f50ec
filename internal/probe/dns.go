package probe

import (
	"encoding/binary"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/limenhq/limen"
)

// DNS asks a name server what it is, in the way all of them know and any may
// refuse: version.bind in the class CHAOS (RFC 4892 §2). Nothing is looked up
// for it, here or elsewhere.
var DNS = Probe{
	Name:      "dns",
	Transport: limen.UDP,
	Ports:     []uint16{53, 5300, 5353, 8053, 8600},
	Programs:  nameServers,
	Speak: func(c *Conn) (limen.Service, bool) {
		return readVersion(c, c.Ask(versionQuestion))
	},
}

// DNSOverTCP is the same over TCP, where each message has its length before
// it (RFC 1035 §4.2.2).
var DNSOverTCP = Probe{
	Name:     "dns",
	Ports:    []uint16{53, 5300, 8053, 8600},
	Programs: nameServers,
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Write(binary.BigEndian.AppendUint16(nil, uint16(len(versionQuestion))))
		c.Send(versionQuestion)
		size := c.Next(2)
		if size == nil {
			return limen.Service{}, false
		}
		return readVersion(c, c.Next(int(binary.BigEndian.Uint16(size))))
	},
}

var nameServers = []string{
	"dnsmasq", "named", "bind9", "unbound", "coredns", "pdns_server", "pdns_recursor", "knotd", "kresd",
	"nsd", "systemd-resolved", "systemd-resolve", "pihole-ftl", "adguardhome", "dnscrypt-proxy", "stubby", "mosdns",
}

// dnsID marks our question, so that an answer to it can be told from noise.
const dnsID = 0x6c69

// versionQuestion is the question for version.bind, of type TXT and class
// CHAOS, without recursion; its first two bytes are dnsID.
const versionQuestion = "li\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + "\x07version\x04bind\x00" + "\x00\x10\x00\x03"

// readVersion reads the answer to the question. An answer that refuses, or
// that knows no such name, is a name server's as well. What merely sends back
// what it gets is none: its answer says that it is a question.
func readVersion(c *Conn, answer []byte) (limen.Service, bool) {
	var p dnsmessage.Parser
	h, err := p.Start(answer)
	if err != nil || !h.Response || h.ID != dnsID {
		return limen.Service{}, false
	}
	if q, err := p.Question(); err != nil && h.RCode == dnsmessage.RCodeSuccess || err == nil && !strings.EqualFold(q.Name.String(), "version.bind.") {
		return limen.Service{}, false
	}
	s := limen.Service{Protocol: "dns", Confidence: limen.Exchanged}
	s.Evidence = c.Said("the answer to a question for version.bind", strings.TrimPrefix(h.RCode.String(), "RCode"))
	if p.SkipAllQuestions() != nil {
		return s, true
	}
	for {
		a, err := p.AnswerHeader()
		if err != nil {
			return s, true
		}
		if a.Type != dnsmessage.TypeTXT {
			if p.SkipAnswer() != nil {
				return s, true
			}
			continue
		}
		txt, err := p.TXTResource()
		if err != nil {
			return s, true
		}
		told := strings.Join(txt.TXT, "")
		s.Product, s.Version = dnsProduct(told)
		s.Evidence = c.Said("the answer to a question for version.bind", told)
		return s, true
	}
}

// dnsProducts tell the product from what it calls itself. An administrator
// may have it say anything, so what fits none is not taken for one.
var dnsProducts = []struct {
	name string
	says *pattern
}{
	{"dnsmasq", newPattern(`^dnsmasq-(?:pi-hole-)?v?(\d[\w.+-]*)$`)},
	{"Unbound", newPattern(`^unbound (\d[\w.]*)`)},
	{"CoreDNS", newPattern(`^CoreDNS-(\d[\w.]*)`)},
	{"PowerDNS Authoritative Server", newPattern(`^PowerDNS Authoritative Server (\d[\w.]*)`)},
	{"PowerDNS Recursor", newPattern(`^PowerDNS Recursor (\d[\w.]*)`)},
	{"Knot DNS", newPattern(`^Knot DNS (\d[\w.]*)`)},
	{"Knot Resolver", newPattern(`^Knot Resolver (\d[\w.]*)`)},
	{"NSD", newPattern(`^NSD (\d[\w.]*)`)},
	{"BIND", newPattern(`^(9\.\d+\.\d+[\w.-]*)(?:-[\w.]+)?$`)}, // its own version, bare
}

// dnsProduct returns the product and version that told names, if any.
func dnsProduct(told string) (product, version string) {
	for _, p := range dnsProducts {
		if m := p.says.FindStringSubmatch(told); m != nil {
			return p.name, m[1]
		}
	}
	return "", ""
}
