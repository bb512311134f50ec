package host

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Pin makes the name of a project lead to one of its worktrees, or to itself
// again.
func (h *Host) Pin(ctx context.Context, in op.PinIn) (r limen.Route, err error) {
	name, path, err := h.parseName(in.Name)
	if err != nil {
		return r, err
	}
	what := fmt.Sprintf("cannot pin %s to %q", name, in.Tree)
	if path != "" || strings.HasPrefix(name, "*.") {
		return r, &limen.Error{Kind: limen.Invalid, What: what, Why: "a project's name is pinned, with all that is below it", Next: "limen route pin shop feature-x"}
	}
	records, all, _, err := h.routeRecords(ctx)
	if err != nil {
		return r, err
	}
	defer records.Close()
	_, now := h.moment()
	r = limen.Route{Name: name, When: in.When, Source: limen.RouteTyped, Since: now, State: limen.RouteAsleep}
	at := slices.IndexFunc(all, func(o limen.Route) bool { return keyOf(o) == keyOf(r) })
	if at >= 0 && all[at].Target.Route == "" {
		return r, &limen.Error{
			Kind: limen.Busy, What: what, Why: fmt.Sprintf("it was typed, and leads to %v", all[at].Target), Next: "limen route rm " + name,
		}
	}
	if in.Tree == "" {
		if at < 0 {
			return r, &limen.Error{Kind: limen.NotFound, What: "cannot let go of " + name, Why: "it is not pinned", Next: "limen route ls"}
		}
		r = all[at]
		if _, err = records.DropRoute(ctx, r); err != nil {
			return r, err
		}
	} else {
		if r.Target.Route, err = treeOf(name, in.Tree, all); err != nil {
			return r, err
		}
		if err = records.PutRoute(ctx, r); err != nil {
			return r, err
		}
	}
	return h.asItIs(ctx, r, records)
}

// treeOf returns the name that a worktree of a project has.
func treeOf(name, tree string, all []limen.Route) (string, error) {
	bare, suffix, _ := strings.Cut(name, ".")
	var trees []string
	for _, r := range all {
		if r.Subject == nil || r.Subject.Branch == "" || !strings.HasPrefix(r.Name, bare+".") || !strings.HasSuffix(r.Name, "."+suffix) {
			continue
		}
		label := strings.TrimSuffix(strings.TrimPrefix(r.Name, bare+"."), "."+suffix)
		if r.Subject.Branch == tree || label == tree || r.Name == tree {
			return r.Name, nil
		}
		trees = append(trees, r.Subject.Branch)
	}
	e := &limen.Error{
		Kind: limen.NotFound, What: fmt.Sprintf("cannot pin %s to %q", name, tree), Why: "no worktree of it has a name yet",
		Next: "start the program there once, or name where it leads: limen route add " + name + " PORT",
	}
	if len(trees) > 0 {
		e.Why = "no such worktree of it has a name; these have: " + strings.Join(slices.Compact(slices.Sorted(slices.Values(trees))), ", ")
		e.Next = "limen route ls"
	}
	return "", e
}
