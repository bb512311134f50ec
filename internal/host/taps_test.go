package host

import (
	"fmt"
	"testing"

	"github.com/limenhq/limen"
)

func TestWhatIsRecalledHasABound(t *testing.T) {
	var all limen.Recordings
	for i := range 40 {
		body := make([]byte, 1<<20)
		m := limen.Message{Body: body, Size: 1 << 20}
		r := limen.Recording{Exchange: limen.Exchange{ID: fmt.Sprint(i + 1)}, Request: m, Answer: m, Messages: []limen.Frame{{Body: body}}}
		all.Recordings = append(all.Recordings, r)
	}
	all.Recordings = append(all.Recordings, limen.Recording{})
	all = bounded(all)
	whole := 0
	for _, r := range all.Recordings {
		if len(r.Answer.Body) > 0 {
			whole++
		} else if isCut := r.Answer.IsCut() && r.Request.IsCut() && len(r.Gaps) == 1; isCut != (r.ID != "") {
			t.Errorf("%s is cut: %v, %+v", r.ID, isCut, r.Gaps)
		}
	}
	if whole != 21 || len(all.Gaps) != 1 || all.Gaps[0].What != "the bodies of 19 requests" {
		t.Errorf("%d are whole, %+v", whole, all.Gaps)
	}
}
