package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// bare is a host without a daemon, whose home is empty.
func bare(t *testing.T) *Host {
	t.Helper()
	nettest.NeedPrivate(t)
	home := t.TempDir()
	at := func(name string) func() (string, error) {
		return func() (string, error) { return filepath.Join(home, name), nil }
	}
	return New(Config{Home: at("."), State: at("state"), Settings: at("config"), Cache: at("cache")})
}

// A tapping is a tap that a test follows.
type tapping struct {
	t     *testing.T
	items chan limen.Tapped
	tap   limen.Tap
	stop  context.CancelFunc
	ended chan error
}

// tapped follows a tap until the test ends, or it is stopped.
func tapped(t *testing.T, h *Host, in op.TapIn) *tapping {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &tapping{t: t, items: make(chan limen.Tapped, 1000), stop: stop, ended: make(chan error, 1)}
	go func() {
		var last error
		for item, err := range op.Tap.On(ctx, h.Ops(), in) {
			if last = err; err == nil {
				p.items <- item
			}
		}
		p.ended <- last
		close(p.items)
	}()
	t.Cleanup(func() { p.end() })
	first := p.next()
	if first.Kind != limen.TapOpened || first.Tap == nil {
		t.Fatalf("it begins with %+v", first)
	}
	p.tap = *first.Tap
	return p
}

// end ends a tap, and returns the error that it ended with, but for that it was ended.
func (p *tapping) end() error {
	p.stop()
	err := <-p.ended
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	p.ended <- err
	return err
}

// next is what is told next.
func (p *tapping) next() limen.Tapped {
	p.t.Helper()
	select {
	case item, ok := <-p.items:
		if !ok {
			p.t.Fatalf("the tap ended with %v", p.end())
		}
		return item
	case <-time.After(30 * time.Second):
		p.t.Fatal("nothing was told")
	}
	return limen.Tapped{}
}

// exchange is the request that is told next.
func (p *tapping) exchange() limen.Exchange {
	p.t.Helper()
	item := p.next()
	if item.Exchange == nil {
		p.t.Fatalf("told was %+v", item)
	}
	return *item.Exchange
}

// upstream is a server of this test at a port.
func upstream(t *testing.T, port string, answer http.HandlerFunc) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: answer}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
}

