package host

import (
	"context"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A name is one that was typed, with its path.
type name struct{ host, path string }

// namesTyped reads names.
func (h *Host) namesTyped(words []string) (all []name, err error) {
	for _, word := range words {
		host, path, err := h.parseName(word)
		if err != nil {
			return nil, err
		}
		all = append(all, name{host, path})
	}
	return all, nil
}

// ignored are the names that are not tapped unless they are typed.
func (h *Host) ignored() (map[string]bool, error) {
	settings, _, err := h.config()
	if err != nil {
		return nil, err
	}
	all, err := h.namesTyped(settings.Tap.Ignore)
	names := map[string]bool{}
	for _, n := range all {
		names[n.host] = true
	}
	return names, err
}

// covers reports whether a name of a route is for a host, or for all that another
// such name is for.
func covers(route, host string) bool {
	return route == host || strings.HasPrefix(route, "*.") && strings.HasSuffix(host, route[1:])
}

// isNamed reports whether a request is for one of some names, and for its path.
func isNamed(e *limen.Exchange, names []name) bool {
	path, asked := pathIn(e.URL), askedIn(e.URL)
	return slices.ContainsFunc(names, func(n name) bool {
		isHost := e.Name != "" && (covers(n.host, e.Name) || covers(n.host, asked))
		return isHost && (n.path == "" || path == n.path || strings.HasPrefix(path, n.path+"/") || strings.HasPrefix(path, n.path+"?"))
	})
}

// askedIn is the host of an address, without its port.
func askedIn(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexAny(rest, "/?*"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		rest = rest[:i]
	}
	return strings.TrimSuffix(strings.ToLower(rest), ".")
}

// meet finds out whose requests are for the names that were typed, and what is to be
// said of those that nobody has.
func (v *vigil) meet(ctx context.Context) {
	missing := v.known()
	if len(missing) > 0 {
		v.harbour.look(ctx, "") // they may have come just now
		missing = v.known()
	}
	v.gaps = append(v.gaps, missing...)
}

// known notes the routes that the typed names are for. One that nobody has yet may be
// given to somebody.
func (v *vigil) known() (missing []limen.Gap) {
	b := v.harbour
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range v.names {
		isThere, isTCP := false, false
		v.wish.names[n.host] = true
		for _, r := range b.routes {
			if covers(n.host, r.Name) || covers(r.Name, n.host) {
				v.wish.names[r.Name] = true
				isThere, isTCP = true, r.Port != 0
			}
		}
		switch {
		case !isThere:
			missing = append(missing, limen.Gap{What: "requests for " + n.host, Why: "nothing is called so yet", Next: "limen route ls"})
		case isTCP:
			missing = append(missing, limen.Gap{What: "what goes through " + n.host, Why: "it is carried as TCP, and is no HTTP", Next: "limen watch"})
		}
	}
	return missing
}
