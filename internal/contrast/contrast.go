// Package contrast says in which parts two exchanges differ: what was asked,
// what came back, and what stands in the bodies of both.
package contrast

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/limenhq/limen"
)

// A Side is one of two exchanges: as it was kept, and as it may be shown. What
// differs is found in the first, and said in the words of the second. Bodies are
// as people read them: what they were encoded with is undone.
type Side struct {
	Kept, Shown limen.Recording
}

// most is how many differences are told. Whoever sees so many has compared two
// things that have nothing to do with each other.
const most = 500

// What stands for secrets that are not the same.
const (
	oneSecret     = "(a secret)"
	anotherSecret = "(another secret)"
)

// Compare says what is different. How long anything took is none.
func Compare(before, after Side) limen.Comparison {
	d := &differences{}
	b, a := before.Shown, after.Shown
	d.add("method", b.Method, a.Method)
	d.add("URL", b.URL, a.URL)
	d.add("protocol", b.Protocol, a.Protocol)
	d.message("request", side{before.Kept.Request, b.Request}, side{after.Kept.Request, a.Request})
	d.add("status", status(b.Status), status(a.Status))
	d.add("fault", b.Fault, a.Fault)
	d.message("answer", side{before.Kept.Answer, b.Answer}, side{after.Kept.Answer, a.Answer})
	d.frames(before, after)
	out := limen.Comparison{Before: b.Exchange, After: a.Exchange, Differences: d.list}
	for _, r := range []limen.Recording{b, a} {
		for _, g := range r.Gaps {
			g.What += ", of " + r.ID
			out.Gaps = append(out.Gaps, g)
		}
	}
	if d.untold > 0 {
		out.Gaps = append(out.Gaps, limen.Gap{What: fmt.Sprintf("%d more differences", d.untold), Why: fmt.Sprintf("only the first %d are told", most)})
	}
	return out
}

// side is a message, as it was kept and as it may be shown.
type side struct{ kept, shown limen.Message }

// message compares two messages without their first lines.
func (d *differences) message(of string, before, after side) {
	d.fields(of+" field ", fieldPair{before.kept.Fields, before.shown.Fields}, fieldPair{after.kept.Fields, after.shown.Fields})
	d.body(of+" body", before, after)
	d.fields(of+" trailer ", fieldPair{before.kept.Trailers, before.shown.Trailers}, fieldPair{after.kept.Trailers, after.shown.Trailers})
}

// frames compares the messages of two exchanges that went on, one by one.
func (d *differences) frames(before, after Side) {
	n := max(len(before.Kept.Messages), len(after.Kept.Messages))
	for i := range n {
		kept, shown := [2]string{}, [2]string{}
		for j, s := range []Side{before, after} {
			if i < len(s.Kept.Messages) {
				kept[j] = sayFrame(s.Kept.Messages[i])
			}
			if i < len(s.Shown.Messages) {
				shown[j] = sayFrame(s.Shown.Messages[i])
			}
		}
		d.pair("message "+strconv.Itoa(i+1), kept, shown)
	}
}

func sayFrame(f limen.Frame) string {
	from := "server"
	if f.FromClient {
		from = "client"
	}
	text := fmt.Sprintf("%d bytes", f.Size)
	if utf8.Valid(f.Body) {
		text = string(f.Body)
	}
	return fmt.Sprintf("%v from the %s: %s", f.Kind, from, text)
}

// status is a status in words; empty if there was none.
func status(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// differences are those that were found so far.
type differences struct {
	list   []limen.Difference
	untold int
}

// add notes a part if it differs.
func (d *differences) add(part, before, after string) {
	if before != after {
		d.put(limen.Difference{Part: part, Before: before, After: after})
	}
}

// pair notes a part if what was kept of it differs, as it may be shown.
func (d *differences) pair(part string, kept, shown [2]string) {
	switch {
	case kept[0] == kept[1]:
	case shown[0] == shown[1]:
		d.add(part, oneSecret, anotherSecret)
	default:
		d.add(part, shown[0], shown[1])
	}
}

func (d *differences) put(one limen.Difference) {
	if len(d.list) == most {
		d.untold++
		return
	}
	one.Before, one.After = short(one.Before), short(one.After)
	d.list = append(d.list, one)
}

// mostText is how much of a value is told.
const mostText = 1 << 10

// short is a text without what is too long of it.
func short(text string) string {
	if len(text) <= mostText {
		return text
	}
	n := mostText
	for n > mostText-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
