package probe

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// mostAsked is how many questions one server is asked beside GET /. Each is a
// line in somebody's log.
const mostAsked = 6

// A visit is a conversation with an HTTP server after its answer to GET /.
type visit struct {
	c       *Conn
	root    *Reply
	last    *Reply            // the answer that was read last
	answers map[string]*Reply // by method and path; nil for none
}

// tell adds to s what the first site says that takes the answers for its own.
func (v *visit) tell(s limen.Service) limen.Service {
	words := ownerWords(v.c.Target.Owners)
	for _, site := range Sites {
		r, method := v.root, cmp.Or(site.Method, http.MethodGet)
		if site.Path != "" {
			if !site.isLikely(v, words) {
				continue
			}
			if r = v.ask(method, site.Path); r == nil {
				continue
			}
		}
		found := s
		found.Product, found.Protocol = site.Name, cmp.Or(site.Protocol, s.Protocol)
		if !site.Read(r, &found) {
			continue
		}
		if site.Path != "" {
			found.Evidence = append(slices.Clip(s.Evidence), v.c.Said("the answer to "+method+" "+site.Path, fmt.Sprintf("%s %d", r.Proto, r.Status))...)
		}
		return found
	}
	return v.entitle(s)
}

// isLikely reports whether something makes it worth asking for the site.
func (s Site) isLikely(v *visit, words []string) bool {
	return s.Sign != nil && s.Sign(v.root) ||
		slices.Contains(s.Ports, v.c.Target.Endpoint.Port()) ||
		slices.ContainsFunc(words, func(w string) bool { return slices.Contains(s.Programs, w) })
}

// ask returns the answer to a question, which is asked once; nil if there is
// none. A server that closes after each answer gets a new connection.
func (v *visit) ask(method, path string) *Reply {
	question := method + " " + path
	if r, asked := v.answers[question]; asked || len(v.answers) > mostAsked {
		return r
	}
	if v.last == nil || !v.last.reusable {
		v.c.Again()
	}
	v.c.Send(request(v.c, method, path))
	v.last = v.c.response(method)
	if v.last != nil {
		v.last.Root = v.root
	}
	v.answers[question] = v.last
	return v.last
}

// entitle looks where / sends its readers, once and on the same host, for the
// title that people know a nameless server by. Where anything else is known,
// a line in its log is too dear for that.
func (v *visit) entitle(s limen.Service) limen.Service {
	to := v.root.Header.Get("Location")
	if s.Title != "" || v.root.Status < 300 || v.root.Status > 399 || len(v.answers) > 1 {
		return s
	}
	if origin, _, _ := strings.Cut(s.Protocol, "-"); strings.HasPrefix(to, origin+"://"+authority(v.c)+"/") {
		to = strings.TrimPrefix(to, origin+"://"+authority(v.c))
	}
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || !isPath(to) {
		return s
	}
	if r := v.ask(http.MethodGet, to); r != nil {
		s.Title = ownTitle(r)
	}
	return s
}

// isPath reports whether path can stand in a request as it is: it comes from
// the server, and may hold anything.
func isPath(path string) bool {
	return len(path) < 1024 && !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