// fetch asks at an address for a host, and returns the answer and its body.
func fetch(t *testing.T, method, at, host string, fields http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, at, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host, r.Close = host, true
	if fields != nil {
		r.Header = fields
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func TestWhatGoesThroughANameIsToldAsItGoes(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	until(t, h, live("shop.localhost"))
	p := tapped(t, h, op.TapIn{Names: []string{"shop"}})
	if len(p.tap.Names) != 1 || p.tap.Names[0] != "shop.localhost" || p.tap.Endpoint != nil || len(p.tap.Gaps) > 0 {
		t.Errorf("%+v", p.tap)
	}
	visit(t, "blog.localhost", "/")
	var e limen.Exchange
	asked := 0
	for ; asked < 20 && e.Initiator == nil; asked++ { // who asks is looked for in one moment, which is too short on a busy machine
		spoken(t, "127.0.0.1:8008", "GET /package.json?token=abc&page=2 HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
		e = p.exchange()
	}
	if e.Name != "shop.localhost" || e.Target != "5173" || e.Method != "GET" || e.Status != 200 || e.ID == "" || e.Received == 0 || e.Total <= 0 {
		t.Errorf("%+v", e)
	}
	if e.URL != "http://shop.localhost/package.json?token=REDACTED&page=2" {
		t.Errorf("the address is %s", e.URL)
	}
	if e.Initiator == nil || e.Initiator.PID != os.Getpid() {
		t.Errorf("it was asked by %+v", e.Initiator)
	}
	kept, err := op.Taps.On(t.Context(), h.Ops(), op.TapsIn{})
	if err != nil || len(kept.Exchanges) != asked || kept.Exchanges[asked-1].ID != e.ID || strings.Contains(kept.Exchanges[asked-1].URL, "abc") {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := p.end(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestNothingIsKeptUnlessSomebodyTaps(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	until(t, h, live("shop.localhost"))
	visit(t, "shop.localhost", "/before")
	p := tapped(t, h, op.TapIn{})
	visit(t, "shop.localhost", "/meanwhile")
	p.exchange()
	p.end()
	visit(t, "shop.localhost", "/after")
	kept, err := h.Taps(t.Context(), op.TapsIn{})
	if err != nil || len(kept.Exchanges) != 1 || !strings.HasSuffix(kept.Exchanges[0].URL, "/meanwhile") {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestATapBeforeAPortStandsForItsServer(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s %s", r.Host, r.URL) })
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	if p.tap.Endpoint == nil || p.tap.Endpoint.Port() != 17300 || !p.tap.Endpoint.Address().IsLoopback() || p.tap.Target == nil || p.tap.Target.Port != 7300 {
		t.Fatalf("%+v", p.tap)
	}
	for _, at := range []string{"127.0.0.1:17300", "[::1]:17300"} {
		for _, host := range []string{at, "localhost:17300", "shop.localhost:17300"} {
			if answer, text := fetch(t, "GET", "http://"+at+"/x?y", host, nil, nil); answer.StatusCode != 200 || text != host+" /x?y" {
				t.Errorf("%s at %s: %d %s", host, at, answer.StatusCode, text)
			}
			e := p.exchange()
			if e.Name != "" || e.Target != "7300" || e.URL != "http://"+host+"/x?y" {
				t.Errorf("%+v", e)
			}
		}
	}
	if answer, text := fetch(t, "GET", "http://127.0.0.1:17300/", "evil.example:17300", nil, nil); answer.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(text, "DNS rebinding") {
		t.Errorf("another's name: %d %s", answer.StatusCode, text)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", "127.0.0.1:17300"); err == nil {
		c.Close()
		t.Error("it listens on")
	}
}

func TestATapOfAPortSeesTheNamesThatLeadThere(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	website(t, "blog", "127.0.0.1", "5174")
	until(t, h, live("shop.localhost"))
	until(t, h, live("blog.localhost"))
	routed(t, h, "x.test", "shop.localhost", op.RouteIn{})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 5173}, Port: 7400})
	if p.tap.Endpoint.Port() != 7400 || strings.Join(p.tap.Names, " ") != "shop.localhost x.test" {
		t.Errorf("%+v", p.tap)
	}
	visit(t, "blog.localhost", "/")
	for _, name := range []string{"shop.localhost", "x.test"} {
		visit(t, name, "/")
		if e := p.exchange(); e.Name != name {
			t.Errorf("%+v", e)
		}
	}
	fetch(t, "GET", "http://127.0.0.1:7400/", "localhost:7400", nil, nil)
	if e := p.exchange(); e.Name != "" || e.Target != "5173" {
		t.Errorf("%+v", e)
	}
}

func TestANameIsTappedWhateverRouteItMeans(t *testing.T) {
	h := keeping(t)
	upstream(t, "7300", func(http.ResponseWriter, *http.Request) {})
	routed(t, h, "*.eu.test", "7300", op.RouteIn{})
	routed(t, h, "a.eu.test", "7300", op.RouteIn{})
	one := tapped(t, h, op.TapIn{Names: []string{"b.eu.test/api"}})
	all := tapped(t, h, op.TapIn{Names: []string{"*.eu.test"}})
	if len(one.tap.Gaps)+len(all.tap.Gaps) > 0 {
		t.Errorf("%+v %+v", one.tap.Gaps, all.tap.Gaps)
	}
	for _, at := range []string{"a.eu.test/api", "c.eu.test/api", "b.eu.test/apis", "b.eu.test/api/x"} {
		host, path, _ := strings.Cut(at, "/")
		visit(t, host, "/"+path)
		if e := all.exchange(); e.URL != "http://"+at {
			t.Errorf("told was %s, not %s", e.URL, at)
		}
	}
	if e := one.exchange(); e.URL != "http://b.eu.test/api/x" || e.Name != "*.eu.test" {
		t.Errorf("%+v", e)
	}
}

func TestAFilterSaysWhatIsTold(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.NotFound(w, r)
		}
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}, Filter: op.TapFilter{Status: []string{"4xx"}}})
	all := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}, Port: 7400})
	at := fmt.Sprintf("http://%v", p.tap.Endpoint.Addr)
	for _, path := range []string{"/some", "/none"} {
		fetch(t, "GET", at+path, "localhost", nil, nil)
		all.exchange()
	}
	if e := p.exchange(); e.Status != 404 {
		t.Errorf("%+v", e)
	}
	for status, want := range map[string]int{"200": 1, "404": 1, "5xx": 0, "200-404": 2} {
		kept, err := h.Taps(t.Context(), op.TapsIn{Filter: op.TapFilter{Status: []string{status}}})
		if err != nil || len(kept.Exchanges) != want {
			t.Errorf("%s: %+v, %v", status, kept, err)
		}
	}
}

