package registry

import (
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A named is what two lists are compared by: a name at a port.
type named struct {
	ports limen.PortRange
	name  string
}

// compare counts what a new list has more, fewer and different. Entries
// without a name are left out, and so are the well-formed twins of others,
// which the copy inside does not have.
func compare(r *limen.Renewal, before, after listing) error {
	_, isShort := before.(inside)
	was, err := detailsOf(before, isShort)
	if err != nil {
		return err
	}
	is, err := detailsOf(after, isShort)
	if err != nil {
		return err
	}
	for k, details := range is {
		switch old, ok := was[k]; {
		case !ok:
			r.Added++
		case old != details:
			r.Changed++
		}
	}
	for k := range was {
		if _, ok := is[k]; !ok {
			r.Removed++
		}
	}
	return nil
}

// detailsOf is what a list says of each name. A short one knows transports and
// descriptions only.
func detailsOf(l listing, isShort bool) (map[named]string, error) {
	lines := map[named][]string{}
	for e, err := range l.all() {
		if err != nil {
			return nil, err
		}
		i := e.entry
		if i.Name == "" || strings.Contains(i.Description, "as a replacement for") {
			continue
		}
		k := named{i.Ports, i.Name}
		if i.Ports == (limen.PortRange{}) {
			k.ports = limen.PortRange{From: e.port, To: e.port}
		}
		about := i.Description
		if !isShort {
			about = strings.Join([]string{about, i.Assignee, i.Contact, i.Registered, i.Modified, i.Reference}, "\t")
		}
		if len(i.Transports) == 0 {
			lines[k] = append(lines[k], about)
		}
		for _, t := range i.Transports {
			lines[k] = append(lines[k], t+"\t"+about)
		}
	}
	details := make(map[named]string, len(lines))
	for k, all := range lines {
		slices.Sort(all) // lists differ in the order, and mean the same
		details[k] = strings.Join(all, "\n")
	}
	return details, nil
}
