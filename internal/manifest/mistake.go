package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A position is a place in a file. Line and column count from 1, the column in
// bytes; 0 means all of the line, or of the file.
type position struct {
	file         string
	line, column int
}

func (p position) String() string {
	s := p.file
	for _, n := range []int{p.line, p.column} {
		if n == 0 {
			break
		}
		s += fmt.Sprint(":", n)
	}
	return s
}

// A mistake is one thing that is wrong with a manifest.
type mistake struct {
	at        position
	why, next string
}

// mistakes are all that were found.
type mistakes struct{ all []mistake }

// mostMistakes is how many are told at once. Whoever has made more has made
// the same one often.
const mostMistakes = 10

// mostKept keeps a hostile file from filling the memory with them.
const mostKept = 10_000

func (m *mistakes) add(at position, next, why string, args ...any) {
	if len(m.all) < mostKept {
		m.all = append(m.all, mistake{at, fmt.Sprintf(why, args...), next})
	}
}

// err returns all mistakes in the order of their places; nil if there are none.
func (m *mistakes) err() error {
	slices.SortStableFunc(m.all, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.at.file, b.at.file), cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.column, b.at.column))
	})
	all := slices.Compact(m.all)
	var errs []error
	for _, one := range all[:min(len(all), mostMistakes)] {
		errs = append(errs, &limen.Error{Kind: limen.Invalid, What: "cannot use " + one.at.String(), Why: one.why, Next: one.next})
	}
	switch rest := len(all) - len(errs); {
	case len(errs) == 1:
		return errs[0]
	case rest > 0:
		last := errs[len(errs)-1].(*limen.Error)
		last.Next = strings.TrimPrefix(last.Next+fmt.Sprintf("; %d more are not shown", rest), "; ")
	}
	return errors.Join(errs...)
}

// instead says what may have been meant by a word that is none of those known.
func instead(word string, known []string) string {
	known = slices.DeleteFunc(slices.Clone(known), func(k string) bool { return len(k) > 64 })
	best, least := "", 1+min(len(word), 64)/3
	for _, k := range known {
		if d := distance(strings.ToLower(word), k, least); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %s?", best)
	case len(known) == 0:
		return ""
	}
	shown := known[:min(len(known), 20)]
	return "known are " + strings.Join(shown, ", ")
}

// distance counts how many letters differ between two words, an exchange of
// two neighbours as one, and gives up beyond most (Damerau and Levenshtein, in
// the form called optimal string alignment).
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