func TestADocumentThatPassesByIsTold(t *testing.T) {
	const openapi = `{"openapi": "3.1.0", "info": {"title": "Deep", "version": "7"}}`
	h := bare(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		media, text, _ := strings.Cut(map[string]string{
			"/deep/spec.json":   "application/json|" + openapi,
			"/other-spec.json":  "application/json|{\"openapi\": 1}",
			"/page-spec.json":   "text/html|" + openapi,
			"/swagger/hand.yml": "text/plain|swagger: '2.0'\ninfo:\n  title: By hand\n",
		}[r.URL.Path], "|")
		w.Header().Set("Content-Type", media)
		if media == "" || r.Method != http.MethodGet {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, text)
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	at := fmt.Sprintf("http://%v", p.tap.Endpoint.Addr)
	var told []limen.Document
	for _, path := range []string{"/deep/spec.json?token=x", "/deep/spec.json", "/other-spec.json", "/page-spec.json", "/none-spec.json", "/swagger/hand.yml", "/end"} {
		fetch(t, "GET", at+path, "localhost", nil, nil)
		item := p.next() // a client can ask for the next one before the end of this one is told
		for ; item.Exchange == nil; item = p.next() {
			if item.Document != nil {
				told = append(told, *item.Document)
			}
		}
	}
	want := []limen.Document{
		{URL: "http://localhost/deep/spec.json", Format: "OpenAPI 3.1.0", Title: "Deep", Version: "7"},
		{URL: "http://localhost/swagger/hand.yml", Format: "Swagger 2.0", Title: "By hand"},
	}
	if !slices.Equal(told, want) {
		t.Errorf("told was %+v", told)
	}
}

func TestWhatIsAlwaysRecordedLeavesOutWhatIsIgnored(t *testing.T) {
	nettest.NeedPrivate(t)
	h := keepingWith(t, "[tap]\nalways = true\nignore = ['bank']\n")
	website(t, "shop", "127.0.0.1", "5173")
	website(t, "bank", "127.0.0.1", "5174")
	until(t, h, live("shop.localhost"))
	until(t, h, live("bank.localhost"))
	visit(t, "bank.localhost", "/ignored")
	visit(t, "shop.localhost", "/kept")
	p := tapped(t, h, op.TapIn{Names: []string{"bank"}})
	visit(t, "bank.localhost", "/typed")
	if e := p.exchange(); e.Name != "bank.localhost" {
		t.Errorf("%+v", e)
	}
	kept, err := h.Taps(t.Context(), op.TapsIn{})
	var paths []string
	for _, e := range kept.Exchanges {
		paths = append(paths, pathIn(e.URL))
	}
	if err != nil || strings.Join(paths, " ") != "/kept /typed" {
		t.Errorf("kept are %q, %v", paths, err)
	}
}

func TestATapThatCannotBeSaysWhy(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct {
		in   op.TapIn
		kind limen.Kind
		what string
	}{
		{op.TapIn{Names: []string{"shop"}}, limen.NotFound, "cannot tap shop.localhost"},
		{op.TapIn{}, limen.NotFound, "cannot tap what goes through names"},
		{op.TapIn{Names: []string{"a b"}}, limen.Invalid, `cannot use the name "a b"`},
		{op.TapIn{Target: &limen.Target{Port: 7300}, Port: 7300}, limen.Busy, "cannot listen at port 7300"},
		{op.TapIn{Target: &limen.Target{Container: "x"}}, limen.Invalid, "cannot stand before container:x"},
		{op.TapIn{Target: &limen.Target{Port: 7300}, Filter: op.TapFilter{Status: []string{"fine"}}}, limen.Invalid, `cannot look for the status "fine"`},
	} {
		var e *limen.Error
		err := h.Tap(t.Context(), c.in, func(limen.Tapped) error { return errors.New("it was opened") })
		if !errors.As(err, &e) || e.Kind != c.kind || e.What != c.what || e.Why == "" || e.Next == "" {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
	h.state = func() (string, error) { return os.Args[0], nil } // a file, in which no directory can be
	if err := h.Tap(t.Context(), op.TapIn{Target: &limen.Target{Port: 7300}}, nil); !errors.Is(err, limen.Denied) {
		t.Errorf("without a place: %v", err)
	}
	h.state = func() (string, error) { return t.TempDir(), nil }
	for _, id := range []string{"17", "b1", "x", "", "-1", "../a"} {
		if _, err := h.Recall(t.Context(), op.RecallIn{IDs: []string{id}}); !errors.Is(err, limen.NotFound) && !errors.Is(err, limen.Invalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestANameThatNobodyHasIsAGap(t *testing.T) {
	h := keeping(t)
	routed(t, h, "db.localhost", "5432", op.RouteIn{Port: 5432})
	p := tapped(t, h, op.TapIn{Names: []string{"nobody", "db"}})
	if len(p.tap.Gaps) != 2 {
		t.Errorf("%+v", p.tap.Gaps)
	}
}

func TestATapMayBeginBeforeItsServer(t *testing.T) {
	h := bare(t)
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	if len(p.tap.Gaps) != 1 || p.tap.Gaps[0].Why != "nothing listens there yet" {
		t.Errorf("%+v", p.tap.Gaps)
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		if answer, err := http.Get("http://127.0.0.1:17300/"); err != nil {
			t.Error(err)
		} else {
			answer.Body.Close()
		}
	})
	if e := p.exchange(); !e.Open || e.Target != "7300" {
		t.Errorf("without a server: %+v", e)
	}
	upstream(t, "7300", func(http.ResponseWriter, *http.Request) {})
	asking.Wait()
	if e := p.exchange(); e.Status != 200 || e.Open {
		t.Errorf("with it: %+v", e)
	}
}

func TestATapEndsWhenAnotherDaemonTakesOver(t *testing.T) {
	h := keeping(t)
	p := tapped(t, h, op.TapIn{})
	h.Leave()
	for range p.items {
		t.Error("something was told")
	}
	if err := p.end(); !errors.Is(err, limen.Busy) {
		t.Errorf("it ended with %v", err)
	}
}

func TestWhatAServiceSaysOfItselfIsLinked(t *testing.T) {
	h := keeping(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openapi.json" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, `{"openapi":"3.1.0","info":{"title":"the shop","version":"2"}}`)
	})
	routed(t, h, "shop", "7300", op.RouteIn{})
	want := limen.Document{Format: "OpenAPI 3.1.0", Title: "the shop", Version: "2"}
	for url, in := range map[string]op.TapIn{
		"http://localhost:17300/openapi.json":     {Target: &limen.Target{Port: 7300}},
		"http://shop.localhost:8008/openapi.json": {Names: []string{"shop"}},
	} {
		p := tapped(t, h, in)
		if want.URL = url; len(p.tap.Documents) != 1 || p.tap.Documents[0] != want {
			t.Errorf("%+v: %+v", in, p.tap.Documents)
		}
		p.end()
	}
	if kept, err := h.Taps(t.Context(), op.TapsIn{}); err != nil || len(kept.Exchanges) > 0 {
		t.Errorf("limen's own questions are kept: %+v, %v", kept, err)
	}
}

func TestTheEventsOfAStreamAreToldAsTheyCome(t *testing.T) {
	h := bare(t)
	goOn := make(chan struct{})
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 2 {
			fmt.Fprintf(w, "data: %d token=s3cret\n\n", i)
			w.(http.Flusher).Flush()
			select {
			case <-goOn:
			case <-r.Context().Done():
				return
			}
		}
		<-r.Context().Done()
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}, Frames: true})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:17300/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	event := func(p *tapping) string {
		for {
			item := p.next()
			if item.Frame != nil {
				return string(item.Frame.Body)
			} else if item.Exchange == nil || !item.Exchange.Open {
				t.Fatalf("%+v", item)
			}
		}
	}
	if got := event(p); !strings.Contains(got, "0") {
		t.Errorf("the first is %q", got)
	}
	late := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}, Frames: true})
	if e := late.exchange(); !e.Open || e.Status != 200 || e.Frames != 1 {
		t.Errorf("who comes later is told of %+v", e)
	}
	goOn <- struct{}{}
	for _, p := range []*tapping{p, late} {
		if got := event(p); !strings.Contains(got, "1") {
			t.Errorf("the second is %q", got)
		}
	}
	if err := p.end(); err != nil { // however long the stream would go on
		t.Error(err)
	}
}

