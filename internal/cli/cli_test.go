package cli

import (
	"bytes"
	"context"
	"errors"
	stdflag "flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

var update = stdflag.Bool("update", false, "write golden files and the manual anew")

func checkGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with go test ./internal/cli/ -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale; if the change is meant, go test ./internal/cli/ -update (-want +got):\n%s", file, diff)
	}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// A desk is a machine with a command line. It answers every question with the
// same snapshot or verdict, and remembers what it was asked.
type desk struct {
	snapshot limen.Snapshot
	verdict  limen.Verdict
	news     []limen.News
	err      error

	listed  []op.ListIn
	whys    []op.WhyIn
	numbers []op.NumberIn
	renewed []op.RenewIn
	waits   []op.WaitIn
	waited  limen.Waited
	watched []op.WatchIn
	closed  int

	routes      limen.Routes
	route       limen.Route
	routesAsked []op.RoutesIn
	routed      []op.RouteIn
	pinned      []op.PinIn

	tapped    []op.TapIn
	taps      []op.TapsIn
	recalled  []op.RecallIn
	replayed  []op.ReplayIn
	leave     func() // an answer goes on until somebody has pressed Ctrl-C, as this does; nil if it ends
	recording limen.Recording

	width     int
	vars      map[string]string
	out, errs bytes.Buffer
}

