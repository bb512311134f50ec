package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/naming"
	"github.com/limenhq/limen/internal/op"
)

// Call names what an app that limen runs has opened.
func (h *Host) Call(ctx context.Context, in op.CallIn) (limen.Route, error) {
	b := h.harbour.Load()
	if b == nil {
		return limen.Route{}, errNoDaemon("name " + in.App)
	}
	m := b.meet(ctx, in)
	b.mu.Lock()
	defer b.mu.Unlock()
	if m == nil {
		return limen.Route{}, &limen.Error{
			Kind: limen.NotFound, What: "cannot name " + in.App, Why: fmt.Sprintf("it does not listen at %v", in.Endpoint), Next: "limen list " + fmt.Sprint(in.Endpoint.Port()),
		}
	}
	b.nameApp(m, limen.App{Name: in.App, Project: in.Project, Main: in.IsProject})
	b.refresh()
	if m.subject == nil {
		return limen.Route{}, &limen.Error{Kind: limen.Busy, What: fmt.Sprintf("cannot name %s %s", in.App, m.wanted), Why: m.why, Next: m.next}
	}
	i := slices.IndexFunc(b.routes, func(r limen.Route) bool { return r.Source != limen.RouteTyped && m.isAt(r) })
	r := b.routes[i]
	r.URL = b.urlOf(r)
	if g := b.seals.known(); g != nil && strings.HasPrefix(r.URL, "https:") {
		r.Gaps = append(r.Gaps, *g)
	}
	return r, nil
}

// nameApp gives a listener the name of the app that has opened it. The caller
// holds mu.
func (b *harbour) nameApp(m *mooring, a limen.App) {
	p := b.host.projectAt(a.Project)
	if p.Root == "" {
		p = limen.Project{Name: a.Name, Root: a.Project}
	}
	word := a.Name
	if a.Main {
		word = ""
	}
	m.subject, m.why = nil, ""
	named, why := naming.ProposeApp(b.factsOf(m), p, word)
	b.grant(m, named, why, limen.RouteRun)
}

// appOf returns the app that has opened a listener, if a limen runs it. It
// reports whether one may, which has not seen it yet.
func (b *harbour) appOf(ctx context.Context, l limen.Listener) (app *limen.App, isOurs bool) {
	if !isLimens(l) {
		return nil, false
	}
	apps, err := b.host.Apps(ctx, op.AppsIn{})
	if err != nil {
		return nil, true
	}
	for _, a := range apps.Apps {
		for _, o := range a.Openings {
			if o.Endpoint == l.Endpoint && slices.ContainsFunc(l.Owners, func(w limen.Owner) bool { return w.Process.ProcessID == o.Process }) {
				return &a, true
			}
		}
	}
	return nil, true
}

// meet returns the listener that an app has opened, which may be news here.
func (b *harbour) meet(ctx context.Context, in op.CallIn) *mooring {
	b.mu.Lock()
	m := b.find(in.Endpoint, in.Process)
	b.mu.Unlock()
	if m != nil {
		return m
	}
	b.scan(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.find(in.Endpoint, in.Process)
}

// find returns the listener of a process. The caller holds mu.
func (b *harbour) find(e limen.Endpoint, p limen.ProcessID) *mooring {
	for _, m := range b.moorings {
		holds := slices.ContainsFunc(m.listener.Owners, func(o limen.Owner) bool { return o.Process.ProcessID == p })
		if m.listener.Endpoint == e && holds {
			return m
		}
	}
	return nil
}

// errNoDaemon says that what was asked for takes a daemon.
func errNoDaemon(what string) error {
	return &limen.Error{Kind: limen.NotFound, What: "cannot " + what, Why: "the daemon does not run", Next: "limen daemon start"}
}

// callTime is how long the daemon may take to name an app.
const callTime = 2 * time.Second

// belonging says which project an app belongs to, and whether it is what people
// mean by that project's name.
func (c *crew) belonging(app string) (project string, isMain bool) {
	for _, a := range c.list() {
		if a.Name == app {
			return a.Project, app == c.main
		}
	}
	return "", false
}

// call has the daemon name what an app has opened, if one runs.
func (c *crew) call(e limen.AppEvent) {
	ctx, stop := context.WithTimeout(context.Background(), callTime)
	defer stop()
	place, done, err := c.host.dialDaemon(ctx)
	if err != nil {
		return // nobody is told of names where nobody answers for them
	}
	defer done()
	in := op.CallIn{App: e.App, Endpoint: e.Opening.Endpoint, Process: e.Opening.Process}
	in.Project, in.IsProject = c.belonging(e.App)
	r, err := op.Call.On(ctx, place, in)
	if err != nil {
		noted := limen.AppEvent{App: e.App, Change: limen.AppNoted, Why: "has no name: " + err.Error()}
		var known *limen.Error
		if errors.As(err, &known) {
			noted.Why, noted.Next = "has no name: "+known.Why, known.Next
		}
		c.tell(noted)
		return
	}
	named := *e.Opening
	named.Named = r.URL
	c.tell(limen.AppEvent{App: e.App, Change: limen.AppNamed, Opening: &named, Process: e.Process})
	for _, g := range r.Gaps {
		c.warnOnce.Do(func() { c.tell(limen.AppEvent{App: e.App, Change: limen.AppNoted, Why: g.Why, Next: g.Next}) })
	}
}
