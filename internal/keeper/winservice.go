package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// windowsService finds the services that a process runs, or that run it. The
// service manager's word for which is which cannot be forged, but it gives a
// process only by its number.
//
// A svchost.exe that is an ancestor is passed over: it also starts what
// others asked for, by COM or on a schedule, and does not start that again.
var windowsService = detector{
	name:  "the service manager's list of what runs",
	kinds: []limen.KeeperKind{limen.WinService},
	find: func(_ context.Context, q *inquiry) (all []found, gaps []limen.Gap) {
		s := q.finder.services.of(struct{}{}, func() (services, bool) { return readServices(), true })
		if s.err != nil {
			gaps = append(gaps, limen.Gap{What: "which processes are services", Why: s.err.Error()})
		}
		all = s.at(q.Process.PID, 0)
		for i, a := range q.line {
			if !a.program.is("svchost", "svchost.exe") {
				all = append(all, s.at(a.PID, i)...)
			}
		}
		return all, gaps
	},
}

// services are the names of the services of each process that has some.
type services struct {
	names map[int][]string
	err   error
}

// at returns the services of the process pid as keepers.
func (s services) at(pid, depth int) (all []found) {
	names := s.names[pid]
	evidence := fmt.Sprintf("the service manager runs it as process %d", pid)
	if len(names) > 1 {
		evidence = fmt.Sprintf("process %d runs %s, and the service manager does not say which of them a port belongs to",
			pid, strings.Join(names, " and "))
	}
	for _, name := range names {
		all = append(all, found{limen.Keeper{Kind: limen.WinService, Name: name, PID: pid, Evidence: evidence}, depth})
	}
	return all
}

// isOneOfMany reports whether k is a service that shares its process with
// others: whoever wants to stop what holds a port cannot tell which to stop.
func isOneOfMany(k limen.Keeper, within []limen.Keeper) bool {
	return k.Kind == limen.WinService && slices.ContainsFunc(within, func(o limen.Keeper) bool {
		return o.Kind == k.Kind && o.PID == k.PID && o.Name != k.Name
	})
}
