package host

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// mirror answers with what it was asked: the first line, fields that a test sends,
// trailers, and the sum of the body.
func mirror(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s\n", r.Method, r.RequestURI, r.Host)
	for _, name := range []string{"X-A", "X-B", "Authorization", "Content-Type"} {
		fmt.Fprintf(w, "%s %q\n", name, r.Header[name])
	}
	fmt.Fprintf(w, "%d %v %v %x %v\n", r.ContentLength, r.TransferEncoding, r.Trailer, sha256.Sum256(body), err)
}

// binary are bytes of all kinds, and none like the one before.
func binary(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

// spoken sends raw bytes, and returns the body of the answer. The connection stays
// open until the test ends.
func spoken(t *testing.T, at, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go io.WriteString(c, text)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// chunked is a body in chunks of different sizes, with a trailer.
func chunked(body []byte) string {
	var b strings.Builder
	for size := 1; len(body) > 0; size = size*3 + 1 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\nX-Sum: 1\r\n\r\n"
}

// replay sends a request once more, and returns what became of it.
func replay(ctx context.Context, h *Host, in op.ReplayIn) (r limen.Recording, err error) {
	var id string
	for item, err := range op.Replay.On(ctx, h.Ops(), in) {
		if err != nil {
			return r, err
		}
		if !item.Exchange.Open {
			id = item.Exchange.ID
		}
	}
	all, err := op.Recall.On(ctx, h.Ops(), op.RecallIn{IDs: []string{id}})
	if err != nil {
		return r, err
	}
	return all.Recordings[0], nil
}

func TestWhatIsSentAgainIsTheSameByteForByte(t *testing.T) {
	h := keeping(t)
	upstream(t, "7300", mirror)
	routed(t, h, "shop.localhost", "7300", op.RouteIn{})
	body := binary(1<<20 - 1)
	head := "POST /a%2Fb?token=s3cret&&x HTTP/1.1\r\nHost: HOST\r\nX-b: 2\r\nx-A: 1\r\nauthorization: Bearer abcdefgh\r\nContent-Type: application/octet-stream\r\n"
	for _, c := range []struct {
		name, at, host string
		in             op.TapIn
	}{
		{"a name", "127.0.0.1:8008", "shop.localhost", op.TapIn{Names: []string{"shop"}}},
		{"a port", "127.0.0.1:17300", "127.0.0.1:17300", op.TapIn{Target: &limen.Target{Port: 7300}}},
	} {
		p := tapped(t, h, c.in)
		for kind, request := range map[string]string{
			"with a length": head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body),
			"in chunks":     head + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunked(body),
			"without any":   "GET /a%2Fb?token=s3cret&&x HTTP/1.1\r\nHost: HOST\r\n\r\n",
		} {
			want := spoken(t, c.at, strings.Replace(request, "HOST", c.host, 1))
			first := p.exchange()
			is, err := replay(t.Context(), h, op.ReplayIn{ID: first.ID})
			if err != nil {
				t.Fatalf("%s, %s: %v", c.name, kind, err)
			}
			got, err := op.Recall.On(t.Context(), h.Ops(), op.RecallIn{IDs: []string{is.ID}, Secrets: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got.Recordings[0].Answer.Body)); diff != "" {
				t.Errorf("%s, %s (-first +again):\n%s", c.name, kind, diff)
			}
			if again := p.exchange(); again.ID != is.ID || is.ID == first.ID || again.Status != 200 || !is.Hidden {
				t.Errorf("%s, %s: %+v", c.name, kind, again)
			}
			differences, err := op.Compare.On(t.Context(), h.Ops(), op.CompareIn{Before: first.ID, After: is.ID})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range differences.Differences {
				if !d.Fleeting {
					t.Errorf("%s, %s: %+v", c.name, kind, d)
				}
			}
		}
		p.end()
	}
}

func TestWhatIsSentAgainCanBeOtherwise(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", mirror)
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	fetch(t, "POST", "http://127.0.0.1:17300/first", "localhost", http.Header{"X-A": {"1", "2"}, "X-B": {"3"}}, strings.NewReader("a body"))
	id := p.exchange().ID
	p.end() // it can be sent again when nobody taps any more
	other := []byte("another body")
	is, err := replay(t.Context(), h, op.ReplayIn{
		ID: id, Method: "PUT", Path: "/second?x", Body: &other, Set: map[string][]string{"x-a": {"9"}, "X-B": nil, "Content-Type": {"text/plain"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(is.Answer.Body)
	if want := "PUT /second?x localhost\nX-A [\"9\"]\nX-B []\nAuthorization []\nContent-Type [\"text/plain\"]\n12 [] map[] "; !strings.HasPrefix(text, want) {
		t.Errorf("it was asked\n%s, want\n%s", text, want)
	}
	differences, err := h.Compare(t.Context(), op.CompareIn{Before: id, After: is.ID})
	var parts []string
	for _, d := range differences.Differences {
		if !d.Fleeting {
			parts = append(parts, d.Part)
		}
	}
	want := "method URL request field Content-Length request field Content-Type request field X-A request field X-B request body line 1"
	if err != nil || !strings.HasPrefix(strings.Join(parts, " "), want) {
		t.Errorf("different are %q, %v", parts, err)
	}
}

func TestWhatCannotBeSentAgainSaysWhy(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.Header.Get("Upgrade") != "" {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
				c.Close()
			}
		}
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	refused := func(in op.ReplayIn, why string) {
		t.Helper()
		var e *limen.Error
		if _, err := replay(t.Context(), h, in); !errors.As(err, &e) || !strings.Contains(e.Why, why) || e.Next == "" {
			t.Errorf("%+v: %v, want %s", in, err, why)
		}
	}
	fetch(t, "POST", "http://127.0.0.1:17300/", "localhost", nil, bytes.NewReader(binary(1<<20+1)))
	long := p.exchange().ID
	refused(op.ReplayIn{ID: long}, "of its body of 1048577 bytes, 1048576 were kept")
	short := []byte("short")
	if is, err := replay(t.Context(), h, op.ReplayIn{ID: long, Body: &short}); err != nil || is.Status != 200 {
		t.Errorf("with another body: %+v, %v", is, err)
	}
	p.exchange()
	fetch(t, "GET", "http://127.0.0.1:17300/", "localhost", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"x"}}, nil)
	refused(op.ReplayIn{ID: p.exchange().ID}, "it began a conversation")
	fetch(t, "GET", "http://127.0.0.1:17300/", "localhost", nil, nil)
	id := p.exchange().ID
	refused(op.ReplayIn{ID: id, Method: "GET / HTTP/1.1\r\nX:"}, "is no method")
	refused(op.ReplayIn{ID: id, Path: "elsewhere"}, "is no path")
	refused(op.ReplayIn{ID: id, Set: map[string][]string{"X": {"a\r\nY: b"}}}, "more than one line")
	refused(op.ReplayIn{ID: "99"}, "it is not kept")
}

// It is told of while it goes on, and what came is kept when somebody leaves.
func TestAnAnswerWithoutAnEndCanBeLeft(t *testing.T) {
	h := bare(t)
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: one\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	first, err := http.Get("http://127.0.0.1:17300/events")
	if err != nil {
		t.Fatal(err)
	}
	id := p.exchange().ID
	first.Body.Close()
	for _, isTapped := range []bool{true, false} {
		if !isTapped {
			p.end()
		}
		ctx, leave := context.WithCancel(t.Context())
		var again string
		for item, err := range op.Replay.On(ctx, h.Ops(), op.ReplayIn{ID: id}) {
			if err == nil && item.Exchange.Open {
				again = item.Exchange.ID
				leave()
			} else if !errors.Is(err, context.Canceled) {
				t.Errorf("%+v, %v", item, err)
			}
		}
		leave()
		all, err := op.Recall.On(t.Context(), h.Ops(), op.RecallIn{IDs: []string{again}})
		if err != nil {
			t.Fatal(err)
		}
		if r := all.Recordings[0]; r.Open || again == id || r.Fault == "" || len(r.Messages) != 1 || string(r.Messages[0].Body) != "data: one" {
			t.Errorf("%+v", r)
		}
	}
}

// What is shown has no secrets in it, wherever they stand.
func TestSecretsAreHiddenUnlessTheyAreAskedFor(t *testing.T) {
	h := bare(t)
	const secret = "s3cretS3cret"
	upstream(t, "7300", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "sid="+secret+"; Path=/")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"user":"ann","accessToken":%q,"next":"/x?api_key=%s"}`, secret, secret)
	})
	p := tapped(t, h, op.TapIn{Target: &limen.Target{Port: 7300}})
	for media, body := range map[string]string{
		"application/json":                  `{"password":"` + secret + `","user":"ann"}`,
		"application/x-www-form-urlencoded": "user=ann&password=" + secret,
		"multipart/form-data; boundary=b":   "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + secret + "\r\n--b--\r\n",
	} {
		fetch(t, "POST", "http://127.0.0.1:17300/login?token="+secret+"&user=ann", "localhost", http.Header{
			"Authorization": {"Bearer " + secret}, "Cookie": {"sid=" + secret}, "X-Api-Key": {secret}, "Content-Type": {media}, "X-User": {"ann"},
		}, strings.NewReader(body))
		e := p.exchange()
		if strings.Contains(fmt.Sprint(e), secret) {
			t.Errorf("%s: told was %+v", media, e)
		}
		for isOpen, in := range map[bool]op.RecallIn{false: {IDs: []string{e.ID}}, true: {IDs: []string{e.ID}, Secrets: true}} {
			all, err := op.Recall.On(t.Context(), h.Ops(), in)
			if err != nil || len(all.Recordings) != 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			r := all.Recordings[0]
			text := fmt.Sprintf("%+v %s %s", r, r.Request.Body, r.Answer.Body)
			if n := strings.Count(text, secret); isOpen && n != 8 || !isOpen && n > 0 || r.Hidden == isOpen {
				t.Errorf("%s: %d secrets are shown, hidden: %v:\n%s", media, n, r.Hidden, text)
			}
			if strings.Count(text, "ann") < 3 {
				t.Errorf("%s: what is no secret is hidden: %s", media, text)
			}
		}
	}
	all, err := h.Recall(t.Context(), op.RecallIn{})
	if err != nil || len(all.Recordings) != 3 || strings.Contains(fmt.Sprintf("%+v", all), secret) {
		t.Errorf("%d, %v", len(all.Recordings), err)
	}
}
