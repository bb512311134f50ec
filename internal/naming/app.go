package naming

import "github.com/limenhq/limen"

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
		name := before(word, id.labels)
		if len(id.former) > 0 && f.has(before(word, id.former), id.subject) {
			name = before(word, id.former)
		}
		if _, isTaken := f.taken(name); (!isTaken || f.has(name, id.subject)) && !f.busy(id.subject) && !isReserved(name) {
			return Proposal{Name: name, Subject: id.subject}, ""
		}
		return id.choose(f.Ledger, f.IsRandom, port)
	}
	// Whether limen runs it or it is only observed, it is the same program; and
	// if another had the project's name and is not there, it is the same name.
	id.subject.Program, _ = wordFor(f, p, id.labels[0])
	for _, labels := range [][]string{id.former, id.labels} {
		plain := join(labels...)
		whose, isTaken := f.taken(plain)
		if isTaken && whose != (limen.Subject{}) && isOf(whose, id.subject) && !f.busy(whose) {
			return Proposal{Name: plain, Subject: whose}, ""
		}
	}
	return id.choose(f.Ledger, f.IsRandom, port)
}
