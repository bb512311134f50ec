package host

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// usualSuffix is what names end in by the rule of naming.
const usualSuffix = "localhost"

// usual is a name with the ending that all have by the rule; own is that with
// the ending that whoever asks has set.
func (b *harbour) usual(name string) string {
	return ending(name, b.settings.Suffixes()[0], usualSuffix)
}

func (b *harbour) own(name string) string { return ending(name, usualSuffix, b.settings.Suffixes()[0]) }

// ending is a name with another ending, if it has the first one.
func ending(name, from, to string) string {
	if bare, ok := strings.CutSuffix(name, "."+from); ok {
		return bare + "." + to
	}
	return name
}

// namesOf are all names by which a route is asked for: its own, and that with
// the other endings that are set.
func (b *harbour) namesOf(r limen.Route) []string {
	all := []string{r.Name}
	suffixes := b.settings.Suffixes()
	if bare, ok := strings.CutSuffix(r.Name, "."+suffixes[0]); ok {
		for _, s := range suffixes[1:] {
			all = append(all, bare+"."+s)
		}
	}
	return all
}

// urlOf is where a browser goes for a route.
func (b *harbour) urlOf(r limen.Route) string {
	if r.Port != 0 {
		return fmt.Sprintf("%s:%d", r.Name, r.Port)
	}
	if strings.HasPrefix(r.Name, "*.") {
		return ""
	}
	return b.origin(r.Name) + r.Path
}

// origin is where a name is answered, over HTTPS if the authority signs for it.
func (b *harbour) origin(name string) string {
	order := []uint16{443, 80}
	if !b.seals.signs(name) {
		order = []uint16{80}
	}
	for _, usual := range order {
		for _, d := range b.doors {
			if d.Usual != usual || d.Endpoint.Port() != usual && b.hasUsual(usual) {
				continue
			}
			scheme := map[uint16]string{443: "https", 80: "http"}[usual]
			if d.Endpoint.Port() == usual {
				return scheme + "://" + name
			}
			return scheme + "://" + name + ":" + strconv.Itoa(int(d.Endpoint.Port()))
		}
	}
	return ""
}

// hasUsual reports whether names are answered at a port that needs no mention.
func (b *harbour) hasUsual(port uint16) bool {
	return slices.ContainsFunc(b.doors, func(d limen.Door) bool { return d.Endpoint.Port() == port })
}
