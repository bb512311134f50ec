package har

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

func fields(lines ...string) (all []limen.Field) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		all = append(all, limen.Field{Name: name, Value: value})
	}
	return all
}

func body(text string, lines ...string) limen.Message {
	return limen.Message{Fields: fields(lines...), Body: []byte(text), Size: int64(len(text))}
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// session is one of each kind of request.
func session() []limen.Recording {
	all := []limen.Recording{
		{Exchange: limen.Exchange{
			Method: "POST", URL: "https://shop.localhost/api/orders?page=2&q=a%20b#x", Status: 201, FirstByte: 3 * time.Millisecond, Total: 5 * time.Millisecond,
			Initiator: &limen.Process{ProcessID: limen.ProcessID{PID: 4711}, Name: "curl"},
		},
			Request: body(`{"a":1}`, "Content-Type: application/json", "Cookie: sid=1; theme=dark"),
			Answer:  body(zipped("long"), "content-encoding: gzip", "Set-Cookie: sid=2; Path=/", "Content-Type: text/plain")},
		{Exchange: limen.Exchange{Method: "GET", URL: "/from/a/port", Status: 302}, Request: body("", "Host: localhost:3000"), Answer: body("", "Location: /next")},
		{Exchange: limen.Exchange{Method: "GET", URL: "http://h/bytes", Status: 200}, Answer: body("\x00\xff", "Content-Type: image/png")},
		{Exchange: limen.Exchange{Method: "GET", URL: "http://h/latin", Status: 200}, Answer: body("caf\xe9", "Content-Type: text/html")},
		{Exchange: limen.Exchange{Method: "GET", URL: "http://h/hidden", Status: 200}, Hidden: true, Answer: limen.Message{Fields: fields("Content-Encoding: br"), Size: 10, Plain: true, Cut: true}},
		{Exchange: limen.Exchange{Method: "PUT", URL: "http://h/up", Fault: "the connection was reset"}, Request: limen.Message{Body: []byte("beginning"), Size: 1 << 30}},
		{Exchange: limen.Exchange{Method: "GET", URL: "http://h/socket", Status: 101, Open: true}, Messages: []limen.Frame{
			{Time: noon, FromClient: true, Kind: limen.FrameText, Body: []byte("hello")},
			{Time: noon, Kind: limen.FrameBinary, Body: []byte{0, 1}},
			{Time: noon, Kind: limen.FrameClose, Body: []byte{3, 232}},
		}},
		{Exchange: limen.Exchange{Method: "GET", URL: "http://h/events", Status: 200, Frames: 1}, Answer: body("data: x\n\n", "Content-Type: text/event-stream"), Messages: []limen.Frame{
			{Time: noon, Kind: limen.FrameEvent, Body: []byte("x")},
		}},
	}
	for i := range all {
		all[i].ID, all[i].Time, all[i].Protocol = fmt.Sprint(i+1), noon.Add(time.Duration(i)*time.Second), "HTTP/1.1"
	}
	return all
}

func written(t testing.TB, all []limen.Recording) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, Creator{"limen", "1"})
	for _, r := range all {
		if err := w.Add(EntryOf(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnArchiveIsAsItsSpecificationHasIt(t *testing.T) {
	for _, all := range [][]limen.Recording{nil, session()[:1], session()} {
		text := written(t, all)
		var doc struct{ Log Log }
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		nettest.CheckArchive(t, text)
		if doc.Log.Version != "1.2" || len(doc.Log.Entries) != len(all) {
			t.Errorf("version %s, %d entries of %d", doc.Log.Version, len(doc.Log.Entries), len(all))
		}
	}
}

func TestAnEntryIsTheRequestAsItIsRead(t *testing.T) {
	var got []Entry
	for _, r := range session() {
		got = append(got, EntryOf(r))
	}
	first := got[0]
	want := Entry{
		ID: "1", Started: noon, Time: 5, Timings: Timings{Wait: 3, Receive: 2}, Process: "curl (4711)",
		Request: Request{
			Method: "POST", URL: "https://shop.localhost/api/orders?page=2&q=a%20b#x", HTTPVersion: "HTTP/1.1",
			Cookies: []Pair{{"sid", "1"}, {"theme", "dark"}}, Headers: []Pair{{"Content-Type", "application/json"}, {"Cookie", "sid=1; theme=dark"}},
			Query: []Pair{{"page", "2"}, {"q", "a b"}}, HeadersSize: -1, BodySize: 7,
			PostData: &Body{MimeType: "application/json", Params: []Pair{}, Text: `{"a":1}`},
		},
		Response: Response{
			Status: 201, StatusText: "Created", HTTPVersion: "HTTP/1.1",
			Cookies: []Pair{{"sid", "2"}}, Headers: []Pair{{"content-encoding", "gzip"}, {"Set-Cookie", "sid=2; Path=/"}, {"Content-Type", "text/plain"}},
			Content: Content{Size: 4, MimeType: "text/plain", Text: "long"}, HeadersSize: -1, BodySize: 28,
		},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("the first (-want +got):\n%s", diff)
	}
	var told []string
	for _, e := range got[1:] {
		c := e.Response.Content
		told = append(told, strings.Join([]string{e.Request.URL, e.Response.RedirectURL, c.MimeType, c.Text, c.Encoding, c.Comment, e.Response.Fault, e.Comment}, "|"))
	}
	wantTold := []string{
		"http://localhost:3000/from/a/port|/next|x-unknown|||||",
		"http://h/bytes||image/png|AP8=|base64|||",
		"http://h/latin||text/html|caf\ufffd||" + CutComment + "||",
		"http://h/hidden||x-unknown|||" + EncodedComment + "||",
		"http://h/up||x-unknown||||the connection was reset|",
		"http://h/socket||x-unknown|||||it had not ended",
		"http://h/events||text/event-stream|data: x\n\n||||",
	}
	if !slices.Equal(told, wantTold) {
		t.Errorf("the others are\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(wantTold, "\n"))
	}
	if p := got[5].Request.PostData; p.Text != "beginning" || p.Comment != CutComment || got[5].Request.BodySize != 1<<30 {
		t.Errorf("what is cut is %+v", p)
	}
	seconds := float64(noon.UnixMicro()) / 1e6
	if diff := cmp.Diff([]Message{{"send", seconds, 1, "hello"}, {"receive", seconds, 2, "AAE="}, {"receive", seconds, 8, "A+g="}}, got[6].Messages); diff != "" || got[6].Kind != "websocket" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// What does not fit is told to whoever writes, and not lost.
func TestAnArchiveThatCannotBeWrittenIsAnError(t *testing.T) {
	w := NewWriter(full{}, Creator{})
	for range 100 {
		w.Add(EntryOf(session()[0]))
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("it is %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
