package host

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Each question is a line in the log of whoever develops the server.
func TestAServiceIsAskedOnceForItsDocuments(t *testing.T) {
	h := bare(t)
	var questions atomic.Int64
	answer := func(w http.ResponseWriter, r *http.Request) {
		if questions.Add(1); !strings.HasPrefix(r.UserAgent(), "limen (limen tap") {
			t.Errorf("%s asks", r.UserAgent())
		}
		http.NotFound(w, r)
	}
	upstream(t, "7300", answer)
	target := &limen.Target{Port: 7300}
	tapped(t, h, op.TapIn{Target: target}).end()
	before := questions.Load()
	if before == 0 {
		t.Error("nobody was asked")
	}
	one, other := tapped(t, h, op.TapIn{Target: target}), tapped(t, h, op.TapIn{Target: target})
	one.end()
	other.end()
	if now := questions.Load(); now != before {
		t.Errorf("it was asked %d times, and %d times more", before, now-before)
	}
	upstream(t, "7301", answer)
	tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7301}}).end()
	if now := questions.Load(); now != 2*before {
		t.Errorf("another one was asked %d times", now-before)
	}
}

func TestALibraryForgetsRatherThanGrows(t *testing.T) {
	var l library
	first := l.shelf(shelfMark{host: "first"})
	if l.shelf(shelfMark{host: "first"}) != first || l.shelf(shelfMark{host: "first", isSecret: true}) == first {
		t.Error("what is one service is another")
	}
	for i := range 2 * mostShelves {
		l.shelf(shelfMark{host: fmt.Sprint(i)})
	}
	if len(l.shelves) > mostShelves || l.shelf(shelfMark{host: "first"}) == first {
		t.Errorf("%d are remembered", len(l.shelves))
	}
}
