package proxy

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/limenhq/limen"
)

// A Table finds the route that a request means. It is replaced as a whole, so
// that finding takes no lock.
type Table struct {
	index atomic.Pointer[index]
}

// An index is all routes, in the order in which they are looked for: by the
// whole name before a wildcard, by a longer wildcard before a shorter one, by
// a longer path before a shorter one, and those with a condition before those
// without. What comes first among all that fit is meant.
type index struct {
	names map[string]*site // by the whole name
	below map[string]*site // by what stands behind *.
	all   []string         // names and paths, sorted, each once
}

// A site is the routes of one name.
type site struct {
	paths   map[string][]entry // by path, in the form of appendPlain
	deepest int                // how many segments the longest path has
}

// An entry is a route with what a request must carry for it, nil for nothing.
type entry struct {
	route Route
	when  *condition
}

// set makes these the routes. What it makes of several that want the same is
// told by their sources, and then by their order.
func (t *Table) set(routes []Route) {
	x := &index{names: map[string]*site{}, below: map[string]*site{}}
	for _, r := range routes {
		x.add(r)
	}
	for _, sites := range []map[string]*site{x.names, x.below} {
		for _, s := range sites {
			for _, entries := range s.paths {
				slices.SortStableFunc(entries, byRank)
			}
		}
	}
	slices.Sort(x.all)
	x.all = slices.Compact(x.all)
	t.index.Store(x)
}

// add puts a route where it is looked for. Those whose name no request can
// have are left out, and those of TCP.
func (x *index) add(r Route) {
	if r.Port != 0 {
		return
	}
	sites, name := x.names, r.Name
	if rest, isWildcard := strings.CutPrefix(name, "*."); isWildcard {
		sites, name = x.below, rest
	}
	if name != AnyOwn {
		host, err := limen.ParseHost(name)
		if err != nil || isNumber(host) {
			return
		}
		name = host
	}
	s := sites[name]
	if s == nil {
		s = &site{paths: map[string][]entry{}}
		sites[name] = s
	}
	path := routePath(r.Path)
	s.deepest = max(s.deepest, strings.Count(path, "/"))
	s.paths[path] = append(s.paths[path], entry{r, newCondition(r.When)})
	x.all = append(x.all, r.Name+r.Path)
}

// byRank orders the routes of one name and path.
func byRank(a, b entry) int { return a.rank() - b.rank() }

// ranks say who is asked first for a name: a person's word before what was
// seen.
var ranks = map[limen.RouteSource]int{limen.RouteTyped: 0, limen.RouteRun: 1, limen.RouteObserved: 2}

func (e entry) rank() int {
	rank, ok := ranks[e.route.Source]
	if !ok {
		rank = len(ranks)
	}
	if e.when == nil {
		rank += 1 + len(ranks)
	}
	return rank
}

// find returns the route that a request means.
func (t *Table) find(r *http.Request) (Route, bool) {
	path, _ := sentPath(r)
	found := t.lookup(r.Host, path, func(c *condition) bool { return c.isMetBy(r.Header) })
	if found == nil {
		return Route{}, false
	}
	return *found, true
}

// lookup returns the route that a Host field and the path of a target mean, as
// both were sent, or nil. It asks carries for what else the head has to have.
// It keeps nothing and allocates nothing. Nobody may change what it returns.
func (t *Table) lookup(host, path string, carries func(*condition) bool) *Route {
	x := t.index.Load()
	if x == nil {
		return nil
	}
	r := x.lookup(host, path, carries)
	if own := x.names[AnyOwn]; r == nil && own != nil && isOwn(host) {
		return own.lookup(path, carries)
	}
	return r
}

// lookup returns the route that has the host as its name.
func (x *index) lookup(host, path string, carries func(*condition) bool) *Route {
	var room [mostName]byte
	name := appendName(room[:0], host)
	if len(name) == 0 {
		return nil
	}
	if s := x.names[string(name)]; s != nil {
		if r := s.lookup(path, carries); r != nil {
			return r
		}
	}
	if len(x.below) == 0 {
		return nil
	}
	for i, c := range name {
		if c != '.' || i == 0 {
			continue
		}
		if s := x.below[string(name[i+1:])]; s != nil {
			if r := s.lookup(path, carries); r != nil {
				return r
			}
		}
	}
	return nil
}

func (s *site) lookup(path string, carries func(*condition) bool) *Route {
	if s.deepest > 0 {
		var room [512]byte // most paths fit; a longer one is worth an allocation
		for plain := firstSegments(appendPlain(room[:0], path), s.deepest); len(plain) > 0; plain = parent(plain) {
			if r := first(s.paths[string(plain)], carries); r != nil {
				return r
			}
		}
	}
	return first(s.paths[""], carries)
}

// first returns the route whose condition is met.
func first(entries []entry, carries func(*condition) bool) *Route {
	for i := range entries {
		if e := &entries[i]; e.when == nil || carries(e.when) {
			return &e.route
		}
	}
	return nil
}

// names are those that there are, with their paths.
func (t *Table) names() []string {
	if x := t.index.Load(); x != nil {
		return x.all
	}
	return nil
}
