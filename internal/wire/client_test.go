package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// pretend serves a limen of the test's own making: it reads a question, and
// writes what the test wants. It returns the socket.
func pretend(t *testing.T, answer func(c net.Conn)) (socket string) {
	t.Helper()
	socket = filepath.Join(directory(t), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err == nil {
					_, err = io.Copy(io.Discard, r.Body)
				}
				if err == nil {
					answer(c)
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return socket
}

// says answers with a text, and closes.
func says(text string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, text) } }

const (
	verbHead = "HTTP/1.1 200 OK\r\nLimen-Wire: 1\r\nContent-Type: application/json\r\n"
	feedHead = "HTTP/1.1 200 OK\r\nLimen-Wire: 1\r\nContent-Type: application/x-ndjson\r\n\r\n"
)

func TestWhatIsNoAnswerIsSaidPlainly(t *testing.T) {
	leaves(t)
	sized := func(body string) string {
		return verbHead + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	for name, test := range map[string]struct {
		answer string
		kind   limen.Kind
		says   string
	}{
		"nothing":              {"", limen.NotFound, "has gone"},
		"half a head":          {"HTTP/1.1 200 OK\r\nLim", limen.NotFound, "has gone"},
		"another protocol":     {"SSH-2.0-OpenSSH_9.2\r\n", limen.Unsupported, "is no limen"},
		"a head without end":   {"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", maxHead), limen.Unsupported, "is no limen"},
		"another server":       {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", limen.Unsupported, "no header Limen-Wire"},
		"a page of ours":       {"HTTP/1.1 200 OK\r\nLimen-Wire: 1\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", limen.Unsupported, `its answer is "text/html"`},
		"a newer protocol":     {strings.Replace(sized("{}"), "Wire: 1", "Wire: 2", 1), limen.Unsupported, `version "2" of the protocol, not 1`},
		"half a body":          {verbHead + "Content-Length: 100\r\n\r\n{", limen.NotFound, "has gone"},
		"no JSON":              {sized("hello"), limen.Internal, "invalid character"},
		"another type":         {sized(`{"text":1}`), limen.Unsupported, "does not understand"},
		"an error of no words": {strings.Replace(sized("{}"), "200 OK", "500 Oh", 1), limen.Internal, "says nothing"},
		"an error of no JSON":  {strings.Replace(sized("<html>"), "200 OK", "500 Oh", 1), limen.Internal, "invalid character"},
		"a newer error":        {strings.Replace(sized(`{"kind":"asleep","what":"x","why":""}`), "200 OK", "500 Oh", 1), limen.Unsupported, "asleep"},
		"that it was stopped":  {strings.Replace(sized(`{"kind":"internal","what":"x","why":"","stopped":true}`), "200 OK", "499 Oh", 1), limen.NotFound, "has gone"},
	} {
		c := dialled(t, pretend(t, says(test.answer)))
		_, err := echo.On(t.Context(), c, word{})
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %v, and that it says %q", name, err, test.kind, test.says)
		}
		if known := (*limen.Error)(nil); !errors.As(err, &known) || known.What != `cannot go on with "echo"` || len(err.Error()) > 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoFeedIsSaidPlainly(t *testing.T) {
	leaves(t)
	const item = `{"item":{"count":1}}` + "\n"
	for name, test := range map[string]struct {
		body  string
		items int
		kind  limen.Kind
		says  string
	}{
		"a feed without end":    {item + item, 2, limen.NotFound, "has gone"},
		"half a record":         {item + `{"item":{"co`, 1, limen.NotFound, "has gone"},
		"a record, half a line": {item + `{"end":true}`, 1, limen.NotFound, "has gone"},
		"no JSON":               {item + "hello\n", 1, limen.Internal, "invalid character"},
		"another type":          {item + `{"item":"one"}` + "\n", 1, limen.Unsupported, "does not understand"},
		"another record":        {item + `{"pause":3}` + "\n", 1, limen.Unsupported, "neither an item nor an end"},
		"an error of no words":  {item + `{"error":{}}` + "\n", 1, limen.Internal, "says nothing"},
		"an error":              {item + `{"error":{"kind":"busy","what":"cannot","why":"so"}}` + "\n" + item, 1, limen.Busy, "cannot: so"},
		"a line without end":    {item + strings.Repeat(" ", maxItem+2), 1, limen.Unsupported, "more than it may"},
	} {
		c := dialled(t, pretend(t, says(feedHead+test.body)))
		items, err := collect(counter.On(t.Context(), c, tally{}))
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) || len(items) != test.items {
			t.Errorf("%s: %d items, %v; want %d, %v, and that it says %q", name, len(items), err, test.items, test.kind, test.says)
		}
	}
}

func TestWhatANewerLimenAddsIsIgnored(t *testing.T) {
	body := `{"text":"a","colour":"red"}`
	c := dialled(t, pretend(t, says(verbHead+fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))))
	if got, err := echo.On(t.Context(), c, word{}); err != nil || got.Text != "a" {
		t.Errorf("a newer answer is %+v, %v", got, err)
	}
	c = dialled(t, pretend(t, says(feedHead+"\n"+`{"item":{"count":1,"of":2},"at":3}`+"\n\n\n"+`{"end":true,"after":1}`+"\n")))
	if items, err := collect(counter.On(t.Context(), c, tally{})); err != nil || len(items) != 1 || items[0].Count != 1 {
		t.Errorf("a newer feed is %+v, %v", items, err)
	}
}

