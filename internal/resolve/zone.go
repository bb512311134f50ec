package resolve

import (
	"net/netip"
	"slices"
	"strings"
)

// A Zone is what a Responder knows: names, and the suffixes below which there are
// no others. It does not change once it is given away.
type Zone struct {
	Suffixes []string                // such as test; lower case, without dots at either end
	Names    map[string][]netip.Addr // a wildcard begins with *. and means all below it
}

// knowledge is what a Zone has on a name.
type knowledge struct {
	suffix string       // below which it is; empty if the name is somebody else's to tell
	exists bool         // it is there, or something below it is (RFC 8020)
	found  []netip.Addr // empty if it has no address
}

// look looks a name up, in lower case and without the dot at its end: the name
// itself counts before a wildcard, and a longer wildcard before a shorter one.
func (z Zone) look(name string) (k knowledge) {
	for _, s := range z.Suffixes {
		if isBelow(name, s) && len(s) > len(k.suffix) {
			k.suffix = s
		}
	}
	if k.suffix == "" {
		return k
	}
	if k.found, k.exists = z.Names[name]; k.exists {
		return k
	}
	for rest := name; ; {
		_, above, ok := strings.Cut(rest, ".")
		if !ok {
			break
		}
		if k.found, k.exists = z.Names["*."+above]; k.exists {
			return k
		}
		rest = above
	}
	k.exists = name == k.suffix
	for known := range z.Names {
		k.exists = k.exists || isBelow(known, name)
	}
	return k
}

// only are the addresses of one family.
func only(all []netip.Addr, is4 bool) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return a.Unmap().Is4() != is4 })
}
