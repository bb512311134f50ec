package tap

import (
	"fmt"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// begun waits until so many messages of a request are kept.
func begun(t *testing.T, dir string, frames int) {
	t.Helper()
	for {
		for _, x := range exchanges(t, dir, Question{}) {
			if x.Open && x.Frames == frames {
				return
			}
		}
		if t.Context().Err() != nil {
			t.Fatal("it was never kept")
		}
	}
}

func TestWhatGoesOnIsToldToWhoeverComesLater(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	pass(p, 0)
	k := p.Begin(at(1), way, []byte("GET /events HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"))
	k.Answered(at(2), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"))
	k.Content([]byte("data: early\n\n"))
	begun(t, dir, 1)
	first := watch(t, p, Watch{Frames: true})
	second := watch(t, p, Watch{})
	unwanted := watch(t, p, Watch{Frames: true, Wants: func(*limen.Exchange) bool { return false }})
	for _, told := range []<-chan limen.Tapped{first, second} {
		if x := (<-told).Exchange; x == nil || x.ID != "2" || !x.Open || x.Status != 200 || x.Frames != 1 || x.Total <= 0 {
			t.Fatalf("told was %+v", x)
		}
	}
	for _, text := range []string{"data: one", "data: two"} {
		k.Content([]byte(text + "\n\n"))
		if f := (<-first).Frame; f == nil || string(f.Body) != text {
			t.Fatalf("told was %+v", f)
		}
	}
	third := watch(t, p, Watch{Frames: true})
	if x := (<-third).Exchange; x == nil || x.ID != "2" || !x.Open || x.Frames != 3 {
		t.Fatalf("told was %+v", x)
	}
	k.End(at(9), "")
	for _, told := range []<-chan limen.Tapped{first, second, third} {
		if x := (<-told).Exchange; x == nil || x.Open || x.Frames != 3 {
			t.Errorf("told was %+v", x)
		}
	}
	if len(unwanted) > 0 {
		t.Errorf("told was %+v", <-unwanted)
	}
}

func TestAMessageThatHasBegunBeforeItWasWantedHasNoBody(t *testing.T) {
	compressed := pressed(t, "Hello there", "Hello there, too", "bye")
	for _, row := range []struct {
		name, deflate, before, after, want string
	}{
		{"between two", "", "\x81\x05Hello", "\x81\x03you", `text 5 ""|text 3 "you"`},
		{"in the middle", "", "\x81\x05He", "llo\x81\x03you", `text 5 ""|text 3 "you"`},
		{"between its parts", "", "\x01\x03Hel", "\x89\x01!\x80\x02lo\x81\x03you", `ping 1 "!"|text 5 ""|text 3 "you"`},
		{"in its head", "", "\x81", "\x05Hello", `text 5 "Hello"`},
		{"in a ping", "", "\x89\x02!", "!\x81\x03you", `ping 2 ""|text 3 "you"`},
		{"what refers to it", pressing, frame(0xc1, compressed[0]), frame(0xc1, compressed[1]) + "\x81\x02ok", fmt.Sprintf(`text %d ""|text %d ""|text 2 "ok"`, len(compressed[0]), len(compressed[1]))},
		{"what does not", pressing + "; server_no_context_takeover", frame(0xc1, compressed[0]), frame(0xc1, pressed(t, "bye")[0]), fmt.Sprintf(`text %d ""|text 3 "bye"`, len(compressed[0]))},
	} {
		var said []string
		s := &socket{plain: newInflater(row.deflate, "server_no_context_takeover"), tell: func(kind limen.FrameKind, body []byte, size int64) {
			said = append(said, fmt.Sprintf("%s %d %q", kind, size, body))
		}}
		s.take([]byte(row.before))
		s.keep(true)
		s.take([]byte(row.after))
		if got := strings.Join(said, "|"); got != row.want {
			t.Errorf("%s: %s; want %s", row.name, got, row.want)
		}
		s.keep(false)
		s.keep(true)
		said = nil
		s.take([]byte("\x81\x03end"))
		if got := strings.Join(said, "|"); got != `text 3 "end"` {
			t.Errorf("%s, and then: %s", row.name, got)
		}
	}
}

func TestAnEventThatHasBegunBeforeItWasWantedHasNoBody(t *testing.T) {
	for before, want := range map[string]string{
		"data: a\n\n":         `7 ""|7 "data: b"|7 "data: c"`,
		"data: a\n":           `15 ""|7 "data: c"`,
		"data: a\n\ndata: ":   `7 ""|13 ""|7 "data: c"`,
		"data: a\n\nid: long": `7 ""|7 "data: c"`,
	} {
		var said []string
		e := &events{tell: func(_ limen.FrameKind, body []byte, size int64) {
			said = append(said, fmt.Sprintf("%d %q", size, body))
		}}
		e.take([]byte(before))
		e.keep(true)
		e.take([]byte("data: b\n\ndata: c\n\n"))
		if got := strings.Join(said, "|"); got != want {
			t.Errorf("%q: %s; want %s", before, got, want)
		}
	}
}

func TestWhatHasEndedUnseenIsForgotten(t *testing.T) {
	p := open(t, t.TempDir(), Config{})
	k := p.Begin(at(0), way, []byte("GET / HTTP/1.1\r\n\r\n"))
	l := newLive(p)
	for n := range uint64(storiesMax / 2) {
		s := newStory("", k.number+n, false, nil)
		l.stories[s.number], l.slow = s, append(l.slow, s)
	}
	if l.flush(); len(l.stories) != 1 || len(l.slow) > 1 {
		t.Errorf("%d are remembered, and %d not told", len(l.stories), len(l.slow))
	}
	k.End(at(1), "")
}
