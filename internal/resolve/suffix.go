package resolve

import (
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// A suffix is what names end in, and what is to be known of those that do.
type suffix struct {
	name string
	what string // what limen cannot see of a name, for that; empty where nothing goes wrong
	why  string
}

// suffixes are those that are somebody's, or nobody's, by a rule. Any other is
// a part of the Internet, or may be one day.
var suffixes = []suffix{
	{"localhost", "", ""}, // RFC 6761, section 6.3
	{"test", "", ""},      // RFC 6761, section 6.2
	{"internal", "", ""},  // ICANN's board resolution 2024.07.29.06: never to be delegated
	{"home.arpa", "", ""}, // RFC 8375
	{"local", "which other machine of the network is %s", "names below .local are asked of the whole network by mDNS (RFC 6762, section 3): they are slow to find, and each machine takes what it likes"},
	{"example", "which programs find %s", "names below .example are for documents (RFC 2606), and some programs find nothing there"},
	{"invalid", "which programs find %s", "programs may say that there is nothing below .invalid without asking (RFC 6761, section 6.4)"},
	{"onion", "which programs find %s", "only Tor asks for names below .onion (RFC 7686)"},
	{"alt", "which programs find %s", "names below .alt are no names of DNS (RFC 9476)"},
}

// forced are suffixes that browsers reach over HTTPS alone, with every name below
// them: they stand on the list of HSTS that is built into Chrome, Firefox and
// Safari (transport_security_state_static.json of Chromium, include_subdomains).
var forced = []string{
	"android", "app", "bank", "boo", "chrome", "dad", "day", "dev", "eat", "esq", "fly", "foo", "gle", "gmail", "google", "hangout", "ing",
	"insurance", "meet", "meme", "mov", "new", "nexus", "page", "phd", "play", "prof", "rsvp", "search", "youtube", "zip",
}

// Warn says what is dangerous about the suffix of a name. It is nil if nothing is.
func Warn(name string) *limen.Gap {
	for _, s := range suffixes {
		switch {
		case !isBelow(name, s.name):
		case s.what == "":
			return nil
		default:
			return &limen.Gap{What: fmt.Sprintf(s.what, name), Why: s.why, Next: safer}
		}
	}
	last := suffixOf(name)
	if last == name {
		return &limen.Gap{What: fmt.Sprintf("where %s leads in this network", name), Why: "a name without a dot is looked up below the domains of the network first", Next: "call it " + name + ".localhost"}
	}
	g := &limen.Gap{What: fmt.Sprintf("whose %s is on the Internet", name), Next: safer}
	g.Why = fmt.Sprintf("names below .%s are others' there: who has this one is not reached from here any more, and sees what is sent by programs that do not ask limen", last)
	if slices.Contains(forced, last) {
		g.Why += "; and browsers use HTTPS alone below it (HSTS), so that they show nothing without limen trust install"
	}
	return g
}

// WarnSuffix says what is dangerous about a suffix that names get by themselves.
// It is nil if nothing is.
func WarnSuffix(suffix string) *limen.Gap {
	g := Warn("*." + suffix)
	if g != nil {
		g.Next = "take localhost or test for names.suffixes, in the file that limen config names"
	}
	return g
}

// safer is what to take instead.
const safer = "take .localhost, which is this machine everywhere, or .test"
