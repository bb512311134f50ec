package probe

import (
	"golang.org/x/net/dns/dnsmessage"

	"github.com/limenhq/limen"
)

// MDNS asks a responder for the kinds of services it announces (RFC 6763 §9),
// as a one-shot question from a port of our own, which is answered to that
// port alone (RFC 6762 §6.7). Nothing is sent to the group.
var MDNS = Probe{
	Name:      "mdns",
	Transport: limen.UDP,
	Ports:     []uint16{5353},
	Programs:  []string{"avahi-daemon", "mdnsresponder", "mdnsd", "systemd-resolved"},
	Speak: func(c *Conn) (limen.Service, bool) {
		m := dnsmessage.Message{
			Header: dnsmessage.Header{ID: dnsID},
			Questions: []dnsmessage.Question{{
				Name: dnsmessage.MustNewName("_services._dns-sd._udp.local."), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET,
			}},
		}
		question, err := m.Pack()
		if err != nil {
			return limen.Service{}, false
		}
		var p dnsmessage.Parser
		h, err := p.Start(c.Ask(string(question)))
		// A responder answers with authority (RFC 6762 §18.4), a resolver
		// of names does not.
		if err != nil || !h.Response || h.ID != dnsID || !h.Authoritative || h.RCode != dnsmessage.RCodeSuccess || p.SkipAllQuestions() != nil {
			return limen.Service{}, false
		}
		a, err := p.Answer()
		if err != nil {
			return limen.Service{}, false
		}
		kind, ok := a.Body.(*dnsmessage.PTRResource)
		if !ok {
			return limen.Service{}, false
		}
		return limen.Service{
			Protocol: "mdns", Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
			Evidence: c.Said("the answer to a question for the kinds of services", kind.PTR.String()),
		}, true
	},
}
