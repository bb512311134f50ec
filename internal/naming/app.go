package naming

import (
	"slices"

	"github.com/limenhq/limen"
)

// ProposeApp returns what a listener of an app is called that limen runs, in a
// project. It was started to be reached, so no rule is asked. Whoever runs it
// knows what it is called; an empty app is the one that people mean by the
// project's name.
func ProposeApp(f Facts, p limen.Project, app string) (named Proposal, why string) {
	id := of(p)
	if len(id.labels) == 0 {
		return Proposal{}, noName
	}
	port := f.Listener.Endpoint.Port()
	if word := slug(app); word != "" {
		id.subject.Program, id.beside = word, true
		// Its own word goes before whatever number it may once have had.
		name := join(slices.Insert(slices.Clone(id.labels), 0, word)...)
		if word == id.labels[0] {
			name = join(id.labels...)
		}
		if whose, isTaken := f.taken(name); (!isTaken || whose == id.subject) && !f.busy(id.subject) && !isReserved(name) {
			return Proposal{Name: name, Subject: id.subject}, ""
		}
		return id.choose(f.Ledger, f.IsRandom, port)
	}
	// Whether limen runs it or it is only observed, it is the same program; and
	// if another had the project's name and is not there, it is the same name.
	id.subject.Program, _ = wordFor(f, p, id.labels[0])
	plain := join(id.labels...)
	whose, isTaken := f.taken(plain)
	if isTaken && whose != (limen.Subject{}) && isNear(whose, id.subject) && !f.busy(whose) {
		return Proposal{Name: plain, Subject: whose}, ""
	}
	return id.choose(f.Ledger, f.IsRandom, port)
}
