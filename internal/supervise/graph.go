package supervise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A CycleError says that apps wait for each other.
type CycleError struct {
	Names []string // each depends on the next; the last is the first again
}

func (e *CycleError) Error() string {
	return fmt.Sprintf("each waits for the next, so that none could start: %s", strings.Join(e.Names, ", "))
}

// arrange makes a unit of each app, in their order, and joins those that depend
// on each other.
func arrange(apps []App) ([]*unit, error) {
	var units []*unit
	byName := map[string]*unit{}
	for _, a := range apps {
		if a.Name == "" {
			return nil, fmt.Errorf("an app has no name")
		}
		if byName[a.Name] != nil {
			return nil, fmt.Errorf("two apps are called %q", a.Name)
		}
		u := &unit{App: a, state: limen.AppWaiting, wanted: true}
		byName[a.Name] = u
		units = append(units, u)
	}
	for _, u := range units {
		for _, d := range u.DependsOn {
			on := byName[d.Name]
			switch {
			case on == nil:
				return nil, fmt.Errorf("%q depends on %q, which is no app", u.Name, d.Name)
			case int(d.Until) >= len(conditions):
				return nil, fmt.Errorf("%q depends on %q until %v, which is no condition", u.Name, d.Name, d.Until)
			case d.Until == Ended && on.Restart == Always:
				return nil, fmt.Errorf("%q waits for %q to end, which is always started again", u.Name, d.Name)
			}
			u.needs = append(u.needs, need{on, d.Until})
			if !slices.Contains(on.dependents, u) {
				on.dependents = append(on.dependents, u)
			}
		}
		if int(u.Restart) >= len(restarts) {
			return nil, fmt.Errorf("%q is to be started again %v, which is no rule", u.Name, u.Restart)
		}
	}
	if cycle := findCycle(units); cycle != nil {
		return nil, &CycleError{cycle}
	}
	for _, u := range units {
		u.below = reach(u, func(u *unit) []*unit { return u.dependents })
	}
	return units, nil
}

// findCycle returns the names of units that wait for each other; nil if there
// are none.
func findCycle(units []*unit) []string {
	var (
		path  []*unit
		done  = map[*unit]bool{}
		visit func(*unit) []string
	)
	visit = func(u *unit) []string {
		if i := slices.Index(path, u); i >= 0 {
			return names(append(path[i:len(path):len(path)], u))
		}
		if done[u] {
			return nil
		}
		path = append(path, u)
		for _, n := range u.needs {
			if c := visit(n.on); c != nil {
				return c
			}
		}
		path, done[u] = path[:len(path)-1], true
		return nil
	}
	for _, u := range units {
		if c := visit(u); c != nil {
			return c
		}
	}
	return nil
}

// reach returns every unit that next leads to, from u and so on, each once.
func reach(u *unit, next func(*unit) []*unit) (all []*unit) {
	seen := map[*unit]bool{}
	for queue := next(u); len(queue) > 0; {
		var more []*unit
		for _, n := range queue {
			if !seen[n] {
				seen[n] = true
				all = append(all, n)
				more = append(more, next(n)...)
			}
		}
		queue = more
	}
	return all
}

func names(units []*unit) (all []string) {
	for _, u := range units {
		all = append(all, u.Name)
	}
	return all
}
