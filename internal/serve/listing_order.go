package serve

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// An order is how the entries of a folder follow each other.
type order struct {
	name    string
	compare func(a, b entry) int // nil for the order of the disk
	needs   bool                 // size and time of each entry, to compare them
}

// orders are all of them; the first is used where none is asked for.
var orders = []order{
	{"name", byName, false},
	{"size", func(a, b entry) int { return cmp.Or(cmp.Compare(a.size, b.size), byName(a, b)) }, true},
	{"time", func(a, b entry) int { return cmp.Or(cmp.Compare(a.time, b.time), byName(a, b)) }, true},
	{"none", nil, false}, // at once, and in constant memory however large the folder is
}

// byName puts folders first, and the rest as a person would: shot2 before
// shot10, whatever their case.
func byName(a, b entry) int {
	if a.kind.isFolder() != b.kind.isFolder() {
		if a.kind.isFolder() {
			return -1
		}
		return 1
	}
	return cmp.Or(naturally(a.name, b.name), strings.Compare(a.name, b.name))
}

// naturally compares two names without their case, and the numbers in them as
// numbers.
func naturally(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		if isDigit(a[0]) && isDigit(b[0]) {
			m, n := number(a), number(b)
			if c := byNumber(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		if c := cmp.Compare(lower(a[0]), lower(b[0])); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// byNumber compares runs of digits of any length.
func byNumber(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// number is how many digits a text begins with.
func number(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// A wish is what a request wants to see of a folder.
type wish struct {
	order      order
	descending bool
	search     []string // words that a name must have, in lower case; none for the folder as it is
	text       string   // as they were typed
	archive    string   // the name of a format; empty for none
}

// mostSearch is how long the text of a search may be: as long as a name may.
const mostSearch = 255

// What a query can be refused for.
var (
	errOrder     = errors.New("sort is one of name, size, time and none")
	errDirection = errors.New("order is asc or desc")
	errArchive   = errors.New("archive is zip or tar.zst")
	errSearch    = errors.New("nothing has a name of more than 255 bytes")
)

// parseWish reads the query of a request for a folder. What it does not know
// in it belongs to somebody else.
func parseWish(q url.Values) (wish, error) {
	w := wish{order: orders[0], text: q.Get("q"), archive: q.Get("archive")}
	if name := q.Get("sort"); name != "" {
		i := slices.IndexFunc(orders, func(o order) bool { return o.name == name })
		if i < 0 {
			return wish{}, errOrder
		}
		w.order = orders[i]
	}
	switch q.Get("order") {
	case "", "asc":
	case "desc":
		w.descending = true
	default:
		return wish{}, errDirection
	}
	if w.archive != "" && archiveFormat(w.archive) == nil {
		return wish{}, errArchive
	}
	if len(w.text) > mostSearch {
		return wish{}, errSearch
	}
	w.search = strings.Fields(strings.ToLower(w.text))
	return w, nil
}

// compare says which of two entries comes first; 0 where no order is wished for.
func (w wish) compare(a, b entry) int {
	switch {
	case w.order.compare == nil:
		return 0
	case w.descending:
		return w.order.compare(b, a)
	}
	return w.order.compare(a, b)
}

// sort puts entries in the order that is wished for.
func (w wish) sort(entries []entry) {
	if w.order.compare != nil {
		slices.SortFunc(entries, w.compare)
	}
}

// first returns the n entries that will be the first ones when they are sorted,
// in order. It takes a tenth of the time that sorting takes.
func (w wish) first(entries []entry, n int) []entry {
	first := slices.Clone(entries[:min(n, len(entries))])
	w.sort(first)
	for _, e := range entries[len(first):] {
		if last := len(first) - 1; w.compare(e, first[last]) < 0 {
			at, _ := slices.BinarySearchFunc(first[:last], e, w.compare)
			first = slices.Insert(first[:last], at, e)
		}
	}
	return first
}
