package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestAWatchWritesWhatHappensAndSaysWhatItCannotSee(t *testing.T) {
	d := newDesk()
	if code := d.run(t, "watch"); code != 0 || d.closed != 1 {
		t.Errorf("exit %d, closed %d", code, d.closed)
	}
	want := "2026-11-21T12:00:00Z  opened  3000    127.0.0.1  self     node (4242)\n" +
		"2026-11-21T12:00:01Z  closed  53/udp  0.0.0.0    self     dnsmasq (4242)\n"
	if diff := cmp.Diff(want, d.out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	gap := "not seen: the sockets of 12 processes\n  why:  only root may look\n  next: run limen as root\nwatching\n"
	if diff := cmp.Diff(gap, d.errs.String()); diff != "" {
		t.Errorf("standard error (-want +got):\n%s", diff)
	}
}

func TestJSONOfAWatchIsOneEventALine(t *testing.T) {
	d := newDesk()
	if code := d.run(t, "watch", "--json"); code != 0 {
		t.Fatal(d.errs.String())
	}
	lines := strings.Split(strings.TrimSpace(d.out.String()), "\n")
	if len(lines) != len(d.news) {
		t.Fatalf("%d lines: %s", len(lines), d.out.String())
	}
	for i, line := range lines {
		var got limen.Event
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d.news[i].Event.Listener.Endpoint.String(), got.Listener.Endpoint.String()); diff != "" || got.Change != d.news[i].Event.Change {
			t.Errorf("line %d: %s", i, line)
		}
	}
	if !strings.Contains(d.errs.String(), "not seen") {
		t.Errorf("the gap is not told: %q", d.errs.String())
	}
}

func TestWordsAndFlagsNarrowTheWatch(t *testing.T) {
	for line, want := range map[string]op.WatchIn{
		"watch":                                 {},
		"watch 3000 vite --user nick --tcp":     {Query: queryOf(t, "3000", "vite", "user:nick", "transport:tcp")},
		"watch --every 250ms":                   {Every: 250 * time.Millisecond},
		"watch --until 3000":                    {Query: queryOf(t, "port:3000", "transport:tcp"), Begin: true},
		"watch --until [::1]:53/udp":            {Query: queryOf(t, "port:53", "address:::1", "transport:udp"), Begin: true},
		"watch 4000 --until 3000 --user nick":   {Query: queryOf(t, "4000", "user:nick", "port:3000", "transport:tcp"), Begin: true},
		"watch -- --exec":                       {Query: queryOf(t, "--exec")},
		"watch --until 3000 --exec true --json": {Query: queryOf(t, "port:3000", "transport:tcp"), Begin: true},
	} {
		d := newDesk()
		d.news = nil
		if code := d.run(t, strings.Fields(line)...); code != 0 || len(d.watched) != 1 {
			t.Errorf("limen %s: exit %d, watched %d times: %s", line, code, len(d.watched), d.errs.String())
			continue
		}
		if got := d.watched[0]; got.Query.String() != want.Query.String() || got.Every != want.Every || got.Begin != want.Begin {
			t.Errorf("limen %s watches %+v, want %+v", line, got, want)
		}
	}
}

