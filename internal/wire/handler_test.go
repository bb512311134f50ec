package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// sent sends what a test has written by hand, and returns the answer.
func sent(t *testing.T, socket, request string) (*http.Response, limen.Error) {
	t.Helper()
	c := raw(t, socket)
	must(t, second(io.WriteString(c, request)))
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: "POST"})
	must(t, err)
	var f limen.Error
	text, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		if err := json.Unmarshal(text, &f); err != nil {
			t.Errorf("status %d with %q: %v", res.StatusCode, text, err)
		}
	}
	return res, f
}

func second[T any](_ T, err error) error { return err }

func request(path, head, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", path, head, len(body), body)
}

const usualHead = "Host: limen\r\nContent-Type: application/json\r\n"

func TestOnlyALimenIsAnswered(t *testing.T) {
	socket := served(t, handle(everything, nil))
	for name, test := range map[string]struct {
		request string
		status  int
		says    string
	}{
		"as it should be":      {request("/v1/echo", usualHead, `{"text":"a"}`), 200, ""},
		"chunked":              {"POST /v1/echo HTTP/1.1\r\n" + usualHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, ""},
		"another Host":         {request("/v1/echo", "Host: localhost\r\nContent-Type: application/json\r\n", `{}`), 403, "Host header"},
		"an Origin":            {request("/v1/echo", usualHead+"Origin: null\r\n", `{}`), 403, "Origin header"},
		"a form":               {request("/v1/echo", "Host: limen\r\nContent-Type: text/plain\r\n", `{}`), 400, "application/json"},
		"GET":                  {"GET /v1/echo HTTP/1.1\r\nHost: limen\r\n\r\n", 400, "POST"},
		"another version":      {request("/v2/echo", usualHead, `{}`), 501, "below /v1/"},
		"another path":         {request("/", usualHead, `{}`), 501, "below /v1/"},
		"a long path":          {request("/"+strings.Repeat("x", 9000), usualHead, `{}`), 501, `xxx"`},
		"no verb":              {request("/v1/", usualHead, `{}`), 501, "does not know this verb"},
		"a verb below another": {request("/v1/echo/", usualHead, `{}`), 501, "does not know this verb"},
		"no question":          {request("/v1/echo", usualHead, ``), 400, "EOF"},
		"half a question":      {request("/v1/echo", usualHead, `{"text":`), 400, "unexpected EOF"},
		"two questions":        {request("/v1/echo", usualHead, `{} {}`), 400, "something follows it"},
		"another type":         {request("/v1/echo", usualHead, `{"text":1}`), 400, "cannot unmarshal number"},
		"no UTF-8":             {request("/v1/echo", usualHead, "{\"text\":\"\xff\"}"), 400, "not UTF-8"},
		"a newer question":     {request("/v1/echo", usualHead, `{"text":"a","gently":true}`), 501, `unknown field "gently"`},
		"too long a question":  {request("/v1/echo", usualHead, `{"text":"`+strings.Repeat("a", maxQuestion)+`"}`), 400, "more than 8388608 bytes"},
	} {
		res, got := sent(t, socket, test.request)
		if res.StatusCode != test.status || !strings.Contains(got.Error(), test.says) || res.Header.Get(versionHeader) != version {
			t.Errorf("%s: status %d, %q; want %d, and that it says %q", name, res.StatusCode, got.Error(), test.status, test.says)
		}
		if len(got.Error()) > 300 {
			t.Errorf("%s: the error has %d bytes", name, len(got.Error()))
		}
	}
}

func TestAHandlerThatNobodyLooksForAnswersNobody(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/v1/echo", strings.NewReader("{}"))
	r.Host = host
	r.Header.Set("Content-Type", oneText)
	Handler(everything, nil).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("it answered %d %s", w.Code, w.Body)
	}
}

