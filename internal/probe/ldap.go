package probe

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// LDAP servers say to anyone what they are, in the entry without a name (RFC
// 4512 §5.1). It is asked for without a bind, which is anonymous and no login.
var LDAP = Probe{
	Name:     "ldap",
	Ports:    []uint16{389, 636, 1389, 3389, 3268, 3269, 10389},
	Programs: []string{"slapd", "openldap", "ns-slapd", "389ds", "dirsrv", "apacheds", "glauth", "lldap", "opendj"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send(ldapQuestion)
		s := limen.Service{Protocol: "ldap", Confidence: limen.Exchanged}
		found := false
		for range 4 { // references may stand between
			op := nextLDAP(c)
			switch op.tag {
			case ldapEntry:
				found = true
				is := readLDAPEntry(op)
				s.Product, s.Version = ldapProduct(is)
				s.Evidence = c.Said("its entry without a name", ldapText(is))
			case ldapDone:
				parts := op.elements()
				if len(parts) < 3 || parts[0].tag != 0x0a || len(parts[0].body) != 1 {
					return limen.Service{}, false
				}
				result := parts[0].body[0]
				if slices.Contains(ldapStrangers, result) {
					s.Authentication = limen.AuthenticationRequired
				}
				if !found {
					s.Evidence = c.Said("the answer to a search", string(parts[2].body))
				}
				c.Send("\x30\x05\x02\x01\x02\x42\x00") // unbindRequest
				return s, found || result != 0
			default:
				return limen.Service{}, false
			}
		}
		return limen.Service{}, false
	},
}

const (
	ldapEntry = 0x64 // [APPLICATION 4]: searchResEntry (RFC 4511 §4.5.2)
	ldapDone  = 0x65 // [APPLICATION 5]: searchResDone
)

// ldapStrangers are results by which a server sends strangers away (RFC 4511
// appendix A): operationsError, as Active Directory says, strongerAuthRequired,
// inappropriateAuthentication, insufficientAccessRights.
var ldapStrangers = []byte{1, 8, 48, 50}

// ldapQuestion searches the base "" for what it holds (RFC 4511 §4.5.1).
var ldapQuestion = ber(0x30, ber(0x02, "\x01")+ // message 1
	ber(0x63, ber(0x04, "")+ // searchRequest of the base ""
		ber(0x0a, "\x00")+ber(0x0a, "\x00")+ // baseObject, no aliases followed
		ber(0x02, "\x01")+ber(0x02, "\x01")+ber(0x01, "\x00")+ // one entry, one second, values too
		ber(0x87, "objectClass")+ // filter: present
		ber(0x30, ber(0x04, "objectClass")+ber(0x04, "vendorName")+ber(0x04, "vendorVersion")+ber(0x04, "forestFunctionality"))))

// nextLDAP reads a message and returns its operation.
func nextLDAP(c *Conn) element {
	start := c.Next(2)
	if start == nil || start[0] != 0x30 {
		return element{}
	}
	size := int(start[1])
	if size >= 0x80 {
		digits := c.Next(size & 0x7f)
		if len(digits) == 0 || len(digits) > 4 {
			return element{}
		}
		size = int(binary.BigEndian.Uint32(append(make([]byte, 4-len(digits)), digits...)))
	}
	if size > mostReply {
		return element{}
	}
	parts := element{body: c.Next(size)}.elements()
	if len(parts) < 2 || string(parts[0].body) != "\x01" { // the number of our question
		return element{}
	}
	return parts[1]
}

// readLDAPEntry reads the attributes of an entry, and their values.
func readLDAPEntry(op element) map[string][]string {
	is := map[string][]string{}
	parts := op.elements()
	if len(parts) < 2 {
		return is
	}
	for _, attribute := range parts[1].elements() {
		if pair := attribute.elements(); len(pair) == 2 {
			name := string(pair[0].body)
			for _, value := range pair[1].elements() {
				is[name] = append(is[name], string(value.body))
			}
		}
	}
	return is
}

// ldapProduct tells servers by their entry: OpenLDAP by a class of its own,
// others by what they call themselves. Samba is one that behaves as Active
// Directory.
func ldapProduct(is map[string][]string) (product, version string) {
	vendor := strings.Join(append(is["vendorName"], is["vendorVersion"]...), " ")
	switch product, version = signed(vendor, ldapProducts); {
	case product != "":
		return product, version
	case slices.Contains(is["objectClass"], "OpenLDAProotDSE"):
		return "OpenLDAP", ""
	case vendor == "" && len(is["forestFunctionality"]) == 1:
		return "Active Directory", ""
	}
	return "", ""
}

// ldapText is an entry on one line.
func ldapText(is map[string][]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(is)) {
		all = append(all, name+": "+strings.Join(is[name], ", "))
	}
	return strings.Join(all, "; ")
}

var ldapProducts = []signature{
	{"Samba", newPattern(`^Samba Team `)},
	{"389 Directory Server", newPattern(` 389-Directory/(\d+\.\d+\.\d+[.\d]{0,16})`)},
	{"ApacheDS", newPattern(`^Apache Software Foundation (\d+\.\d+\.\d+[\w.-]{0,16})$`)},
	{"OpenDJ", newPattern(` OpenDJ (?:Server )?(\d+\.\d+\.\d+)`)},
}