func TestASilentLimenIsNotWaitedForForEver(t *testing.T) {
	leaves(t)
	for name, text := range map[string]string{"before it answers": "", "in the head": "HTTP/1.1 2", "in a frame": feedHead + `{"item":`} {
		quiet := make(chan struct{})
		socket := pretend(t, func(c net.Conn) {
			io.WriteString(c, text)
			<-quiet
		})
		c, err := dial(t.Context(), socket, pace{silence: 20 * time.Millisecond})
		must(t, err)
		if _, err := collect(counter.On(t.Context(), c, tally{})); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "no sign of life") {
			t.Errorf("%s: %v; want ErrGone", name, err)
		}
		close(quiet)
		must(t, c.Close())
	}
}

func TestWhoeverGivesUpDoesNotWaitForALimenThatHangs(t *testing.T) {
	leaves(t)
	asked, quiet := make(chan struct{}), make(chan struct{})
	socket := pretend(t, func(net.Conn) {
		close(asked)
		<-quiet
	})
	p := usual
	p.patience = 20 * time.Millisecond
	c, err := dial(t.Context(), socket, p)
	must(t, err)
	defer c.Close()
	defer close(quiet)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := echo.On(ctx, c, word{}); !errors.Is(err, context.Canceled) {
		t.Errorf("it gave %v", err)
	}
	if _, err := echo.On(ctx, c, word{}); !errors.Is(err, context.Canceled) {
		t.Errorf("once more it gave %v", err)
	}
}

func TestALimenThatIsKilledInTheMiddleOfAFeedHasGone(t *testing.T) {
	leaves(t)
	socket := filepath.Join(directory(t), "s")
	p := start(t, "serve", socket, 0)
	if said := p.line(t); said != "ready" {
		t.Fatal(said)
	}
	c := dialled(t, socket)
	var last error
	for got, err := range counter.On(t.Context(), c, tally{}) {
		if last = err; got.Count == 1000 {
			must(t, p.Process.Kill())
		}
	}
	if !errors.Is(last, ErrGone) || !errors.Is(last, limen.NotFound) {
		t.Errorf("the feed ended with %v; want ErrGone", last)
	}
	p.Wait()
	if _, err := echo.On(t.Context(), c, word{}); !errors.Is(err, ErrNobody) {
		t.Errorf("afterwards: %v; want ErrNobody", err)
	}
}

func TestAClientFindsTheNextLimenAtItsSocket(t *testing.T) {
	leaves(t)
	socket, end, ended := serving(t, handle(everything, nil))
	c := dialled(t, socket)
	for range 3 {
		if _, err := echo.On(t.Context(), c, word{}); err != nil {
			t.Fatal(err)
		}
		end()
		must(t, <-ended)
		l, err := Listen(socket)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- Serve(ctx, l, handle(everything, nil)) }()
		end, ended = cancel, done
	}
	if _, err := echo.On(t.Context(), c, word{}); err != nil {
		t.Error(err)
	}
	end()
	must(t, <-ended)
}

func TestAHundredAskAtOnce(t *testing.T) {
	leaves(t)
	socket := served(t, handle(everything, nil))
	one := dialled(t, socket)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			place := op.Place(one)
			if i%2 == 0 {
				c, err := Dial(t.Context(), socket)
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				place = c
			}
			for j := range 5 {
				want := word{Text: strings.Repeat("a", i*j), Number: i*100 + j}
				if got, err := echo.On(t.Context(), place, want); err != nil || got != want {
					t.Errorf("asked for %d, got %d, %v", want.Number, got.Number, err)
				}
				for got, err := range counter.On(t.Context(), place, tally{j}) {
					if err != nil {
						t.Error(err)
					}
					if got.Count == j+10 {
						break
					}
				}
			}
		})
	}
	all.Wait()
}

func TestWhoCannotBeAskedIsSaidPlainly(t *testing.T) {
	dir := directory(t)
	for name, test := range map[string]struct {
		path string
		kind limen.Kind
		says string
	}{
		"nothing there":   {filepath.Join(dir, "s"), limen.NotFound, "no limen answers there"},
		"no directory":    {filepath.Join(dir, "no", "s"), limen.NotFound, "no limen answers there"},
		"a directory":     {dir, limen.NotFound, "no limen answers there"},
		"too long a path": {"/" + strings.Repeat("a", maxPath), limen.Invalid, "bytes"},
		"a relative path": {"s", limen.Invalid, "absolute"},
	} {
		_, err := Dial(t.Context(), test.path)
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "cannot ask the limen at ") {
			t.Errorf("%s: %v; want %v, and that it says %q", name, err, test.kind, test.says)
		}
		if test.kind == limen.NotFound && !errors.Is(err, ErrNobody) {
			t.Errorf("%s: %v is not ErrNobody", name, err)
		}
	}
}

func TestWhatCannotBeAskedIsNotSent(t *testing.T) {
	c := dialled(t, served(t, handle(everything, nil)))
	for name, test := range map[string]struct{ text, says string }{
		"too long":  {strings.Repeat("a", maxQuestion), "8388608 are the most"},
		"not UTF-8": {"a\xffb", "not UTF-8"},
	} {
		if _, err := echo.On(t.Context(), c, word{Text: test.text}); !errors.Is(err, limen.Invalid) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAnswerThatIsTooLongIsAnError(t *testing.T) {
	words := op.Feed[int, word]{Name: "words"}
	long := strings.Repeat("a", maxItem)
	table := op.Table{words.By(func(_ context.Context, _ int, next func(word) error) error {
		return errors.Join(next(word{Text: "a"}), next(word{Text: long}))
	})}
	c := dialled(t, served(t, handle(table, nil)))
	items, err := collect(words.On(t.Context(), c, 0))
	if !errors.Is(err, limen.Internal) || !strings.Contains(err.Error(), "16777216 are the most") || len(items) != 1 {
		t.Errorf("%d items, %v", len(items), err)
	}
}
