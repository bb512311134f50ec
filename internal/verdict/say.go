package verdict

import (
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// who names an owner in a sentence. The name is foreign text, as all names
// are; faces make it harmless.
func who(o limen.Owner) string {
	s := fmt.Sprintf("%s (pid %d)", limen.Unmistakable(o.Process.Name), o.Process.PID)
	if o.Proof == limen.Candidate {
		s = "probably " + s
	}
	return s
}

// whoAll names all owners of a socket: masters and peers, with their workers
// only counted.
func whoAll(l limen.Listener) string {
	var lead []string
	workers := 0
	for _, o := range l.Owners {
		if o.Role == limen.Worker {
			workers++
			continue
		}
		lead = append(lead, who(o))
	}
	s := list(lead)
	switch {
	case len(l.Owners) == 0 && l.User != nil:
		s = fmt.Sprintf("a process of user %s", limen.Unmistakable(l.User.String()))
	case len(l.Owners) == 0:
		s = "a process that cannot be seen"
	case workers == 1:
		s += " with one worker"
	case workers > 1:
		s += fmt.Sprintf(" with %d workers", workers)
	}
	return s
}

// verb returns one for a single subject, and many for whoAll of several.
func verb(l limen.Listener, one, many string) string {
	leads := 0
	for _, o := range l.Owners {
		if o.Role != limen.Worker {
			leads++
		}
	}
	if leads > 1 {
		return many
	}
	return one
}

// list joins words as English does. More than four are cut short.
func list(words []string) string {
	const most = 4
	if n := len(words); n > most {
		words = append(words[:most-1:most-1], fmt.Sprintf("%d more", n-most+1))
	}
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// place says where a listener waits, as a person would.
func place(l limen.Listener) string {
	a := l.Endpoint.Address()
	s := a.String()
	switch {
	case a.IsUnspecified() && len(l.Families) == 2:
		s = "every IPv4 and IPv6 address"
	case a.IsUnspecified() && a.Is4():
		s = "every IPv4 address"
	case a.IsUnspecified():
		s = "every IPv6 address"
	case a.Is4In6():
		s = a.Unmap().String() + ", through an IPv6 socket"
	}
	if l.Device != "" {
		s += " of " + l.Device
	}
	return s
}

// lead returns the owner to speak to: the first that is not a worker.
func lead(l limen.Listener) *limen.Owner {
	for i, o := range l.Owners {
		if o.Role != limen.Worker {
			return &l.Owners[i]
		}
	}
	return nil
}
