package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/view"
)

func TestColourIsOnlyForTerminalsThatWantIt(t *testing.T) {
	for _, c := range []struct {
		claim string
		width int
		vars  map[string]string
		args  []string
		want  bool
	}{
		{"a terminal", 80, map[string]string{"TERM": "xterm"}, nil, true},
		{"a Windows terminal", 80, map[string]string{"WT_SESSION": "1"}, nil, true},
		{"an old console", 80, nil, nil, false},
		{"a dumb terminal", 80, map[string]string{"TERM": "dumb"}, nil, false},
		{"a pipe", 0, map[string]string{"TERM": "xterm"}, nil, false},
		{"NO_COLOR", 80, map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, nil, false},
		{"an empty NO_COLOR", 80, map[string]string{"TERM": "xterm", "NO_COLOR": ""}, nil, true},
		{"never", 80, map[string]string{"TERM": "xterm"}, []string{"--color", "never"}, false},
		{"always, to a pipe", 0, nil, []string{"--color=always"}, true},
		{"always, against NO_COLOR", 80, map[string]string{"NO_COLOR": "1"}, []string{"--color=always"}, true},
	} {
		d := newDesk()
		d.width, d.vars = c.width, c.vars
		if code := d.run(t, append([]string{"list"}, c.args...)...); code != 0 {
			t.Fatal(d.errs.String())
		}
		if got := strings.Contains(d.out.String(), "\x1b["); got != c.want {
			t.Errorf("%s: coloured %v, want %v", c.claim, got, c.want)
		}
	}
}

func TestEveryAnswerComesInEveryFormat(t *testing.T) {
	for _, args := range [][]string{{"list"}, {"why", "3000"}} {
		for _, f := range view.Formats {
			d := newDesk()
			code := d.run(t, append(args, "--format", f.Name)...)
			if code != 0 || d.out.Len() == 0 {
				t.Errorf("limen %v in %s: exit %d, %q", args, f.Name, code, d.errs.String())
			}
			if both := d.out.String() + d.errs.String(); strings.Count(both, "only root may look") != 1 {
				t.Errorf("limen %v in %s does not tell its gap once:\n%s", args, f.Name, both)
			}
			if f.TellsGaps && d.errs.Len() > 0 {
				t.Errorf("limen %v in %s says on standard error: %s", args, f.Name, d.errs.String())
			}
		}
	}
}

func TestJSONIsTheAnswerAsItIs(t *testing.T) {
	d := newDesk()
	var snap limen.Snapshot
	if code := d.run(t, "list", "--json"); code != 0 {
		t.Fatal(d.errs.String())
	}
	if err := json.Unmarshal(d.out.Bytes(), &snap); err != nil || len(snap.Listeners) != 2 || len(snap.Gaps) != 1 {
		t.Errorf("%v: %+v", err, snap)
	}
	d = newDesk()
	var v limen.Verdict
	if code := d.run(t, "3000", "--json"); code != 0 {
		t.Fatal(d.errs.String())
	}
	if err := json.Unmarshal(d.out.Bytes(), &v); err != nil || !v.Free || v.Port != 3000 {
		t.Errorf("%v: %+v", err, v)
	}
	d = newDesk()
	var b build
	if code := d.run(t, "version", "--json"); code != 0 {
		t.Fatal(d.errs.String())
	}
	if err := json.Unmarshal(d.out.Bytes(), &b); err != nil || b.Version == "" || !strings.HasPrefix(b.Go, "go") {
		t.Errorf("%v: %+v", err, b)
	}
}

func TestColumnsSortAndGroupReachTheTable(t *testing.T) {
	for line, want := range map[string]string{
		"list --columns port,owner --sort -port": "PORT    OWNER\n3000    node (4242)\n53/udp  dnsmasq (4242)\n",
		"list --columns port --group user":       "  PORT\n\nnick\n  53/udp\n  3000\n",
		"list --columns port --format csv":       "port\n53\n3000\n",
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 || d.out.String() != want {
			t.Errorf("limen %s: exit %d, %q, want %q", line, code, d.out.String(), want)
		}
	}
}

func TestNothingFoundIsSaidAside(t *testing.T) {
	d := newDesk()
	d.snapshot.Listeners, d.snapshot.Gaps = nil, nil
	if code := d.run(t, "list", "3000"); code != 0 || d.out.Len() > 0 || d.errs.String() != "nothing listens here that matches port:3000\n" {
		t.Errorf("exit %d, %q, %q", code, d.out.String(), d.errs.String())
	}
}