// Whoever taps a port sees also what never reached the server; whoever taps names, nothing
// of it.
func TestWhatIsRefusedBeforeAServerIsToldToWhoTapsIt(t *testing.T) {
	h := keeping(t)
	upstream(t, "3000", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	all := tapped(t, h, op.TapIn{})
	one := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 3000}, Port: 14600})
	for host, want := range map[string]int{"www.example.com": 421, "localhost": 200} {
		fetch(t, "GET", "http://127.0.0.1:14600/", host, nil, nil)
		if e := one.exchange(); e.Status != want || e.Name != "" || e.Target != "3000" {
			t.Errorf("told %+v, want %d", e, want)
		}
	}
	fetch(t, "GET", "http://127.0.0.1:8008/", "nobody.localhost", nil, nil)
	if e := all.exchange(); e.Status != 404 || e.Target != "" {
		t.Errorf("told %+v", e)
	}
}

// What cannot be written passes, and whoever taps hears why, each of them.
func TestWhatCannotBeKeptIsToldToAllWhoTap(t *testing.T) {
	h := bare(t)
	upstream(t, "3000", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	one := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 3000}, Port: 14600})
	other := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 3000}, Port: 4001})
	dir, err := h.tapes()
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, text := fetch(t, "GET", "http://127.0.0.1:14600/", "localhost", nil, nil); text != "hello" {
		t.Errorf("%q", text)
	}
	for _, p := range []*tapping{one, other} {
		if item := p.next(); item.Kind != limen.TapMissed || item.Missed != 1 || item.Gap == nil || !strings.Contains(item.Gap.Why, "cannot be written") {
			t.Errorf("told %+v", item)
		}
	}
	if late := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 3000}, Port: 4002}); len(late.tap.Gaps) > 0 {
		t.Errorf("who comes later hears of %+v", late.tap.Gaps)
	}
}

func TestWhatCannotBeReadSaysWhatHelps(t *testing.T) {
	h := bare(t)
	dir, err := h.tapes()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(dir), 0o700)
	}
	if err == nil {
		err = os.WriteFile(dir, nil, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, listed := h.Taps(t.Context(), op.TapsIn{})
	_, recalled := h.Recall(t.Context(), op.RecallIn{IDs: []string{"1"}})
	_, replayed := replay(t.Context(), h, op.ReplayIn{ID: "1"})
	_, opened := h.tape.use(&wish{})
	for _, err := range []error{listed, recalled, replayed, opened} {
		var said *limen.Error
		if !errors.As(err, &said) || said.Kind != limen.Denied || said.Why == "" || said.Next != elsewhere {
			t.Errorf("%#v", err)
		}
	}
}
