package host

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/naming"
)

// factsOf are what a name is made of. The caller holds mu.
func (b *harbour) factsOf(m *mooring) naming.Facts {
	return naming.Facts{
		Listener: m.listener, Service: m.service, IsRandom: b.ephemeral.Contains(m.at.Port()),
		Me: int64(os.Getuid()), Self: b.self, Within: b.within, Namespace: b.namespace, Home: b.homeDir, Ignore: b.settings.Names.Ignore,
		Ledger: naming.Ledger{Taken: func(name string) (limen.Subject, bool) { return b.taken(name, m) }, Busy: func(s limen.Subject) bool { return b.isBusy(s, m) }},
	}
}

// refuse says why a listener gets no name, as far as that can be told before it
// is asked what it speaks.
func (b *harbour) refuse(m *mooring) string {
	if !b.settings.Observes() && !isLimens(m.listener) {
		return "names.observe is false"
	}
	return naming.Dismiss(b.factsOf(m))
}

// taken says whose a name is, to a listener that could have it. The caller holds
// mu.
func (b *harbour) taken(name string, m *mooring) (limen.Subject, bool) {
	var found *limen.Route
	for i, r := range b.kept {
		if b.usual(r.Name) == name && r.Path == "" && r.When == nil && (found == nil || r.Source != limen.RouteTyped) {
			found = &b.kept[i]
		}
	}
	switch {
	case found == nil:
		return limen.Subject{}, false
	case found.Subject == nil:
		return limen.Subject{}, true
	}
	return *found.Subject, !isGone(found.Subject.Project) && !b.inherits(m, *found.Subject)
}

// absence is how long a program must not have been there before another of its
// project can have its name.
const absence = 5 * time.Minute

// inherits reports whether a listener can have the name of another program of
// its project: it shows pages, and the other one has been away for long. A
// name that was given to what ran once is not lost to the project for ever.
func (b *harbour) inherits(m *mooring, s limen.Subject) bool {
	isPage := m.service != nil && m.service.Title != ""
	if !isPage || s.Project != rootOf(m) || b.isBusy(s, m) {
		return false
	}
	now := b.host.now()
	gone, wasHere := b.last[s]
	if !wasHere {
		gone.at = b.since
	}
	return now.Sub(gone.at) > absence
}

// isGone reports whether the directory of a project is surely not there.
func isGone(dir string) bool {
	if !strings.HasPrefix(dir, string(os.PathSeparator)) {
		return false // of a container, or another system
	}
	_, err := os.Stat(dir)
	return os.IsNotExist(err)
}

// isBusy reports whether a subject has its name for another port than that of a
// listener. The caller holds mu.
func (b *harbour) isBusy(s limen.Subject, than *mooring) bool {
	for _, m := range b.moorings {
		if m.subject != nil && *m.subject == s && m.at.Port() != than.at.Port() {
			return true
		}
	}
	return false
}

// How long a name waits for what may have a better right to it.
const (
	courtesy = 250 * time.Millisecond  // another listener of the same project, which is being asked
	calling  = 1500 * time.Millisecond // the limen that runs the app, which has a name for it
)

// name gives names to listeners that have said what they are, and reports
// whether anything is otherwise than before. The caller holds mu.
func (b *harbour) name() (changed bool) {
	var all []*mooring
	for _, m := range b.moorings {
		if m.subject == nil && m.why == "" && (m.app != nil || m.service != nil) {
			all = append(all, m)
		}
	}
	// Of several at once the lower port goes first, whoever answered first.
	slices.SortFunc(all, func(a, c *mooring) int { return a.at.Compare(c.at) })
	for _, m := range all {
		if m.app != nil {
			b.nameApp(m, *m.app)
			changed = true
			continue
		}
		if b.mayWait(m) {
			continue
		}
		p, why := naming.Propose(b.factsOf(m))
		b.grant(m, p, why, limen.RouteObserved)
		changed = true
	}
	return changed
}

// grant gives a listener the name that was proposed for it, or keeps why it gets
// none. The caller holds mu.
func (b *harbour) grant(m *mooring, p naming.Proposal, why string, source limen.RouteSource) {
	switch {
	case why != "":
		m.why = why
	case p.Contested:
		m.wanted, m.why, m.next = b.own(p.Name), p.Why, p.Next
	default:
		b.claim(m, limen.Route{Name: b.own(p.Name), Subject: &p.Subject, Source: source})
	}
}

// mayWait reports whether a listener waits for its name: the limen that runs it
// is about to say one, the system has chosen its port and the one that is meant
// mostly comes after such, or another listener of its project has not answered
// yet and may be the one that a person means. The caller holds mu.
func (b *harbour) mayWait(m *mooring) bool {
	now := b.host.now()
	isOurs := isLimens(m.listener)
	if isOurs && now.Sub(m.since) < calling || !isOurs && b.isIncidental(m) && now.Sub(m.since) < modesty {
		return true
	}
	return slices.ContainsFunc(b.all(), func(o *mooring) bool {
		return o != m && o.leave != nil && !o.asked && now.Sub(o.since) < courtesy && rootOf(o) != "" && rootOf(o) == rootOf(m)
	})
}

// isIncidental reports whether a listener may be one that a tool opens for
// itself: the system may have chosen its port, and it speaks what all do.
func (b *harbour) isIncidental(m *mooring) bool {
	return b.ephemeral.Contains(m.at.Port()) && (m.service == nil || m.service.Protocol == "http")
}

func (b *harbour) all() (all []*mooring) {
	for _, m := range b.moorings {
		all = append(all, m)
	}
	return all
}

// rootOf is the directory of a listener's project.
func rootOf(m *mooring) string {
	if len(m.listener.Owners) == 0 || m.listener.Owners[0].Process.Project == nil {
		return ""
	}
	return m.listener.Owners[0].Process.Project.Root
}

// claim gives a name to a listener, and has it kept. The caller holds mu.
func (b *harbour) claim(m *mooring, r limen.Route) {
	_, r.Since = b.host.moment()
	r.Target, r.State = limen.Target{Port: m.at.Port()}, limen.RouteAsleep
	if m.service != nil && m.service.TLS != nil {
		r.Target.Scheme = limen.SchemeHTTPS
	}
	for _, o := range b.kept {
		if keyOf(o) == keyOf(r) && o.Subject != nil && *o.Subject == *r.Subject {
			r.Since = o.Since
		}
	}
	b.kept = slices.DeleteFunc(b.kept, func(o limen.Route) bool { return keyOf(o) == keyOf(r) })
	b.kept = append(b.kept, r)
	m.subject = r.Subject
	b.unsaved[keyOf(r)] = r
	select {
	case b.saving <- struct{}{}:
	default: // told already
	}
}
