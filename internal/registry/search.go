package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Search returns the numbers that all words fit, in order, each with every
// transport. A word that looks like a port or a range of ports (8000-8100)
// narrows to any of those; any other is looked for, in any case, in service
// names, descriptions, real uses and registrants. Numbers of which nothing is
// known are never found. It reads the whole list, which takes milliseconds.
func (r Registry) Search(words ...string) ([]limen.Number, error) {
	q, err := parseQuestion(words)
	if err != nil {
		return nil, err
	}
	list := r.listing()
	entries := map[uint16][]limen.Registration{}
	for e, err := range list.all() {
		if err != nil {
			return Registry{}.Search(words...) // and its source says so
		}
		last := max(e.port, e.entry.Ports.To)
		for port := int(e.port); port <= int(last); port++ {
			entries[uint16(port)] = append(entries[uint16(port)], e.entry)
		}
	}
	ports := slices.AppendSeq(slices.Collect(knownPorts()), maps.Keys(entries))
	slices.Sort(ports)
	var found []limen.Number
	for _, port := range slices.Compact(ports) {
		if !q.wants(port) {
			continue
		}
		if n := number(port, 0, entries[port], list.source()); q.fits(n) {
			found = append(found, n)
		}
	}
	return found, nil
}

// A question is what Search was asked.
type question struct {
	ports []limen.PortRange // any of these; none means all
	words []string          // all of these, in lower case
}

func parseQuestion(words []string) (question, error) {
	var q question
	for _, w := range words {
		if w == "" || strings.Trim(w, ":-0123456789") != "" {
			q.words = append(q.words, strings.ToLower(w))
			continue
		}
		// A number that is no port is an error: nobody who types 99999
		// wants to search for it.
		ports, err := limen.ParsePortRange(w)
		if err != nil {
			return question{}, &limen.Error{
				Kind: limen.Invalid,
				What: fmt.Sprintf("cannot search for %q", w),
				Why:  err.Error(),
				Next: "give a port such as 8008, a range such as 8000-8100, or a word such as matrix",
			}
		}
		q.ports = append(q.ports, ports)
	}
	return q, nil
}

func (q question) wants(port uint16) bool {
	return len(q.ports) == 0 ||
		slices.ContainsFunc(q.ports, func(r limen.PortRange) bool { return r.Contains(port) })
}

// fits reports whether every word is found somewhere in the number's layers.
func (q question) fits(n limen.Number) bool {
	if len(q.words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join(remembered(n), "\n"))
	return !slices.ContainsFunc(q.words, func(w string) bool { return !strings.Contains(text, w) })
}

// remembered is what a person might know a number by.
func remembered(n limen.Number) []string {
	var all []string
	for _, e := range n.Registered {
		all = append(all, e.Name, e.Description, e.Assignee)
	}
	if k := n.Known; k != nil {
		for _, u := range k.Uses {
			all = append(all, u.What)
		}
		if k.Registrant != nil {
			all = append(all, k.Registrant.Name)
		}
	}
	return all
}
