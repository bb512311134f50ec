package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestATapTellsEachRequestOnALine(t *testing.T) {
	var all strings.Builder
	for _, f := range []Format{Table, JSON, CSV} {
		for _, o := range []Options{{}, {Width: 120, Color: true}, {Width: 70}} {
			if f.Name != Table.Name && o.Width > 0 {
				continue
			}
			var out, errs bytes.Buffer
			s := Tapping{Out: &out, Err: &errs, Format: f, Options: o}
			for _, n := range told {
				if err := s.Write(n); err != nil {
					t.Fatal(err)
				}
			}
			fmt.Fprintf(&all, "# %s, width %d\n%s# beside it\n%s\n", f.Name, o.Width, strings.ReplaceAll(out.String(), "\x1b[", "^["), errs.String())
			isHarmless(t, out.String()+errs.String())
			for line := range strings.Lines(out.String()) {
				if o.Width > 0 && !o.Color && widthOf(strings.TrimSuffix(line, "\n")) > o.Width+narrowest {
					t.Errorf("%d columns have no room for %q", o.Width, line)
				}
			}
		}
	}
	checkGolden(t, "tapped.txt", all.String())
}

// isHarmless reports what a terminal would obey, beside colours of our own.
func isHarmless(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(sgr.ReplaceAllString(text, "")) {
		if line = strings.TrimSuffix(line, "\n"); Safe(line) != line {
			t.Errorf("a terminal would obey %q", line)
		}
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9]*m")

func TestWhatATapTellsInJSONIsAllOfIt(t *testing.T) {
	var out, errs bytes.Buffer
	s := Tapping{Out: &out, Err: &errs, Format: JSON}
	for _, n := range told {
		if err := s.Write(n); err != nil {
			t.Fatal(err)
		}
	}
	d := json.NewDecoder(&out)
	for _, want := range told {
		var got limen.Tapped
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Errorf("told is (-want +got):\n%s", diff)
		}
	}
	if errs.Len() > 0 {
		t.Errorf("beside it stands %s", errs.String())
	}
}

func TestWhatIsBeforeAPortIsSaid(t *testing.T) {
	here := limen.MustParseEndpoint("tcp/127.0.0.1:41234")
	var out, errs bytes.Buffer
	s := Tapping{Out: &out, Err: &errs, Format: Table}
	tap := limen.Tap{Target: &limen.Target{Port: 3000}, Endpoint: &here, Names: []string{"shop.localhost"}, Gaps: []limen.Gap{{What: "who asks", Why: "only root may look"}}}
	if err := s.Write(limen.Tapped{Kind: limen.TapOpened, Tap: &tap}); err != nil {
		t.Fatal(err)
	}
	want := `tapping 3000
  http://127.0.0.1:41234 stands before it: what is sent there goes on to it, and is seen
  shop.localhost leads there, and is seen, too
  secrets are hidden; limen tap show ID has the rest of a request
not seen: who asks
  why:  only root may look
`
	if errs.String() != want || out.Len() > 0 {
		t.Errorf("said is\n%s", errs.String())
	}
}

func TestARecordingIsShownWholeAndHarmless(t *testing.T) {
	var all strings.Builder
	for _, o := range []Options{{}, {Width: 80, Color: true}} {
		var out bytes.Buffer
		if err := Recording(&out, bought, Table, o); err != nil {
			t.Fatal(err)
		}
		isHarmless(t, out.String())
		all.WriteString(strings.ReplaceAll(out.String(), "\x1b[", "^[") + "\n")
	}
	checkGolden(t, "recording.txt", all.String())
}

// A body as large as somebody likes is written to the end of our patience.
func TestOfABodyNotMoreIsShownThanAnybodyReads(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	for _, body := range []string{
		"[" + strings.Repeat(deep+",", 80) + "0]",
		strings.Repeat("\n", 1<<20), strings.Repeat("x", 1<<20), strings.Repeat("\x00", 1<<20), strings.Repeat("\u202e", 1<<18), `{"a":"` + strings.Repeat(`\"`, 1<<18) + `"}`,
	} {
		r := limen.Recording{Exchange: limen.Exchange{ID: "1", Status: 200}, Answer: limen.Message{Body: []byte(body), Size: int64(len(body))}}
		var out bytes.Buffer
		if err := Recording(&out, r, Table, Options{}); err != nil || out.Len() > 10*mostBodyBytes {
			t.Errorf("%.20q of %d bytes becomes %d, %v", body, len(body), out.Len(), err)
		}
		isHarmless(t, out.String())
		if !strings.Contains(out.String(), "limen tap show 1 --body -") {
			t.Errorf("%.20q does not say where the rest is: %.200q", body, out.String())
		}
	}
}

func TestABodyIsWrittenAsItIsAndToATerminalHarmless(t *testing.T) {
	m := limen.Message{Body: []byte("a\x1b[2J\nb"), Size: 7}
	for isTerminal, want := range map[bool]string{false: "a\x1b[2J\nb", true: "a\\x1b[2J\nb\n"} {
		var out bytes.Buffer
		if err := Body(&out, m, isTerminal); err != nil || out.String() != want {
			t.Errorf("terminal %v: %q, %v", isTerminal, out.String(), err)
		}
	}
}

