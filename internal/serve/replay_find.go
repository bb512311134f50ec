package serve

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/redact"
)

// replayed finds what was recorded for a request. What is not in the recording
// is told so where the recording stands for the path.
func (s *Site) replayed(r *http.Request) http.Handler {
	p := s.beside.replay
	if p == nil {
		return nil
	}
	method := r.Method
	if method == http.MethodHead && len(p.entries["HEAD "+r.URL.Path]) == 0 {
		method = http.MethodGet
	}
	key := method + " " + r.URL.Path
	if len(p.entries[key]) > 0 {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.answer(w, r, key) })
	}
	if slices.ContainsFunc(p.paths, func(top string) bool { return top != "/" && isBelow(r.URL.Path, top) }) {
		return http.HandlerFunc(p.miss)
	}
	return nil
}

// answer answers with what was recorded.
func (p *replay) answer(w http.ResponseWriter, r *http.Request, key string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostKept+1))
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body ended before it was complete", "")
		return
	}
	s := p.pick(key, canonical(r.URL.RawQuery), string(redact.Body(r.Header.Get("Content-Type"), body)))
	switch {
	case s == nil:
		p.miss(w, r)
	case s.gone != "":
		tellError(w, r, http.StatusGatewayTimeout, &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot replay %s %s", r.Method, bounded(r.URL.Path, mostText)), Why: s.gone, Next: "write a mock for it: limen serve --mock mocks/",
		})
	default:
		s.reply.send(w, r)
	}
}

// pick finds the answer to a request: of those that were recorded for its
// query, those for its body, if there are any. Where the same was asked more
// than once, the answers come in their order, and the last one stays.
func (p *replay) pick(key, query, body string) *scene {
	var same, exact []*scene
	for _, s := range p.entries[key] {
		if s.query == query {
			same = append(same, s)
			if s.asked == body {
				exact = append(exact, s)
			}
		}
	}
	turn := key + "?" + query
	if len(exact) > 0 {
		same, turn = exact, turn+"\n"+body
	}
	if len(same) == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.next[turn]
	if at < len(same)-1 { // at most as many turns are remembered as there are entries
		p.next[turn] = at + 1
	}
	return same[at]
}

// miss says that something is not in the recording, and what is in it that is
// like it.
func (p *replay) miss(w http.ResponseWriter, r *http.Request) {
	e := &limen.Error{Kind: limen.NotFound, What: fmt.Sprintf("%s %s is not in the recording", r.Method, bounded(r.URL.RequestURI(), mostText))}
	e.Why, e.Next = p.nearest(r)
	tellError(w, r, http.StatusGatewayTimeout, e)
}

// mostNear is how many things are told that are like what was asked for.
const mostNear = 5

// nearest says what is in the recording instead.
func (p *replay) nearest(r *http.Request) (why, next string) {
	next = "record it: limen serve --proxy PATH=PORT --record FILE; or write a mock for it: limen serve --mock mocks/"
	if there := p.entries[r.Method+" "+r.URL.Path]; len(there) > 0 {
		var queries []string
		for _, s := range there {
			if q := "?" + s.query; !slices.Contains(queries, q) {
				queries = append(queries, q)
			}
		}
		return "the path was asked for with another query: " + listed(queries), next
	}
	var methods, paths []string
	last := r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')+1]
	for _, key := range slices.Sorted(maps.Keys(p.entries)) {
		method, path, _ := strings.Cut(key, " ")
		switch {
		case path == r.URL.Path:
			methods = append(methods, method)
		case strings.TrimSuffix(path, "/") == strings.TrimSuffix(r.URL.Path, "/"), method == r.Method && strings.HasPrefix(path, last):
			paths = append(paths, path)
		}
	}
	switch {
	case len(methods) > 0:
		return "the path was asked for by " + listed(methods), next
	case len(paths) > 0:
		return "what was asked for is " + listed(paths), next
	}
	return "nothing like it was asked for while it was made", next
}

// listed are words in a sentence, as many as can be read.
func listed(words []string) string {
	var b bytes.Buffer
	for i, word := range words[:min(len(words), mostNear)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(bounded(word, 200))
	}
	if more := len(words) - mostNear; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}