func newDesk() *desk {
	gaps := []limen.Gap{{What: "the sockets of 12 processes", Why: "only root may look", Next: "run limen as root"}}
	return &desk{
		route:     shop,
		recording: order,
		routes:    limen.Routes{Doors: []limen.Door{{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:443"), Usual: 443, Grant: limen.GrantBind}}},
		snapshot: limen.Snapshot{
			Machine: "desk", Time: noon, Gaps: gaps,
			Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", "node"), listener("udp/0.0.0.0:53", "dnsmasq")},
		},
		verdict: limen.Verdict{
			Machine: "desk", Time: noon, Transport: limen.TCP, Port: 3000, Range: limen.UserRange, Free: true, Tried: true,
			Binds: []limen.Bind{{Address: netip.IPv6Loopback(), Free: true, Reuse: true}}, Gaps: gaps,
		},
		news: []limen.News{
			{Event: &limen.Event{Time: noon, Change: limen.Opened, Listener: listener("tcp/127.0.0.1:3000", "node")}},
			{Event: &limen.Event{Time: noon.Add(time.Second), Change: limen.Closed, Listener: listener("udp/0.0.0.0:53", "dnsmasq")}},
		},
	}
}

func listener(endpoint, name string) limen.Listener {
	return limen.Listener{
		Endpoint: limen.MustParseEndpoint(endpoint), State: limen.Listening, Reach: limen.Self,
		Families: []limen.Family{limen.IPv4}, User: &limen.User{UID: 1000, Name: "nick"},
		Owners: []limen.Owner{{
			Process: limen.Process{ProcessID: limen.ProcessID{PID: 4242, Birth: 1}, Name: name, Started: noon.Add(-2 * time.Hour)},
			Role:    limen.Sole, Proof: limen.Proved,
		}},
	}
}

// env is the world of a desk. The place is a real one, whose verbs are bound
// to what the desk knows.
func (d *desk) env() Env {
	return Env{
		In: strings.NewReader(""), Out: &d.out, Err: &d.errs,
		Getenv: func(name string) string { return d.vars[name] },
		Now:    func() time.Time { return noon },
		Width:  func() int { return d.width },
		Place: func(context.Context, string) (op.Place, func() error, error) {
			return op.Table{
				op.List.By(func(ctx context.Context, in op.ListIn) (limen.Snapshot, error) {
					d.listed = append(d.listed, in)
					return d.snapshot, errors.Join(d.err, ctx.Err())
				}),
				op.Sources.By(func(ctx context.Context, _ op.SourcesIn) (limen.Sources, error) {
					return limen.Sources{}, errors.Join(d.err, ctx.Err())
				}),
				op.Why.By(func(ctx context.Context, in op.WhyIn) (limen.Verdict, error) {
					d.whys = append(d.whys, in)
					return d.verdict, errors.Join(d.err, ctx.Err())
				}),
				op.Number.By(func(ctx context.Context, in op.NumberIn) (limen.Numbers, error) {
					d.numbers = append(d.numbers, in)
					return limen.Numbers{}, errors.Join(d.err, ctx.Err())
				}),
				op.Wait.By(func(ctx context.Context, in op.WaitIn) (limen.Waited, error) {
					d.waits = append(d.waits, in)
					return d.waited, errors.Join(d.err, ctx.Err())
				}),
				op.Renew.By(func(ctx context.Context, in op.RenewIn) (limen.Renewal, error) {
					d.renewed = append(d.renewed, in)
					return limen.Renewal{From: in.From}, errors.Join(d.err, ctx.Err())
				}),
				op.Watch.By(d.watch),

				// These only answer.
				op.Identify.By(answer[op.IdentifyIn](limen.Identities{})),
				op.Settings.By(answer[op.SettingsIn](limen.Settings{})),
				op.Plan.By(answer[op.FreeIn](limen.Plan{Transport: limen.TCP})),
				op.Free.By(answer[op.FreeIn](limen.Freed{Transport: limen.TCP, Freed: true})),
				op.Undo.By(answer[op.UndoIn](limen.Undone{Listening: true})),
				op.Pick.By(answer[op.PickIn](limen.Leases{})),
				op.Leases.By(answer[op.LeasesIn](limen.Leases{})),
				op.Release.By(answer[op.ReleaseIn](limen.Leases{})),
				op.Hold.By(func(context.Context, op.HoldIn, func(limen.Leases) error) error { return nil }),
				op.Scan.By(func(context.Context, op.ScanIn, func(limen.ScanNews) error) error { return nil }),
				op.Serve.By(func(context.Context, op.ServeIn, func(limen.Served) error) error { return nil }),
				op.Trust.By(answer[op.TrustIn](trusting)),
				op.Install.By(answer[op.InstallIn](trusting)),
				op.Distrust.By(answer[op.DistrustIn](limen.Trust{})),
				op.Certify.By(answer[op.CertifyIn](limen.Certificate{})),
				op.Launch.By(answer[op.RunIn](limen.Launch{})),
				op.Run.By(func(context.Context, op.RunIn, func(limen.AppEvent) error) error { return nil }),
				op.Up.By(func(context.Context, op.UpIn, func(limen.AppEvent) error) error { return nil }),
				op.Apps.By(answer[op.AppsIn](limen.Apps{})),
				op.Restart.By(answer[op.AppsIn](limen.Apps{})),
				op.Down.By(answer[op.AppsIn](limen.Apps{})),
				op.Logs.By(func(context.Context, op.LogsIn, func(limen.LogLine) error) error { return nil }),
				op.Standing.By(answer[op.StandingIn](limen.Standing{Machine: "desk", Time: noon})),
				op.Routes.By(func(_ context.Context, in op.RoutesIn) (limen.Routes, error) {
					d.routesAsked = append(d.routesAsked, in)
					return d.routes, d.err
				}),
				op.Route.By(func(_ context.Context, in op.RouteIn) (limen.Route, error) {
					d.routed = append(d.routed, in)
					return d.route, d.err
				}),
				op.Unroute.By(answer[op.UnrouteIn](limen.Routes{Routes: []limen.Route{shop}})),
				op.Pin.By(func(_ context.Context, in op.PinIn) (limen.Route, error) {
					d.pinned = append(d.pinned, in)
					return d.route, d.err
				}),
				op.Resolve.By(answer[op.ResolveIn](limen.Resolution{Name: "shop.localhost"})),
				op.Tap.By(d.tap),
				op.Taps.By(func(_ context.Context, in op.TapsIn) (limen.Exchanges, error) {
					d.taps = append(d.taps, in)
					return limen.Exchanges{Exchanges: []limen.Exchange{d.recording.Exchange}}, d.err
				}),
				op.Recall.By(func(_ context.Context, in op.RecallIn) (limen.Recordings, error) {
					d.recalled = append(d.recalled, in)
					r := d.recording
					if len(in.IDs) == 1 {
						r.ID = in.IDs[0]
					}
					return limen.Recordings{Recordings: []limen.Recording{r}}, d.err
				}),
				op.Replay.By(func(ctx context.Context, in op.ReplayIn, next func(limen.Tapped) error) error {
					d.replayed = append(d.replayed, in)
					again := d.recording.Exchange
					again.ID = "18"
					if d.err != nil {
						return d.err
					}
					if again.Open = d.leave != nil; again.Open {
						next(limen.Tapped{Kind: limen.TapExchange, Exchange: &again})
						d.leave()
						return ctx.Err()
					}
					return next(limen.Tapped{Kind: limen.TapExchange, Exchange: &again})
				}),
				op.Compare.By(func(context.Context, op.CompareIn) (limen.Comparison, error) {
					return limen.Comparison{Before: d.recording.Exchange, After: d.recording.Exchange}, d.err
				}),
			}, func() error { d.closed++; return nil }, nil
		},
	}
}

// answer is a verb that always says the same.
func answer[In, Out any](out Out) func(context.Context, In) (Out, error) {
	return func(context.Context, In) (Out, error) { return out, nil }
}

// watch tells what the desk knows, and that is all that ever happens.
func (d *desk) watch(ctx context.Context, in op.WatchIn, next func(limen.News) error) error {
	d.watched = append(d.watched, in)
	for _, n := range append([]limen.News{{Gaps: d.snapshot.Gaps}}, d.news...) {
		if err := errors.Join(ctx.Err(), next(n)); err != nil {
			return err
		}
	}
	return errors.Join(d.err, ctx.Err())
}

// tap tells one of each.
func (d *desk) tap(_ context.Context, in op.TapIn, next func(limen.Tapped) error) error {
	d.tapped = append(d.tapped, in)
	for _, n := range []limen.Tapped{
		{Time: noon, Kind: limen.TapOpened, Tap: &limen.Tap{Names: in.Names, Target: in.Target}},
		{Time: noon, Kind: limen.TapExchange, Exchange: &d.recording.Exchange},
		{Time: noon, Kind: limen.TapMissed, Missed: 2},
	} {
		if err := next(n); err != nil {
			return err
		}
	}
	return d.err
}

func (d *desk) run(t *testing.T, args ...string) int {
	t.Helper()
	return Main(t.Context(), d.env(), args)
}

func TestLimenAloneLists(t *testing.T) {
	for _, args := range [][]string{{}, {"list"}, {"--color", "never"}} {
		d := newDesk()
		if code := d.run(t, args...); code != 0 || len(d.listed) != 1 || d.closed != 1 {
			t.Errorf("limen %v: exit %d, listed %d times, closed %d", args, code, len(d.listed), d.closed)
		}
		want := "PORT    ADDRESS    REACH  USER  OWNER           STARTED\n" +
			"53/udp  0.0.0.0    self   nick  dnsmasq (4242)  2026-11-21T10:00:00Z\n" +
			"3000    127.0.0.1  self   nick  node (4242)     2026-11-21T10:00:00Z\n"
		if diff := cmp.Diff(want, d.out.String()); diff != "" {
			t.Errorf("limen %v (-want +got):\n%s", args, diff)
		}
		gap := "not seen: the sockets of 12 processes\n  why:  only root may look\n  next: run limen as root\n"
		if diff := cmp.Diff(gap, d.errs.String()); diff != "" {
			t.Errorf("limen %v, standard error (-want +got):\n%s", args, diff)
		}
	}
}

func TestWordsAndFlagsNarrowTheList(t *testing.T) {
	query := func(words ...string) (q limen.Query) {
		for _, w := range words {
			if err := q.Add(w); err != nil {
				t.Fatal(err)
			}
		}
		return q
	}
	for line, want := range map[string]op.ListIn{
		"list 3000 vite":                       {Query: query("3000", "vite")},
		"list :3000-3010 --user nick":          {Query: query(":3000-3010", "user:nick")},
		"list --user nick :3000-3010":          {Query: query("user:nick", ":3000-3010")},
		"list --reach network+ --project=shop": {Query: query("reach:network+", "project:shop")},
		"list --udp":                           {Query: query("transport:udp")},
		"list --tcp --udp":                     {},
		"--tcp":                                {Query: query("transport:tcp")},
		"list -a":                              {Connections: true},
		"list --all --usage":                   {Connections: true, Usage: true},
		"list -- --vite":                       {Query: query("--vite")},
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 || len(d.listed) != 1 {
			t.Errorf("limen %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.listed[0], cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("limen %s asked (-want +got):\n%s", line, diff)
		}
	}
}

func TestAPortAloneIsAskedAbout(t *testing.T) {
	v4, v6 := netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()
	for line, want := range map[string][]op.WhyIn{
		"3000":                       {{Port: 3000}},
		":3000":                      {{Port: 3000}},
		"127.0.0.1:3000":             {{Address: v4, Port: 3000}},
		"[::1]:3000 --no-try":        {{Address: v6, Port: 3000, NoTry: true}},
		"http://localhost:3000/x":    {{Port: 3000}},
		"53/udp":                     {{Transport: limen.UDP, Port: 53}},
		"localhost:3000":             {{Port: 3000}},
		"why 3000":                   {{Port: 3000}},
		"why 3000 tcp/[::1]:3001":    {{Port: 3000}, {Transport: limen.TCP, Address: v6, Port: 3001}},
		"why --udp 53":               {{Transport: limen.UDP, Port: 53}},
		"why 53 --tcp":               {{Transport: limen.TCP, Port: 53}},
		"why --no-try https://[::1]": {{Address: v6, Port: 443, NoTry: true}},
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 {
			t.Errorf("limen %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.whys, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("limen %s asked (-want +got):\n%s", line, diff)
		}
	}
}

// mistakes are command lines that make no sense, in the order of errors.txt.
var mistakes = []string{
	"why 99999", "99999", ":0", "why foo", "foo", "lst", "why", "why ::1", "why 127.0.0.1", "why [::1", "why sctp/80",
	"why example.com:80", "why postgres://u:secret@db.example.com/x?password=secret", "why gopher://localhost/", "why http://localhost:99999/", "why --tcp --udp 53", "why --udp 53/tcp",
	"list 99999", "list port:x", "list --reach far", "list --user=", "list 53/tcp --udp", "list --sort nope", "list --sort", "list --columns port,nope", "list --columns=", "list --group owner",
	"list --format xml", "list --json --format csv", "list --json --columns port", "list --csv", "list -x", "list --json=maybe", "list --color blue",
	"--nope", "--no-try 3000", "completion", "completion tcsh", "completion bash zsh", "version 3", "help lst", "why 3000 --json --sort port",
}

func TestAMistakeIsAnsweredWithWhatWhyNextAndExitCode2(t *testing.T) {
	var all strings.Builder
	for _, line := range mistakes {
		d := newDesk()
		code := d.run(t, strings.Fields(line)...)
		fmt.Fprintf(&all, "$ limen %s\n%s\n", line, d.errs.String())
		said := d.errs.String()
		if code != 2 || d.out.Len() > 0 || len(d.listed)+len(d.whys) > 0 {
			t.Errorf("limen %s: exit %d, standard output %q, asked %d", line, code, d.out.String(), len(d.listed)+len(d.whys))
		}
		for _, part := range []string{"limen: cannot ", "\n  why:  ", "\n  next: "} {
			if !strings.Contains(said, part) {
				t.Errorf("limen %s does not say %q:\n%s", line, part, said)
			}
		}
		if strings.Contains(said, "secret") {
			t.Errorf("limen %s repeats a password:\n%s", line, said)
		}
	}
	checkGolden(t, "testdata/errors.txt", all.String())
}

func TestTheExitCodeIsTheKindOfTheError(t *testing.T) {
	for want, err := range map[int]error{
		1: errors.New("disk on fire"),
		2: &limen.Error{Kind: limen.Invalid, What: "cannot"},
		3: &limen.Error{Kind: limen.NotFound, What: "cannot"},
		4: fmt.Errorf("while listing: %w", &limen.Error{Kind: limen.Denied, What: "cannot"}),
		5: &limen.Error{Kind: limen.Busy, What: "cannot"},
		6: &limen.Error{Kind: limen.Unsupported, What: "cannot"},
	} {
		d := newDesk()
		d.err = err
		if code := d.run(t, "list"); code != want {
			t.Errorf("%v: exit %d, want %d", err, code, want)
		}
		if isOurs := want == 1; strings.Contains(d.errs.String(), "report it") != isOurs {
			t.Errorf("%v: says %s", err, d.errs.String())
		}
	}
}

func TestATakenPortIsAnAnswer(t *testing.T) {
	d := newDesk()
	d.verdict.Free = false
	d.verdict.Causes = []limen.Cause{{Kind: limen.CauseListener, Blocks: true, What: "node listens on 127.0.0.1"}}
	if code := d.run(t, "3000"); code != 0 || !strings.HasPrefix(d.out.String(), "3000 is taken: node") {
		t.Errorf("exit %d: %s", code, d.out.String())
	}
}

func TestAReaderWhoHasEnoughIsNoError(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	d := newDesk()
	env := d.env()
	env.Out = w
	for _, args := range [][]string{{"list"}, {"3000"}, {"help"}, {"list", "--help"}, {"completion", "bash"}, {"version"}} {
		d.errs.Reset()
		if code := Main(t.Context(), env, args); code != 0 || strings.Contains(d.errs.String(), "limen:") {
			t.Errorf("limen %v: exit %d, says %q", args, code, d.errs.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAnAnswerThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"list"}, {"3000"}, {"help"}, {"list", "--help"}, {"completion", "bash"}, {"version"}, {"version", "--json"}} {
		d := newDesk()
		env := d.env()
		env.Out = full{}
		if code := Main(t.Context(), env, args); code != 1 || !strings.Contains(d.errs.String(), "no space left") {
			t.Errorf("limen %v: exit %d, says %q", args, code, d.errs.String())
		}
	}
}

func TestAnInterruptEndsQuietly(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	d := newDesk()
	if code := Main(ctx, d.env(), []string{"list"}); code != 130 || d.errs.Len() > 0 || d.out.Len() > 0 {
		t.Errorf("exit %d, says %q", code, d.errs.String())
	}
}

func TestThePlaceIsTheRealOneUnlessATestSetsIt(t *testing.T) {
	env := Env{Out: io.Discard}.real()
	if env.Getenv == nil || env.Now == nil || env.Place == nil || env.Width() != 0 {
		t.Error("the zero Env lacks a world")
	}
}

// trusting is the least that a machine with an authority answers.
var trusting = limen.Trust{Authority: &limen.Authority{}, Stores: []limen.TrustStore{{State: limen.StoreTrusts}}}

// order is a request with all that was kept of it.
var order = limen.Recording{
	Exchange: limen.Exchange{
		ID: "17", Time: noon, Name: "shop.localhost", Target: "3000", Client: netip.MustParseAddrPort("127.0.0.1:40000"), Protocol: "HTTP/1.1", Method: "POST",
		URL: "http://shop.localhost/api/orders?page=2", Status: 201, Media: "application/json", FirstByte: 3120 * time.Microsecond, Total: 4 * time.Millisecond, Sent: 14, Received: 11,
		Initiator: &limen.Process{ProcessID: limen.ProcessID{PID: 4711, Birth: 1}, Name: "curl"},
	},
	Request: limen.Message{Fields: []limen.Field{{Name: "Host", Value: "shop.localhost"}, {Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"name":"ann"}`), Size: 14},
	Answer:  limen.Message{Fields: []limen.Field{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"ok":true}`), Size: 11},
}

// shop is a name that leads to a server.
var shop = limen.Route{
	Name: "shop.localhost", Target: limen.Target{Port: 3000}, Source: limen.RouteTyped, Since: noon,
	State: limen.RouteLive, URL: "https://shop.localhost", Endpoints: []limen.Endpoint{limen.MustParseEndpoint("tcp/127.0.0.1:3000")},
}
