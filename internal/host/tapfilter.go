package host

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// A sieve lets those requests through that a filter means.
type sieve struct {
	op.TapFilter

	failed   bool     // also those without an answer
	statuses [][2]int // from, to
}

// newSieve reads a filter.
func newSieve(f op.TapFilter) (s sieve, err error) {
	s.TapFilter = f
	for _, word := range f.Status {
		from, to, ok := readStatuses(word)
		switch {
		case strings.EqualFold(word, "failed"):
			s.failed = true
		case ok:
			s.statuses = append(s.statuses, [2]int{from, to})
		default:
			return s, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot look for the status %q", word),
				Why: "a status is a number of three digits", Next: "write it as 404, 4xx, 500-503 or failed",
			}
		}
	}
	return s, nil
}

// readStatuses reads 404, 4xx or 500-503.
func readStatuses(word string) (from, to int, ok bool) {
	first, last, isRange := strings.Cut(word, "-")
	if !isRange {
		last = first
		if class, isClass := strings.CutSuffix(strings.ToLower(word), "xx"); isClass {
			first, last = class+"00", class+"99"
		}
	}
	from, errFrom := strconv.Atoi(first)
	to, errTo := strconv.Atoi(last)
	return from, to, errFrom == nil && errTo == nil && len(first) == 3 && len(last) == 3 && from >= 100 && from <= to
}

// lets reports whether a request is meant.
func (s sieve) lets(e *limen.Exchange) bool {
	isMethod := func(m string) bool { return strings.EqualFold(m, e.Method) }
	switch {
	case len(s.Methods) > 0 && !slices.ContainsFunc(s.Methods, isMethod):
		return false
	case s.Path != "" && !holds(pathIn(e.URL), s.Path):
		return false
	case len(s.Status) > 0 && !s.letsStatus(e):
		return false
	case s.By != "" && !isBy(e.Initiator, s.By):
		return false
	}
	return s.Slower <= 0 || e.Total > time.Duration(s.Slower)*time.Millisecond
}

func (s sieve) letsStatus(e *limen.Exchange) bool {
	if s.failed && (e.Fault != "" || e.Status == 0 && !e.Open) {
		return true
	}
	return slices.ContainsFunc(s.statuses, func(r [2]int) bool { return r[0] <= e.Status && e.Status <= r[1] })
}

// pathIn is the path of an address, with its query, as it was sent.
func pathIn(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	if i := strings.IndexAny(rest, "/?*"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// holds reports whether a text has the parts of a pattern in it, one behind the
// other.
func holds(text, pattern string) bool {
	for part := range strings.SplitSeq(pattern, "*") {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// isBy reports whether a process has this number, or is called so: by its name, by a word
// of that, such as node of "node server.js", or by its file.
func isBy(p *limen.Process, who string) bool {
	if p == nil {
		return false
	}
	called := append(strings.Fields(p.Name), p.Name, strconv.Itoa(p.PID), p.Executable)
	if len(p.Command) > 0 {
		called = append(called, p.Command[0])
	}
	return slices.ContainsFunc(called, func(word string) bool {
		file := word[strings.LastIndexAny(word, `/\`)+1:]
		return strings.EqualFold(word, who) || strings.EqualFold(file, who) || strings.EqualFold(file, who+".exe")
	})
}
