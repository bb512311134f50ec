package serve

import (
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// A mistake is one thing that is wrong with a file that somebody wrote for
// limen: where, why, and what would be right.
type mistake struct {
	file      string
	line      int // from 1; 0 means all of the file
	why, next string
}

// at is the place of a mistake, as editors take it.
func (m mistake) at() string {
	if m.line == 0 {
		return m.file
	}
	return fmt.Sprintf("%s:%d", m.file, m.line)
}

func (m mistake) Error() string { return strings.TrimSuffix(m.at()+": "+m.why+"; "+m.next, "; ") }

// notice is a mistake in a file that is used all the same, but for this.
func (m mistake) notice() limen.Notice {
	return limen.Notice{What: m.at() + " is left out", Why: m.why, Next: m.next}
}

// refusal is a mistake in a file that cannot be used because of it.
func (m mistake) refusal() *limen.Error {
	return &limen.Error{Kind: limen.Invalid, What: "cannot use " + m.at(), Why: m.why, Next: m.next}
}

// mostMistakes is how many are told at once. Whoever has made more has made the
// same one often.
const mostMistakes = 10

// tellMistakes tells of mistakes in files that are used all the same.
func (s *Site) tellMistakes(all []mistake) {
	for i, m := range all {
		if i == mostMistakes {
			s.notice(limen.Notice{What: fmt.Sprintf("%d more lines of %s are left out", len(all)-i, m.file), Next: "correct those above first"})
			return
		}
		s.notice(m.notice())
	}
}