func queryOf(t *testing.T, words ...string) (q limen.Query) {
	t.Helper()
	for _, w := range words {
		if err := q.Add(w); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

func TestAMistakeWatchesNothing(t *testing.T) {
	for _, line := range []string{
		"watch 99999", "watch --until foo", "watch --until 99999", "watch --udp --until 3000", "watch --every soon",
		"watch --every 0s", "watch --every 1ns", "watch --every 2h", "watch --exec", "watch --format nope", "watch --sort port",
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 2 || len(d.watched) > 0 {
			t.Errorf("limen %s: exit %d, watched %d times: %s", line, code, len(d.watched), d.errs.String())
		}
	}
}

func TestAWatchUntilEndsWithWhatItWaitsFor(t *testing.T) {
	d := newDesk()
	opened := *d.news[0].Event
	closed := opened
	closed.Change = limen.Closed
	d.news = []limen.News{{Event: &closed}, {Event: &opened}, {Event: &closed}}
	if code := d.run(t, "watch", "--until", "3000"); code != 0 {
		t.Fatalf("exit %d: %s", code, d.errs.String())
	}
	if n := strings.Count(d.out.String(), "\n"); n != 2 {
		t.Errorf("%d lines:\n%s", n, d.out.String())
	}
}

func TestCtrlCEndsAWatchWellUnlessItWaitedForSomething(t *testing.T) {
	for line, want := range map[string]int{"watch": 0, "watch --until 4000": 130} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		d := newDesk()
		if code := Main(ctx, d.env(), strings.Fields(line)); code != want {
			t.Errorf("limen %s: exit %d, want %d: %s", line, code, want, d.errs.String())
		}
	}
}

func TestAWatchThatFailsSaysSo(t *testing.T) {
	d := newDesk()
	d.err = &limen.Error{Kind: limen.Denied, What: "cannot watch", Why: "nobody may"}
	if code := d.run(t, "watch"); code != 4 || !strings.Contains(d.errs.String(), "cannot watch") {
		t.Errorf("exit %d: %s", code, d.errs.String())
	}
}

// gone is a pipe that is read no more.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, pipeGone[0] }

func TestAReaderWhoClosesThePipeEndsTheWatchInPeace(t *testing.T) {
	d := newDesk()
	env := d.env()
	env.Out = gone{}
	if code := Main(t.Context(), env, []string{"watch"}); code != 0 || strings.Contains(d.errs.String(), "limen:") {
		t.Errorf("exit %d: %s", code, d.errs.String())
	}
}

func TestOnlyWholeArgumentsAreReplacedAndStayOne(t *testing.T) {
	e := limen.Event{Time: noon, Change: limen.OwnerChanged, Listener: listener("tcp/[::1]:3000", "$(reboot) \"; \x1b[2J")}
	got := replace([]string{"{change}", "{port}", "{address}", "{transport}", "{pid}", "{name}", "{nope}", "x{port}", "{port} "}, e)
	want := []string{"owner", "3000", "::1", "tcp", "4242", `$(reboot) "; \x1b[2J`, "{nope}", "x{port}", "{port} "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	e.Listener.Owners = nil
	if got := replace([]string{"{pid}", "{name}"}, e); !slices.Equal(got, []string{"", ""}) {
		t.Errorf("without an owner: %q", got)
	}
}

// sayVar makes this test binary say its arguments, as a command that a watch
// runs.
const sayVar = "LIMEN_CLI_SAY"

func TestMain(m *testing.M) {
	if code := os.Getenv(sayVar); code != "" {
		fmt.Printf("%q\n", os.Args[1:])
		if code != "0" {
			os.Exit(3)
		}
		os.Exit(0)
	}
	if os.Getenv(editVar) != "" {
		os.Exit(playEditor(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestACommandIsRunForEachEvent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for code, failure := range map[string]string{"0": "", "1": self + ": exit status 3\n"} {
		t.Setenv(sayVar, code)
		d := newDesk()
		if code := d.run(t, "watch", "--exec", self, "{change}", "--json", "{port}"); code != 0 {
			t.Fatalf("exit %d: %s", code, d.errs.String())
		}
		_, got, _ := strings.Cut(d.errs.String(), "watching\n")
		want := `["opened" "--json" "3000"]` + "\n" + failure + `["closed" "--json" "53"]` + "\n" + failure
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestACommandThatIsNotThereEndsTheWatch(t *testing.T) {
	d := newDesk()
	if code := d.run(t, "watch", "--exec", "/nowhere/at all"); code != 3 || !strings.Contains(d.errs.String(), `cannot run "/nowhere/at all"`) {
		t.Errorf("exit %d: %s", code, d.errs.String())
	}
}
