package host

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/lease"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
	"github.com/limenhq/limen/internal/store"
)

// mostPicked bounds how many ports one question may take away from others.
const mostPicked = 1000

// Pick picks ports that are free, and leases them. A name that has a port
// already gets the same one, unless somebody else has taken it.
func (h *Host) Pick(ctx context.Context, in op.PickIn) (limen.Leases, error) {
	if in.Count < 0 || in.Count > mostPicked {
		return limen.Leases{}, &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot pick %d ports", in.Count),
			Why: fmt.Sprintf("it gives from 1 to %d at once", mostPicked),
		}
	}
	records, gaps, err := h.records(ctx)
	if err != nil {
		return limen.Leases{}, err
	}
	defer records.Close()
	_, now := h.moment()
	rules, more := h.rules.Read()
	p := lease.Picker{
		Ledger: records, Now: now, Seed: rand.Uint64(),
		Free:  h.isFree,
		Judge: func(port uint16) lease.Judgement { return judge(port, rules) },
	}
	w := lease.Wish{
		Name: in.Name, Count: in.Count, Range: in.Range, Consecutive: in.Consecutive, Memorable: in.Memorable,
		Project: h.projectAt(in.Directory),
	}
	answer := limen.Leases{Gaps: append(gaps, more...)}
	if in.Name != "" {
		kept, lost, err := h.keptFor(ctx, records, w)
		if err != nil || kept != nil {
			answer.Leases = kept
			return answer, err
		}
		answer.Leases, err = p.Pick(ctx, w)
		for i, why := range lost {
			if i < len(answer.Leases) {
				answer.Leases[i].Why = why
			}
		}
		return answer, err
	}
	answer.Leases, err = p.Pick(ctx, w)
	return answer, err
}

// judge says whether a port should be given out, by the rules of this machine
// and what the number is for.
func judge(port uint16, r bind.Rules) lease.Judgement {
	isReserved := slices.ContainsFunc(r.Reserved, func(p limen.PortRange) bool { return p.Contains(port) })
	if _, isBlocked := registry.BlockedByBrowsers(port); isBlocked || isReserved || port < r.Unprivileged && !r.MayBindLow {
		return lease.Never
	}
	if r.Ephemeral.Contains(port) {
		return lease.Better
	}
	n := registry.Lookup(port, limen.TCP)
	// What is registered as another number for HTTP is known for nothing else.
	isWeb := slices.ContainsFunc(n.Registered, func(r limen.Registration) bool { return r.Name == "http-alt" })
	if n.Known != nil && !isWeb {
		return lease.Better
	}
	return lease.Good
}

// isFree reports whether a port can be bound on every family this machine
// has, by binding it.
func (h *Host) isFree(port uint16) (bool, error) {
	plain, _, err := h.tryUsual(limen.TCP, port)
	return plain, err
}

// keptFor returns the ports that a name has already, or nil if it has none
// that it can go on with; then their leases are ended, and lost says why each
// was.
func (h *Host) keptFor(ctx context.Context, records *store.Store, w lease.Wish) (kept []limen.Lease, lost []string, err error) {
	_, now := h.moment()
	all, err := records.Leases(ctx, now)
	if err != nil {
		return nil, nil, err
	}
	for i := range max(w.Count, 1) {
		name := lease.Numbered(w.Name, i)
		at := slices.IndexFunc(all, func(l limen.Lease) bool {
			return l.Name == name && l.Project == w.Project.Root && l.Branch == w.Project.Branch
		})
		if at < 0 {
			break
		}
		kept = append(kept, all[at])
	}
	good := len(kept) == max(w.Count, 1)
	lost = make([]string, len(kept))
	for i, l := range kept {
		if w.Range.From != 0 && !w.Range.Contains(l.Port) {
			good, lost[i] = false, fmt.Sprintf("%d, which it had, is not in %v", l.Port, w.Range)
			continue
		}
		stranger, err := h.strangerAt(ctx, l)
		if err != nil {
			return nil, nil, err
		}
		if stranger != "" {
			good, lost[i] = false, fmt.Sprintf("%d, which it had, is held by %s", l.Port, stranger)
		}
	}
	if good {
		return kept, nil, nil
	}
	for _, l := range kept {
		if _, err := records.Release(ctx, l.Port); err != nil {
			return nil, nil, err
		}
	}
	return nil, lost, nil
}

// strangerAt names who keeps a leased port from the project it is leased for,
// or nothing: the project's own server may well run already.
func (h *Host) strangerAt(ctx context.Context, l limen.Lease) (string, error) {
	free, err := h.isFree(l.Port)
	if err != nil || free {
		return "", err
	}
	snap, err := h.List(ctx, op.ListIn{Query: limen.Query{Ports: []limen.PortRange{{From: l.Port, To: l.Port}}}})
	if err != nil {
		return "", err
	}
	who := ""
	for _, one := range snap.Listeners {
		for _, o := range one.Owners {
			if p := o.Process.Project; p != nil && p.Root == l.Project || o.Process.Directory == l.Project {
				return "", nil
			}
			who = fmt.Sprintf("%s (pid %d)", o.Process.Name, o.Process.PID)
		}
		if who == "" {
			who = "somebody who cannot be named"
		}
	}
	return who, nil // nobody listens: closed connections that will be gone in a minute
}

// projectAt returns the project of a directory, or the directory as one.
func (h *Host) projectAt(dir string) limen.Project {
	if dir == "" {
		return limen.Project{}
	}
	if p := h.newPeople(false).projects.Find(dir); p != nil {
		return *p
	}
	return limen.Project{Name: filepath.Base(dir), Root: dir}
}
