package tap

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestAnAllowanceGrowsWithTimeAlone(t *testing.T) {
	var a allowance
	a.allow(16 << 20)
	now := at(0)
	for _, row := range []struct {
		what string
		late time.Duration
		use  int
		want int64
	}{
		{"at the beginning", 0, 0, 8 << 20},
		{"some is used", 0, 3 << 20, 5 << 20},
		{"a second later", time.Second, 0, 7 << 20},
		{"much later", time.Hour, 0, 8 << 20},
		{"more is used than there is", 0, 9 << 20, 0},
		{"a moment later", time.Second / 2, 0, 1 << 20},
		{"by who is late", -time.Minute, 0, 1 << 20},
		{"which gives nothing away", time.Minute, 0, 1 << 20},
		{"and then", time.Second / 4, 0, 1<<20 + 1<<19},
	} {
		now = now.Add(row.late)
		a.grow(now)
		a.use(row.use)
		if got := a.left.Load(); got != row.want || !a.has(int(row.want)) || a.has(int(row.want)+1) {
			t.Errorf("%s: %d left, not %d", row.what, got, row.want)
		}
	}
}

// What goes by faster than a ring of some seconds has room for has its heads kept, and
// says what was left out.
func TestBodiesMakeWayForHeads(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize})
	get, body := []byte("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"), bytes.Repeat([]byte("x"), 512<<10)
	told := watch(t, p, Watch{})
	const burst = leastSize / 2 / (512 << 10) // and its heads, for which one of them has no room
	for n := range burst + 3 {
		k := p.Begin(at(0), way, get)
		k.Answered(at(0), []byte(answered))
		k.Content(body)
		if want := n >= burst-1; k.HasEnough() != want {
			t.Errorf("request %d has enough: %v", n+1, !want)
		}
		k.End(at(0), "")
		if item := <-told; item.Missed > 0 {
			t.Fatalf("%d missed", item.Missed)
		}
	}
	k := p.Begin(at(2000), way, get)
	k.Answered(at(2001), []byte(answered))
	k.Content(body)
	k.End(at(2002), "")
	end(t, p)
	for id, isWhole := range map[string]bool{"1": true, "5": false, "7": false, "8": true} {
		r := recording(t, dir, id)
		if r.Status != 201 || r.Answer.Size != int64(len(body)) || len(r.Answer.Fields) != 2 || r.Open {
			t.Errorf("%s: %+v", id, r.Exchange)
		}
		if got := len(r.Answer.Body) == len(body); got != isWhole || got != (len(r.Gaps) == 0) {
			t.Errorf("%s: %d bytes, %v", id, len(r.Answer.Body), r.Gaps)
		}
		if !isWhole && !strings.Contains(r.Gaps[0].Why, "so much went by") {
			t.Errorf("%s: %v", id, r.Gaps)
		}
	}
}
