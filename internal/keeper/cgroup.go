package keeper

import (
	"context"
	"fmt"

	"github.com/limenhq/limen"
)

// controlGroup finds the units and containers around a process. The kernel
// says so: a process is born into its parent's group, and to move it takes the
// right to write to the group it comes from and the one it goes to (cgroups(7),
// "Delegation containment").
var controlGroup = detector{
	name: "the control group",
	kinds: []limen.KeeperKind{
		limen.Systemd, limen.SystemdUser,
		limen.Docker, limen.Podman, limen.Containerd, limen.Kubernetes, limen.LXC,
	},
	find: func(ctx context.Context, q *inquiry) (all []found, gaps []limen.Gap) {
		outermost := len(q.line) + len(q.own.steps)
		for i, s := range q.own.steps {
			k, missed := q.finder.keeper(ctx, s)
			gaps = append(gaps, missed...)
			if k.Kind == "" {
				continue
			}
			k.Evidence = fmt.Sprintf("control group %s", q.Cgroup)
			all = append(all, found{k, outermost - i})
		}
		return all, gaps
	},
}

// keeper makes a keeper of a step, with what files and engines add to it.
func (f *Finder) keeper(ctx context.Context, s step) (limen.Keeper, []limen.Gap) {
	k := limen.Keeper{Kind: s.kind, Name: s.name, Container: s.inside}
	switch {
	case s.id != "":
		k.Container = &limen.Container{ID: s.id}
		return f.container(ctx, k, s)
	case s.inside == nil:
		k.File = f.unitFile(s.name, s.manager)
	}
	return k, nil
}

// container adds to a container's keeper what its engine says.
func (f *Finder) container(ctx context.Context, k limen.Keeper, s step) (limen.Keeper, []limen.Gap) {
	switch {
	case s.kind == limen.LXC && s.inside == nil:
		k.File = f.lxcFile(s.name)
		return k, nil
	case s.kind == "":
		return f.anyEngine(ctx, s)
	case !answers(s.kind):
		return k, nil
	case s.inside != nil:
		return k, []limen.Gap{{
			What: fmt.Sprintf("the name of %s container %s", s.kind, s.name),
			Why:  fmt.Sprintf("its engine runs inside container %s", short(s.inside.ID)),
		}}
	}
	list, silent := f.list(ctx, s.kind, s.manager)
	if c, ok := byID(list, s.id); ok {
		return c.keeper(s.kind), nil
	}
	if silent != nil {
		return k, []limen.Gap{silent.gap(fmt.Sprintf("the names of %s containers", s.kind))}
	}
	return k, []limen.Gap{{
		What: fmt.Sprintf("the name of %s container %s", s.kind, s.name),
		Why:  "the engine that answers does not list it",
		Next: fmt.Sprintf("%s ps --no-trunc", s.kind),
	}}
}

// anyEngine returns a container whose engine only the engines themselves can
// tell, because its control group has a parent of the administrator's choice.
func (f *Finder) anyEngine(ctx context.Context, s step) (limen.Keeper, []limen.Gap) {
	ask := engines
	if s.inside != nil {
		ask = nil // its engine is in there
	}
	for _, e := range ask {
		list, _ := f.list(ctx, e.kind, s.manager)
		if c, ok := byID(list, s.id); ok {
			return c.keeper(e.kind), nil
		}
	}
	return limen.Keeper{}, []limen.Gap{{
		What: fmt.Sprintf("which engine keeps container %s", s.name),
		Why:  "its control group does not tell, and no engine that answers lists it",
	}}
}
