package tap

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// watch returns what a watcher is told, which goes on for as long as the test.
func watch(t *testing.T, p *Tap, w Watch) <-chan limen.Tapped {
	t.Helper()
	told, ready, done := make(chan limen.Tapped, 100), make(chan struct{}), make(chan struct{})
	w.Ready = func() { close(ready) }
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer close(done)
		p.Watch(ctx, w, func(item limen.Tapped) error {
			select {
			case told <- item:
			case <-ctx.Done(): // nobody listens any more
			}
			return nil
		})
	}()
	t.Cleanup(func() { stop(); <-done })
	<-ready
	return told
}

// hasEnded is for whoever wants to be told once of each request: one that is held up
// in its middle, by a busy machine, is told of before it ends, too.
func hasEnded(x *limen.Exchange) bool { return !x.Open }

func TestAWatcherIsToldOfWhatItWants(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	told := watch(t, p, Watch{Wants: func(x *limen.Exchange) bool { return hasEnded(x) && x.Time.Equal(at(1)) }})
	pass(p, 0)
	pass(p, 1)
	item := <-told
	if x := item.Exchange; item.Kind != limen.TapExchange || x.ID != "2" || x.Status != 201 || x.Open || !item.Time.Equal(at(4)) {
		t.Errorf("%+v %+v", item, item.Exchange)
	}
}

func TestAWatcherCanFetchWhatItWasToldOf(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	told := watch(t, p, Watch{Wants: hasEnded})
	for n := range 20 {
		pass(p, n)
		if r := recording(t, dir, (<-told).Exchange.ID); string(r.Answer.Body) != "world!" {
			t.Fatalf("%+v", r)
		}
	}
}

func TestAWatcherThatFailsEnds(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	broken := errors.New("the terminal is gone")
	err := p.Watch(t.Context(), Watch{Ready: func() { pass(p, 0) }}, func(limen.Tapped) error { return broken })
	if err != broken {
		t.Errorf("%v", err)
	}
	end(t, p)
	if err := p.Watch(t.Context(), Watch{}, func(limen.Tapped) error { return nil }); err != nil {
		t.Errorf("%v", err)
	}
}