func TestEachKindHasItsStatus(t *testing.T) {
	for kind, want := range map[limen.Kind]int{
		limen.Internal: 500, limen.Invalid: 400, limen.NotFound: 404, limen.Denied: 403, limen.Busy: 409, limen.Unsupported: 501,
		limen.Unsupported + 1: 500,
	} {
		f := failure{Error: limen.Error{Kind: kind, What: "cannot"}}
		if got := f.status(); got != want {
			t.Errorf("%v has status %d; want %d", kind, got, want)
		}
		if back, err := parseFailure(f.text()); err != nil || want != 500 && back.Kind != kind {
			t.Errorf("%v comes back as %+v, %v", kind, back, err)
		}
	}
}

func TestAGuardDecidesByRiskAndCaller(t *testing.T) {
	var callers []Caller
	guard := func(c Caller, r op.Risk) error {
		callers = append(callers, c)
		if r >= op.Stops {
			return &limen.Error{Kind: limen.Denied, What: "cannot stop anything", Why: "only looking is allowed"}
		}
		return nil
	}
	c := dialled(t, served(t, handle(everything, guard)))
	if _, err := echo.On(t.Context(), c, word{}); err != nil {
		t.Error(err)
	}
	if _, err := stopper.On(t.Context(), c, word{}); !errors.Is(err, limen.Denied) {
		t.Errorf("what the guard refuses gave %v", err)
	}
	for _, who := range callers {
		if !who.isOurs() {
			t.Errorf("the caller was %+v", who)
		}
	}
	if len(callers) != 2 {
		t.Errorf("the guard was asked about %v", callers)
	}
}

func TestWhatBelongsToTheAskerIsNotServed(t *testing.T) {
	terminal := op.Op[word, word]{Name: "terminal", Here: true}
	c := dialled(t, served(t, handle(op.Table{terminal.By(echoed)}, nil)))
	if _, err := terminal.On(t.Context(), c, word{}); !errors.Is(err, limen.Unsupported) {
		t.Errorf("it was served: %v", err)
	}
}

func TestAPanicIsTheErrorOfWhoeverAsked(t *testing.T) {
	table := op.Table{
		echo.By(func(_ context.Context, in word) (word, error) {
			return *(map[string]*word{})[in.Text], nil
		}),
		counter.By(func(_ context.Context, in tally, next func(tally) error) error {
			_ = next(in)
			return []error{}[in.Count]
		}),
	}
	c := dialled(t, served(t, handle(table, nil)))
	for range 2 {
		if _, err := echo.On(t.Context(), c, word{}); !errors.Is(err, limen.Internal) || !strings.Contains(err.Error(), "nil pointer") {
			t.Errorf("a verb with a mistake gave %v", err)
		}
		items, err := collect(counter.On(t.Context(), c, tally{5}))
		if !errors.Is(err, limen.Internal) || !strings.Contains(err.Error(), "out of range") || len(items) != 1 {
			t.Errorf("a feed with a mistake gave %v, %v", items, err)
		}
	}
}

// A verb that takes long, and a feed that has nothing to say, show that they
// live: the reader sees it before either goes on.
func TestWhoeverAnswersGivesSignsOfLife(t *testing.T) {
	leaves(t)
	on := make(chan struct{})
	h := handle(op.Table{
		echo.By(func(_ context.Context, in word) (word, error) {
			<-on
			return in, nil
		}),
		counter.By(func(_ context.Context, in tally, next func(tally) error) error {
			<-on
			if err := next(in); err != nil {
				return err
			}
			<-on
			return nil
		}),
	}, nil)
	h.pace.beat = time.Millisecond
	socket := served(t, h)
	for _, path := range []string{"/v1/echo", "/v1/count"} {
		c := raw(t, socket)
		must(t, second(io.WriteString(c, request(path, usualHead, `{}`))))
		r := bufio.NewReader(c)
		for range 3 {
			res, err := http.ReadResponse(r, nil)
			if err != nil || res.StatusCode != http.StatusProcessing || res.Header.Get(versionHeader) != version {
				t.Fatalf("%s: before the answer comes %v, %v", path, res, err)
			}
		}
		on <- struct{}{}
		var res *http.Response
		for res == nil || res.StatusCode == http.StatusProcessing {
			var err error
			res, err = http.ReadResponse(r, nil)
			must(t, err)
		}
		if path == "/v1/echo" {
			must(t, res.Body.Close())
			continue
		}
		body := bufio.NewReader(res.Body)
		var got []string
		for len(got) < 3 {
			line, err := body.ReadString('\n')
			must(t, err)
			got = append(got, line)
		}
		on <- struct{}{}
		for last := "\n"; last == "\n"; {
			var err error
			last, err = body.ReadString('\n')
			must(t, err)
			if last != "\n" {
				got = append(got, last)
			}
		}
		if diff := cmp.Diff([]string{"{\"item\":{\"count\":0}}\n", "\n", "\n", "{\"end\":true}\n"}, got); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	}
}

