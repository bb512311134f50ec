package tap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

var (
	client = netip.MustParseAddrPort("127.0.0.1:40000")
	here   = netip.MustParseAddrPort("127.0.0.1:80")
	shop   = &limen.Route{Name: "shop.localhost", Target: limen.Target{Port: 3000}}
	way    = Passage{Client: client, Here: here, Route: shop}
)

func at(n int) time.Time { return time.Unix(1_700_000_000, int64(n)*int64(time.Millisecond)).UTC() }

func open(t testing.TB, dir string, c Config) *Tap {
	t.Helper()
	p, err := Open(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func end(t testing.TB, p *Tap) {
	t.Helper()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

const (
	asked    = "POST /cart?a=1 HTTP/1.1\r\nHost: shop.localhost\r\nX-Twice: 1\r\nContent-Length: 5\r\nX-Twice: 2\r\n\r\n"
	answered = "HTTP/1.1 201 Created\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\n"
)

// pass has a request go by that is n milliseconds late.
func pass(p *Tap, n int) {
	k := p.Begin(at(n), way, []byte(asked))
	k.Asked([]byte("hello"))
	k.Answered(at(n+2), []byte(answered))
	k.Content([]byte("world!"))
	k.End(at(n+3), "")
}

func exchanges(t testing.TB, dir string, q Question) []limen.Exchange {
	t.Helper()
	all, err := Exchanges(t.Context(), dir, q)
	if err != nil {
		t.Fatal(err)
	}
	return all.Exchanges
}

func recording(t testing.TB, dir, id string) limen.Recording {
	t.Helper()
	all, err := Recordings(t.Context(), dir, []string{id})
	if err != nil {
		t.Fatal(err)
	}
	return all.Recordings[0]
}

func TestARequestIsKeptAsItCame(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	pass(p, 0)
	end(t, p)
	want := limen.Recording{
		Exchange: limen.Exchange{
			ID: "1", Time: at(0), Name: "shop.localhost", Target: "3000", Client: client, Protocol: "HTTP/1.1", Method: "POST",
			URL: "http://shop.localhost/cart?a=1", Status: 201, Media: "text/plain", FirstByte: 2 * time.Millisecond,
			Total: 3 * time.Millisecond, Sent: 5, Received: 6,
		},
		Request: limen.Message{
			Fields: []limen.Field{{Name: "Host", Value: "shop.localhost"}, {Name: "X-Twice", Value: "1"}, {Name: "Content-Length", Value: "5"}, {Name: "X-Twice", Value: "2"}},
			Body:   []byte("hello"), Size: 5,
		},
		Answer: limen.Message{
			Fields: []limen.Field{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}, {Name: "Content-Length", Value: "6"}},
			Body:   []byte("world!"), Size: 6,
		},
	}
	if diff := cmp.Diff(want, recording(t, dir, "1"), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if got := exchanges(t, dir, Question{}); len(got) != 1 || got[0].Method != "POST" || got[0].Received != 6 {
		t.Errorf("%+v", got)
	}
	if info, err := os.Stat(filepath.Join(dir, "a", segmentName(1))); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v: only its owner may read what goes through", info, err)
	}
}

func TestABodyIsKeptToItsLimitAndCountedToItsEnd(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	k := p.Begin(at(0), way, []byte(asked))
	part := bytes.Repeat([]byte("0123456789abcdef"), 3<<10)
	for range 40 {
		k.Asked(part)
	}
	k.Answered(at(1), []byte(answered))
	k.Content([]byte("some"))
	k.Passed(1000, 2000)
	k.Content([]byte("behind the hole"))
	k.End(at(2), "")
	end(t, p)
	r := recording(t, dir, "1")
	whole := bytes.Repeat(part, 40)
	if !bytes.Equal(r.Request.Body, whole[:bodyMost]) || r.Request.Size != int64(len(whole))+1000 || r.Sent != r.Request.Size {
		t.Errorf("%d bytes of %d", len(r.Request.Body), r.Request.Size)
	}
	if string(r.Answer.Body) != "some" || r.Answer.Size != 4+2000+15 {
		t.Errorf("%q of %d", r.Answer.Body, r.Answer.Size)
	}
	if len(r.Gaps) != 2 {
		t.Errorf("gaps %v", r.Gaps)
	}
}

func TestNumbersGoOnWhereTheyEnded(t *testing.T) {
	dir := t.TempDir()
	for n := range 3 {
		p := open(t, dir, Config{})
		pass(p, n)
		end(t, p)
	}
	got := exchanges(t, dir, Question{})
	if len(got) != 3 || got[0].ID != "1" || got[2].ID != "3" {
		t.Errorf("%+v", got)
	}
}

func TestWhoeverWritesHasARingOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	first, second := open(t, dir, Config{}), open(t, dir, Config{})
	pass(first, 0)
	pass(second, 1)
	pass(first, 2)
	end(t, second)
	end(t, first)
	ids := ""
	for _, x := range exchanges(t, dir, Question{}) {
		ids += x.ID + " "
	}
	if ids != "1 b1 2 " {
		t.Errorf("%s", ids)
	}
	if got := exchanges(t, dir, Question{Most: 1}); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("the last is %+v", got)
	}
	if r := recording(t, dir, "b1"); !r.Time.Equal(at(1)) {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsNotKeptIsNotFound(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if all, err := Exchanges(t.Context(), dir, Question{}); err != nil || len(all.Exchanges)+len(all.Gaps) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	for id, want := range map[string]limen.Kind{"17": limen.NotFound, "b17": limen.NotFound, "017": limen.Invalid, "a17": limen.Invalid, "": limen.Invalid, "0": limen.Invalid, "x": limen.Invalid, "-1": limen.Invalid} {
		if _, err := Recordings(t.Context(), dir, []string{id}); !errors.Is(err, want) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestOnlyWhatIsWantedIsKept(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Wants: func(r *limen.Route) bool { return r != nil && r.Name == "shop.localhost" }})
	if p.Begin(at(0), Passage{}, []byte(asked)) != nil {
		t.Error("a request without a route is kept")
	}
	pass(p, 1)
	end(t, p)
	if got := exchanges(t, dir, Question{}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTheLastRequestsThatAreMeantAreRead(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	for n := range 3000 {
		pass(p, n)
	}
	end(t, p)
	isEven := func(x *limen.Exchange) bool { return x.ID[len(x.ID)-1]%2 == 0 }
	got := exchanges(t, dir, Question{Wants: isEven, Most: 3})
	if len(got) != 3 || got[0].ID != "2996" || got[2].ID != "3000" {
		t.Errorf("%+v", got)
	}
}

// Everything that goes by at full speed is kept or counted, and nobody waits.
func TestWhatThereIsNoRoomForIsCounted(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: 1 << 30})
	const each = 10_000
	var all sync.WaitGroup
	body := bytes.Repeat([]byte("x"), 1000)
	for range 8 {
		all.Go(func() {
			for n := range each {
				k := p.Begin(at(n), way, []byte(asked))
				k.Answered(at(n), []byte(answered))
				k.Content(body)
				k.End(at(n), "")
			}
		})
	}
	all.Wait()
	end(t, p)
	kept, err := Exchanges(t.Context(), dir, Question{Most: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	missed := p.Missed()
	if len(kept.Exchanges)+int(missed) != 8*each {
		t.Errorf("%d kept and %d missed of %d", len(kept.Exchanges), missed, 8*each)
	}
	for _, x := range kept.Exchanges {
		if x.Open || x.Fault != "" || x.Status != 201 || x.Received != 1000 {
			t.Fatalf("%+v", x)
		}
	}
	t.Logf("%d kept, %d missed", len(kept.Exchanges), missed)
}

// A piece that finds no room may be the middle of a request: then that has a hole,
// and says so, but has its end.
func TestARequestWithAHoleSaysSo(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	k := p.Begin(at(0), way, []byte(asked))
	large := bytes.Repeat([]byte("x"), partMost)
	k.Answered(at(1), []byte("HTTP/1.1 200 OK\r\n\r\n"))
	k.Content(large) // its beginning is kept
	p.mu.Lock()
	took := p.spool
	p.spool = spool{made: batchesMost} // nothing is free
	p.mu.Unlock()
	k.Content(large)
	p.mu.Lock()
	p.spool = took
	p.mu.Unlock()
	k.Content(large)
	if k.content.kept != 2*partMost {
		t.Errorf("%d bytes were kept, though the last of them have nothing to stand behind", k.content.kept)
	}
	k.End(at(2), "")
	end(t, p)
	r := recording(t, dir, "1")
	if len(r.Answer.Body) != partMost || r.Answer.Size != 3*partMost || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0].Why, "too much") || r.Total != 2*time.Millisecond {
		t.Errorf("%d of %d bytes, %v", len(r.Answer.Body), r.Answer.Size, r.Gaps)
	}
}

func TestTheEndOfARequestWaitsForRoom(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	k := p.Begin(at(0), way, []byte(asked))
	k.Answered(at(1), []byte(answered))
	k.Content(bytes.Repeat([]byte("x"), partMost))
	p.mu.Lock()
	took := p.spool
	p.spool = spool{made: batchesMost}
	p.mu.Unlock()
	k.End(at(2), "")
	p.mu.Lock()
	p.spool = took
	p.mu.Unlock()
	end(t, p)
	if x := exchanges(t, dir, Question{})[0]; x.Open || x.Total != 2*time.Millisecond || x.Received != partMost {
		t.Errorf("%+v", x)
	}
}

func TestNothingIsKeptAfterTheEnd(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	k := p.Begin(at(0), way, []byte(asked))
	end(t, p)
	k.Answered(at(1), []byte(answered))
	k.Content(bytes.Repeat([]byte("x"), 3<<20))
	k.End(at(2), "")
	if p.Begin(at(3), way, []byte(asked)) != nil {
		t.Error("a request is kept")
	}
	if x := exchanges(t, dir, Question{})[0]; x.Open || x.Fault == "" || x.Status != 0 {
		t.Errorf("%+v", x)
	}
	open(t, dir, Config{}) // who writes there now has nothing to do with it
	if x := exchanges(t, dir, Question{})[0]; x.Open || x.Fault == "" {
		t.Errorf("%+v", x)
	}
}

func TestAProcessIsFoundForEachConnection(t *testing.T) {
	dir := t.TempDir()
	var asked atomic.Int64
	p := open(t, dir, Config{Initiator: func(_ context.Context, from, to netip.AddrPort) *limen.Process {
		asked.Add(1)
		if to != here {
			return nil
		}
		return &limen.Process{ProcessID: limen.ProcessID{PID: int(from.Port())}, Name: "curl", Command: strings.Fields(strings.Repeat("--data ", 4000))}
	}})
	met := netip.MustParseAddrPort("127.0.0.1:40001")
	p.Meet(met, here)
	told := watch(t, p, Watch{Wants: hasEnded})
	for range 3 {
		for _, from := range []netip.AddrPort{met, client} {
			k := p.Begin(time.Now(), Passage{Client: from, Here: here}, []byte("GET / HTTP/1.1\r\n\r\n"))
			k.End(time.Now(), "")
		}
	}
	for range 6 {
		x := (<-told).Exchange
		if x.Initiator == nil || x.Initiator.PID != int(x.Client.Port()) {
			t.Errorf("told %+v", x)
		}
	}
	end(t, p)
	for _, x := range exchanges(t, dir, Question{}) {
		if x.Initiator == nil || x.Initiator.PID != int(x.Client.Port()) {
			t.Errorf("kept %+v", x)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("it was looked for %d times", n)
	}
}

func ExampleTap() {
	dir, _ := os.MkdirTemp("", "tap")
	defer os.RemoveAll(dir)
	p, _ := Open(dir, Config{})
	pass(p, 0)
	p.Close()
	all, _ := Exchanges(context.Background(), dir, Question{})
	for _, x := range all.Exchanges {
		fmt.Println(x.ID, x.Method, x.URL, x.Status, x.Total)
	}
	// Output: 1 POST http://shop.localhost/cart?a=1 201 3ms
}