func TestMessagesOfAStreamAreToldAsTheyCome(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	told := watch(t, p, Watch{Frames: true})
	k := p.Begin(at(0), way, []byte("GET /events HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"))
	k.Answered(at(1), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"))
	if x := (<-told).Exchange; !x.Open || x.Status != 200 || x.ID != "1" {
		t.Errorf("%+v", x)
	}
	for _, text := range []string{"data: one\n\n", "data: two\n\n"} {
		k.Content([]byte("b\r\n" + text + "\r\n"))
		if f := (<-told).Frame; f.Exchange != "1" || string(f.Body) != strings.TrimSpace(text) || f.Kind != limen.FrameEvent || f.FromClient || f.Time.IsZero() {
			t.Errorf("%+v", f)
		}
	}
	k.Content([]byte("0\r\n\r\n"))
	k.End(at(9), "")
	if x := (<-told).Exchange; x.Open || x.Frames != 2 || x.Received != 22 || x.Total != 9*time.Millisecond {
		t.Errorf("%+v", x)
	}
}

func TestMessagesThatComeAtOnceAreToldBehindTheirRequest(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	told := watch(t, p, Watch{Frames: true})
	silent := watch(t, p, Watch{})
	k := p.Begin(at(0), way, []byte("GET /chat HTTP/1.1\r\n\r\n"))
	k.Answered(at(1), []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"))
	k.Content([]byte("\x81\x02hi\x81\x03you"))
	k.End(at(2), "")
	if x := (<-told).Exchange; x == nil || !x.Open || x.Status != 101 {
		t.Fatalf("%+v", x)
	}
	for _, want := range []string{"hi", "you"} {
		if f := (<-told).Frame; f == nil || string(f.Body) != want {
			t.Fatalf("%+v", f)
		}
	}
	if x := (<-told).Exchange; x == nil || x.Open || x.Frames != 2 {
		t.Errorf("%+v", x)
	}
	if x, y := (<-silent).Exchange, (<-silent).Exchange; x == nil || y == nil || !x.Open || y.Open {
		t.Errorf("%+v, %+v", x, y)
	}
}

// Somebody who begins a message on each of many WebSockets, and ends none, is not
// given a buffer of a mebibyte for each.
func TestOfManyStreamsLessOfEachMessageIsKept(t *testing.T) {
	const streams, size = 64, 600 << 10
	p := open(t, t.TempDir(), Config{Size: 64 << 20})
	told := watch(t, p, Watch{Frames: true})
	var last *Track
	for range streams {
		last = p.Begin(at(0), way, []byte("GET /events HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"))
		last.Answered(at(1), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"))
		<-told
	}
	last.Content([]byte("data: " + strings.Repeat("x", size-6) + "\n\n"))
	if f := (<-told).Frame; f == nil || f.Size != size || len(f.Body) > unsaidMost/streams {
		t.Errorf("%+v", f)
	}
}

func TestARequestThatTakesLongIsToldBeforeItEnds(t *testing.T) {
	var later atomic.Int64
	p := open(t, t.TempDir(), Config{Now: func() time.Time { return at(0).Add(time.Duration(later.Load())) }})
	told := watch(t, p, Watch{})
	k := p.Begin(at(0), way, []byte(asked))
	later.Store(int64(2 * time.Second))
	if x := (<-told).Exchange; !x.Open || x.Total != 2*time.Second || x.Status != 0 {
		t.Errorf("%+v", x)
	}
	k.End(at(3000), "the client went away")
	if x := (<-told).Exchange; x.Open || x.Fault != "the client went away" || x.Total != 3*time.Second {
		t.Errorf("%+v", x)
	}
}

func TestASlowWatcherMissesSomeAndHearsHowMany(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	goOn, begun := make(chan struct{}), make(chan struct{}, 1)
	sum, rest, missed := make(chan int64, 1), int64(0), int64(0)
	const all = 3 * lookMost
	go p.Watch(t.Context(), Watch{Wants: hasEnded, Ready: func() { begun <- struct{}{} }}, func(item limen.Tapped) error {
		if rest == 0 {
			begun <- struct{}{}
			<-goOn
		}
		if rest += item.Missed + item.Unshown; item.Exchange != nil {
			rest++
		}
		if missed += item.Missed; rest == all {
			sum <- missed
		}
		return nil
	})
	<-begun
	for n := range all {
		pass(p, n)
	}
	<-begun
	close(goOn)
	if got := <-sum; got != p.Missed() {
		t.Errorf("%d were not kept, it says of %d", p.Missed(), got)
	}
}

// Those are kept, and it is said now and then, not each time the tap looks.
func TestWhatIsNotShownIsSaidOnceInAWhile(t *testing.T) {
	const slower = 100 // than any clock, so that no machine is too slow to have more go by than there is time for
	began := time.Now()
	dir := t.TempDir()
	p := open(t, dir, Config{Now: func() time.Time { return began.Add(time.Since(began) / slower) }})
	counts := make(chan limen.Tapped, 10)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready := make(chan struct{})
	go p.Watch(ctx, Watch{Ready: func() { close(ready) }}, func(item limen.Tapped) error {
		if item.Kind == limen.TapMissed {
			counts <- item
		}
		return nil
	})
	<-ready
	var before limen.Tapped
	for round := range int64(2) {
		for n := range 2 * lookMost {
			for n%64 == 0 && isBehind(p) {
				runtime.Gosched()
			}
			pass(p, n)
		}
		item := <-counts
		if item.Missed > 0 || item.Unshown == 0 || round > 0 && item.Time.Sub(before.Time) < countPause/slower {
			t.Errorf("%+v behind %+v", item, before)
		}
		before = item
	}
	if kept := exchanges(t, dir, Question{Most: 5 * lookMost}); int64(len(kept)) < before.Unshown {
		t.Errorf("%d are kept", len(kept))
	}
}

func TestTwoWatchersAreBothTold(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	one, other := watch(t, p, Watch{}), watch(t, p, Watch{Frames: true})
	pass(p, 0)
	ids := []string{(<-one).Exchange.ID, (<-other).Exchange.ID}
	if !slices.Equal(ids, []string{"1", "1"}) {
		t.Errorf("%q", ids)
	}
}