func TestWhoeverClosesHalfTheConnectionHearsWhatCameOfIt(t *testing.T) {
	leaves(t)
	table := op.Table{echo.By(func(ctx context.Context, in word) (word, error) {
		<-ctx.Done()
		return in, ctx.Err()
	})}
	c := raw(t, served(t, handle(table, nil)))
	must(t, second(io.WriteString(c, request("/v1/echo", usualHead, `{"text":"a"}`))))
	must(t, c.CloseWrite())
	text, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(text), `"stopped":true,"answer":{"text":"a"}`) {
		t.Errorf("it heard %q, %v", text, err)
	}
}

func TestAPeerThatStallsIsNotWaitedForLong(t *testing.T) {
	leaves(t)
	h := handle(everything, nil)
	h.pace.asking = 20 * time.Millisecond
	socket := served(t, h)
	for name, part := range map[string]string{
		"nothing":     "",
		"in the head": "POST /v1/echo HTT",
		"in the body": "POST /v1/echo HTTP/1.1\r\n" + usualHead + "Content-Length: 100\r\n\r\n{",
	} {
		c := raw(t, socket)
		c.SetReadDeadline(time.Now().Add(time.Minute)) // only a test that fails waits for it
		io.WriteString(c, part)                        // and who comes late with it finds the connection closed
		if text, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: it says %q, %v", name, text, err)
		}
	}
}

func TestAnAnswerMayTakeLongerThanItsQuestion(t *testing.T) {
	const asking = time.Second // in which the question has to come, also on a busy machine
	h := handle(op.Table{echo.By(func(ctx context.Context, in word) (word, error) {
		select {
		case <-ctx.Done():
		case <-time.After(asking + asking/10):
		}
		return in, ctx.Err()
	})}, nil)
	h.pace.asking = asking
	if _, err := echo.On(t.Context(), dialled(t, served(t, h)), word{}); err != nil {
		t.Error(err)
	}
}

// The feed's own function is held up, and nothing grows: what one end does not
// read waits in the other, and in the buffer of the socket.
func TestAFeedWaitsForWhoeverReadsIt(t *testing.T) {
	leaves(t)
	given := make(chan int, 1000)
	big := strings.Repeat("a", 1<<16)
	words := op.Feed[int, word]{Name: "words"}
	table := op.Table{words.By(func(ctx context.Context, _ int, next func(word) error) error {
		for i := 0; ctx.Err() == nil; i++ {
			if err := next(word{big, i}); err != nil {
				return err
			}
			given <- i
		}
		return ctx.Err()
	})}
	c := dialled(t, served(t, handle(table, nil)))
	for got, err := range words.On(t.Context(), c, 0) {
		must(t, err)
		if n := len(given); n > got.Number+64 { // a socket's buffer holds three
			t.Fatalf("%d items of %d bytes were given when %d were taken", n, len(big), got.Number)
		}
		if got.Number == 200 {
			break
		}
	}
}