func TestADifferenceIsShownFromBothSides(t *testing.T) {
	c := limen.Comparison{Before: bought.Exchange, After: bought.Exchange, Differences: []limen.Difference{
		{Part: "status", Before: "201", After: "500"},
		{Part: "answer field X-New", After: "\x1b[2J"},
		{Part: "answer field Date", Before: "a", After: "b", Fleeting: true},
	}}
	var out bytes.Buffer
	if err := Comparison(&out, c, Table, Options{}); err != nil {
		t.Fatal(err)
	}
	_, parts, _ := strings.Cut(out.String(), "\n\n")
	if want := "status\n  - 201\n  + 500\nanswer field X-New\n  + \\x1b[2J\ndifferent each time: answer field Date\n"; parts != want {
		t.Errorf("shown is\n%s", parts)
	}
	out.Reset()
	c.Differences = nil
	if err := Comparison(&out, c, Table, Options{}); err != nil || !strings.HasSuffix(out.String(), "there is no difference that means anything\n") {
		t.Errorf("%v, shown is\n%s", err, out.String())
	}
}

func TestHowLongSomethingTookHasThreeFigures(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 10: "0s", 999_600: "1.00ms", 1234 * time.Microsecond: "1.23ms", 9995 * time.Microsecond: "10.0ms", 99960 * time.Microsecond: "100ms",
		12 * time.Microsecond: "12.0µs", time.Second: "1.00s", 90 * time.Second: "90.0s", time.Hour: "3600s",
	} {
		if got := lasted(d, false); got != want {
			t.Errorf("%d is %s, want %s", d, got, want)
		}
	}
}

func FuzzIndented(f *testing.F) {
	for _, s := range []string{`{"a":[1,{},[]],"b":"\"}"}`, "[", `"`, " {\n} ", "1", `[[[[]]]]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := indented([]byte(text), 1<<20)
		var before, after bytes.Buffer
		if json.Compact(&before, []byte(text)) != nil {
			if string(got) != text {
				t.Fatalf("%q is no JSON, and became %q", text, got)
			}
			return
		}
		if err := json.Compact(&after, got); err != nil || !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
	})
}

var six = time.Date(2026, 11, 21, 18, 0, 0, 250e6, time.UTC)

var bought = limen.Recording{
	Exchange: limen.Exchange{
		ID: "17", Time: six, Name: "shop.localhost", Target: "3000", Protocol: "HTTP/1.1", Method: "POST",
		URL: "https://shop.localhost/api/orders?page=2", Status: 201, Media: "application/json", FirstByte: 3120 * time.Microsecond, Total: 14 * time.Millisecond, Sent: 14, Received: 1536,
		Client:    netip.MustParseAddrPort("127.0.0.1:40000"),
		Initiator: &limen.Process{ProcessID: limen.ProcessID{PID: 4711, Birth: 1}, Name: "curl", Command: []string{"curl", "-d", "a b", "https://shop.localhost/api/orders"}, Project: &limen.Project{Name: "shop"}},
	},
	Request: limen.Message{Fields: []limen.Field{{Name: "Host", Value: "shop.localhost"}, {Name: "X-Evil", Value: "\x1b]0;x\a"}}, Body: []byte(`{"name":"ann","list":[1,{}, []]}`), Size: 32},
	Answer:  limen.Message{Fields: []limen.Field{{Name: "Content-Type", Value: "image/png"}}, Body: []byte("\x89PNG\r\n\x1a\nabcdefghijklmnop"), Size: 1536, Trailers: []limen.Field{{Name: "X-Sum", Value: "1"}}},
	Messages: []limen.Frame{
		{Exchange: "17", Time: six, FromClient: true, Kind: limen.FrameText, Body: []byte("{\"a\":1}\n\x1b[2J"), Size: 12},
		{Exchange: "17", Time: six, Kind: limen.FrameBinary, Body: []byte{0, 1, 0xff}, Size: 3},
	},
}

var told = []limen.Tapped{
	{Kind: limen.TapOpened, Tap: &limen.Tap{Names: []string{"shop.localhost", "api.localhost"}, Documents: []limen.Document{{URL: "https://shop.localhost/openapi.json", Format: "OpenAPI 3.1.0", Title: "Shop", Version: "1.2"}}}},
	{Kind: limen.TapExchange, Exchange: &bought.Exchange},
	{Kind: limen.TapExchange, Exchange: &limen.Exchange{ID: "18", Time: six, Method: "GET", URL: "http://api.localhost/" + strings.Repeat("long/", 30), Fault: "the connection was refused"}},
	{Kind: limen.TapExchange, Exchange: &limen.Exchange{ID: "19", Time: six, Method: "POST", URL: "http://api.localhost/shop.Cart/Add", Call: "shop.Cart/Add", Status: 200, Total: 2 * time.Second, Frames: 3, Open: true}},
	{Kind: limen.TapFrame, Frame: &bought.Messages[0]},
	{Kind: limen.TapMissed, Missed: 12, Unshown: 1},
	{Kind: limen.TapMissed, Missed: 1, Gap: &limen.Gap{What: "requests that go through limen", Why: "they cannot be written: no space left on device", Next: "make room on the disk"}},
	{Kind: limen.TapMissed, Missed: 2, Unshown: 4000},
	{Kind: limen.TapDocument, Document: &limen.Document{URL: "http://api.localhost/v7/spec.yaml", Format: "OpenAPI 3.0.1", Title: "API\x1b[2J"}},
}
