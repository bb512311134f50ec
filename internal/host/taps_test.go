package host

import (
	"fmt"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/redact"
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
	all = bounded(all, redact.Recording)
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

func TestWhatWentToAPortIsToldHoweverItGotThere(t *testing.T) {
	for _, row := range []struct {
		target, name, went string
		want               bool
	}{
		{"3000", "", "3000", true},
		{"3000", "shop.localhost", "3000", true},
		{"3000", "shop.localhost", "127.0.0.1:3000", true},
		{"3000", "shop.localhost", "http://localhost:3000", true},
		{"3000", "shop.localhost", "https://localhost:3000/app", true},
		{"127.0.0.1:3000", "", "3000", true},
		{"127.0.0.1:3000", "", "[::1]:3000", false},
		{"3000", "", "3001", false},
		{"3000", "shop.localhost", "192.0.2.7:3000", false},
		{"192.0.2.7:3000", "shop.localhost", "192.0.2.7:3000", true},
		{"unix:/run/app.sock", "", "unix:/run/app.sock", true},
		{"unix:/run/app.sock", "", "3000", false},
		{"3000", "shop.localhost", "container:shop-web-1:3000", false},
		{"3000", "now.localhost", "container:shop-web-1:80", true},
		{"3000", "now.localhost", "shop.localhost", true},
		{"3000", "now.localhost", "5173", false}, // it led elsewhere then
		{"3000", "", "", false},
	} {
		to, err := limen.ParseTarget(row.target)
		if err != nil {
			t.Fatal(err)
		}
		w := way{to, []string{"now.localhost"}}
		if got := w.has(&limen.Exchange{Name: row.name, Target: row.went}); got != row.want {
			t.Errorf("%q to %q, asked for %s: %v", row.name, row.went, row.target, got)
		}
	}
}
