package cli

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestGoalsAreReadAsPeopleWriteThem(t *testing.T) {
	here, err := filepath.Abs("web.sock")
	if err != nil {
		t.Fatal(err)
	}
	port := func(host string, n uint16) limen.Goal { return limen.Goal{State: limen.GoalReady, Host: host, Port: n} }
	with := func(g limen.Goal, s limen.GoalState) limen.Goal { g.State = s; return g }
	for word, want := range map[string]limen.Goal{
		"3000":                        port("", 3000),
		":3000":                       port("", 3000),
		"tcp/3000":                    port("", 3000),
		"*:3000":                      port("", 3000),
		"0.0.0.0:3000":                port("", 3000),
		"[::]:3000":                   port("", 3000),
		"localhost:3000":              port("", 3000),
		"web.localhost.:3000":         port("", 3000),
		"127.0.0.2:3000":              port("127.0.0.2", 3000),
		"tcp/[::1]:3000":              port("::1", 3000),
		"DB:5432":                     port("db", 5432),
		"my_db.example.:5432":         port("my_db.example", 5432),
		"53/udp":                      {State: limen.GoalReady, Transport: limen.UDP, Port: 53},
		"closed:udp/53":               {State: limen.GoalClosed, Transport: limen.UDP, Port: 53},
		"free:3000":                   with(port("", 3000), limen.GoalFree),
		"closed:db:5432":              with(port("db", 5432), limen.GoalClosed),
		"postgres://u:p@db/x":         port("db", 5432),
		"wss://[::1]/x":               port("::1", 443),
		"closed:http://localhost:3/x": with(port("", 3), limen.GoalClosed),
		"http://localhost:3000/x?y":   {State: limen.GoalReady, URL: "http://localhost:3000/x?y"},
		"HTTPS://[::1]/":              {State: limen.GoalReady, URL: "HTTPS://[::1]/"},
		"./web.sock":                  {State: limen.GoalReady, Path: here},
		"unix:web.sock":               {State: limen.GoalReady, Path: here},
		"closed:unix:web.sock":        {State: limen.GoalClosed, Path: here},
	} {
		got, err := parseGoal(word)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", word, err, diff)
		}
	}
	for _, word := range []string{
		"", "web", "99999", "0", "::1:3000", "-a b-:3000", "a b:3000", "3000/sctp", "http://", "http:///x", "http://%zz/",
		"mystery://db", "unix:", "free:", "closed:free:3000", "db:", strings.Repeat("a", 254) + ":1", "unix:a\x00b",
	} {
		if got, err := parseGoal(word); err == nil {
			t.Errorf("%q is read as %+v", word, got)
		}
	}
}

func FuzzParseGoal(f *testing.F) {
	for _, word := range []string{"3000", "free:3000", "closed:[::1]:53/udp", "db:5432", "unix:/run/x", "http://localhost/x", "postgres://db"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		g, err := parseGoal(word)
		if err != nil {
			return
		}
		if back, err := parseGoal(g.String()); err != nil || back != g {
			t.Errorf("%q is %+v, written %q, and that is %+v, %v", word, g, g, back, err)
		}
	})
}

func TestWaitAsksForWhatIsMeant(t *testing.T) {
	port := limen.Goal{State: limen.GoalReady, Port: 3000}
	page := limen.Goal{State: limen.GoalReady, URL: "http://localhost/"}
	strict := page
	strict.Expect = &limen.Expect{From: 200, To: 299, Body: "ok", Path: ".a", Value: "b=c", Insecure: true}
	for line, want := range map[string]op.WaitIn{
		"3000":                    {Goals: []limen.Goal{port}, Timeout: time.Minute},
		"3000 --timeout 0":        {Goals: []limen.Goal{port}},
		"3000 --any --timeout 5s": {Goals: []limen.Goal{port}, Any: true, Timeout: 5 * time.Second},
		"3000 --pid 4242":         {Goals: []limen.Goal{port}, PID: 4242, Timeout: time.Minute},
		"http://localhost/ 3000":  {Goals: []limen.Goal{page, port}, Timeout: time.Minute},
		"3000 http://localhost/ --status 200-299 --body ok --value .a=b=c --insecure": {Goals: []limen.Goal{port, strict}, Timeout: time.Minute},
	} {
		d := newDesk()
		d.waited.Outcome = limen.OutcomeReady
		code := d.run(t, append([]string{"wait"}, strings.Fields(line)...)...)
		if diff := cmp.Diff([]op.WaitIn{want}, d.waits); code != 0 || diff != "" {
			t.Errorf("%s: exit %d, %s (-want +got):\n%s", line, code, d.errs.String(), diff)
		}
	}
}

func TestWaitRefusesWhatMakesNoSenseBeforeItWaits(t *testing.T) {
	for _, line := range []string{
		"", "web", "3000 --status 200", "3000 --timeout 30", "3000 --timeout -1s", "3000 --pid 0", "3000 --pid x", "3000 --pid 99999999999",
		"http://localhost/ --status ok", "http://localhost/ --status 299-200", "http://localhost/ --status 20", "http://localhost/ --body=", "3000 --",
	} {
		d := newDesk()
		if code := d.run(t, append([]string{"wait"}, strings.Fields(line)...)...); code != 2 || len(d.waits) > 0 {
			t.Errorf("%q: exit %d, asked %+v", line, code, d.waits)
		}
	}
}

func TestTheOutcomeOfWaitIsItsExitCodeAndItsProgramRunsOnlyWhenReady(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here to run afterwards")
	}
	for outcome, want := range map[limen.Outcome]struct {
		alone, with int
		says        string
	}{
		limen.OutcomeReady:     {0, 7, "[one two] --json ran\n"},
		limen.OutcomeTimeout:   {124, 124, ""},
		limen.OutcomePointless: {1, 1, ""},
	} {
		d := newDesk()
		d.waited.Outcome = outcome
		if code := d.run(t, "wait", "3000"); code != want.alone || d.out.Len() > 0 {
			t.Errorf("%v: exit %d, said %s", outcome, code, d.out.String())
		}
		d = newDesk()
		d.waited.Outcome = outcome
		if code := d.run(t, "wait", "3000", "--", sh, "-c", `echo "[$1]" $2 ran; exit 7`, "sh", "one two", "--json"); code != want.with || d.out.String() != want.says {
			t.Errorf("%v: exit %d, said %s, %s", outcome, code, d.out.String(), d.errs.String())
		}
	}
	d := newDesk()
	d.waited.Outcome = limen.OutcomeReady
	if code := d.run(t, "wait", "3000", "--", sh, "-c", `kill -9 $$`); code != 137 {
		t.Errorf("a program that was killed: exit %d", code)
	}
	d = newDesk()
	d.waited.Outcome = limen.OutcomeReady
	if code := d.run(t, "wait", "3000", "--", "/nowhere/at/all"); code != 3 || !strings.Contains(d.errs.String(), `cannot run "/nowhere/at/all"`) {
		t.Errorf("a program that is not there: exit %d, %s", code, d.errs.String())
	}
}
