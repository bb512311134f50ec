package wire

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Handler answers for each verb and feed of a table at POST /v1/NAME, but for
// those that whoever asks has to carry out. It has to be served by [Serve],
// which looks at who asks.
func Handler(table op.Table, guard Guard) http.Handler {
	h := handler{bindings: map[string]op.Binding{}, guard: guard, pace: usual}
	for _, b := range table {
		if _, taken := h.bindings[b.Name]; !taken && !b.Here { // the first one counts, as in the table
			h.bindings[b.Name] = b
			h.table = append(h.table, b)
		}
	}
	return h
}

type handler struct {
	table    op.Table
	bindings map[string]op.Binding // of the table, by name
	guard    Guard
	pace     pace
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(versionHeader, version)
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	re := newReply(w, h.pace.beat)
	defer re.end()
	defer re.limit(ctx, h.pace.patience)()

	b, in, err := h.read(r, re)
	if err != nil {
		re.fail(failed(ctx, r.URL.Path, err))
		return
	}
	re.begin()
	defer survive(re, b.Name)
	if !b.IsFeed() {
		out := b.NewOut()
		if err := h.table.Do(ctx, b.Name, in, out); err != nil {
			re.fail(failed(ctx, b.Name, err).with(out))
			return
		}
		re.answer(b.Name, out)
		return
	}
	// A feed has no end of its own that could be waited for.
	defer context.AfterFunc(endingOf(ctx), func() { cancel(errEnding) })()
	item := b.NewOut()
	err = h.table.Follow(ctx, b.Name, in, item, func() error { return re.item(b.Name, item) })
	if err != nil {
		re.fail(failed(ctx, b.Name, err))
		return
	}
	re.last(nil)
}

// survive makes a panic in a verb the error of whoever asked for it: the others
// have nothing to do with it.
func survive(re *reply, name string) {
	if p := recover(); p != nil {
		re.fail(failure{Error: limen.Error{
			Kind: limen.Internal, What: fmt.Sprintf("cannot go on with %q", name), Why: fmt.Sprintf("a mistake in limen: %v", p),
			Next: "report it: https://github.com/limenhq/limen/issues",
		}})
	}
}

// read returns what is asked for, and the question, if whoever asks may.
func (h handler) read(r *http.Request, re *reply) (b op.Binding, in any, err error) {
	caller, err := callerOf(r.Context())
	if err != nil {
		return b, nil, err
	}
	for _, c := range conditions {
		if !c.holds(r) {
			return b, nil, &limen.Error{Kind: c.kind, What: "cannot answer " + asked(r), Why: c.why}
		}
	}
	b, err = h.find(r)
	if err != nil {
		return b, nil, err
	}
	if h.guard != nil {
		if err := h.guard(caller, b.Risk); err != nil {
			return b, nil, err
		}
	}
	text, err := h.body(r, re)
	if err != nil {
		return b, nil, err
	}
	in = b.NewIn()
	return b, in, parseQuestion(text, in)
}

// A condition is what must hold for a request to be from a limen, and not from
// a page in a browser that was talked into sending one.
type condition struct {
	holds func(*http.Request) bool
	kind  limen.Kind
	why   string
}

// conditions are all of them. A page cannot choose the Host, cannot leave out
// the Origin, and must ask first before it sends JSON (Fetch, "CORS protocol").
var conditions = []condition{
	{func(r *http.Request) bool { return r.Method == http.MethodPost }, limen.Invalid, "questions are asked with POST"},
	{func(r *http.Request) bool { return r.Host == host }, limen.Denied, "it is not addressed to limen, as its Host header must say"},
	{func(r *http.Request) bool { return r.Header["Origin"] == nil }, limen.Denied, "it comes from a page in a browser, as its Origin header says"},
	{func(r *http.Request) bool { return r.Header.Get("Content-Type") == oneText }, limen.Invalid, "questions are " + oneText},
	{func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, root) }, limen.Unsupported, "this limen answers below " + root},
}

// asked names a request in an error.
func asked(r *http.Request) string {
	const most = 100
	return fmt.Sprintf("%.*q", most, r.Method+" "+r.URL.Path)
}

// find returns what a request asks for. Whoever expects one answer is not given
// a feed, and the other way round: it would do what nobody waits for.
func (h handler) find(r *http.Request) (op.Binding, error) {
	name := strings.TrimPrefix(r.URL.Path, root)
	b, known := h.bindings[name]
	accept := r.Header.Get("Accept")
	if !known || accept == lines && !b.IsFeed() || accept == oneText && b.IsFeed() {
		return b, op.Table{}.Do(r.Context(), name, nil, nil)
	}
	return b, nil
}

// body reads the question, which has to come soon.
func (h handler) body(r *http.Request, re *reply) ([]byte, error) {
	re.conn.SetReadDeadline(now().Add(h.pace.asking))
	text, err := io.ReadAll(io.LimitReader(r.Body, maxQuestion+1))
	why := ""
	switch {
	case err != nil:
		why = "it did not come to its end: " + err.Error()
	case len(text) > maxQuestion:
		why = fmt.Sprintf("it has more than %d bytes", maxQuestion)
	default:
		return text, nil // net/http forgets the deadline when the question has ended
	}
	return nil, &limen.Error{Kind: limen.Invalid, What: "cannot read the question", Why: why}
}
