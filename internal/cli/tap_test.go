package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestWordsAndFlagsSayWhatIsTapped(t *testing.T) {
	for line, want := range map[string]op.TapIn{
		"tap":                                    {},
		"tap shop api.shop.localhost":            {Names: []string{"shop", "api.shop.localhost"}},
		"tap https://shop.localhost/x/ shop/api": {Names: []string{"shop.localhost/x", "shop/api"}},
		"tap 3000":                               {Target: &limen.Target{Port: 3000}},
		"tap :3000 --port :4000 shop":            {Target: &limen.Target{Port: 3000}, Port: 4000, Names: []string{"shop"}},
		"tap https://localhost:8443":             {Target: &limen.Target{Scheme: limen.SchemeHTTPS, Port: 8443}},
		"tap unix:/run/app.sock":                 {Target: &limen.Target{Socket: "/run/app.sock"}},
		"tap --method get,POST --frames":         {Filter: op.TapFilter{Methods: []string{"GET", "POST"}}, Frames: true},
		"tap --path /api/* --status 4xx,500":     {Filter: op.TapFilter{Path: "/api/*", Status: []string{"4xx", "500"}}},
		"tap --by curl --slower 1.5s":            {Filter: op.TapFilter{By: "curl", Slower: 1500}},
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 || len(d.tapped) != 1 {
			t.Errorf("limen %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.tapped[0]); diff != "" {
			t.Errorf("limen %s asked (-want +got):\n%s", line, diff)
		}
	}
}

func TestWordsSayWhatIsListed(t *testing.T) {
	for line, want := range map[string]op.TapsIn{
		"tap ls":                                {},
		"tap ls shop :3000 https://x.localhost": {Names: []string{"shop", "x.localhost"}, Targets: []limen.Target{{Port: 3000}}},
		"tap ls 3000 unix:/run/app.sock -n 0":   {Targets: []limen.Target{{Port: 3000}, {Socket: "/run/app.sock"}}, Most: mostTaps},
		"tap export - --name shop,3000 -n 5":    {Names: []string{"shop"}, Targets: []limen.Target{{Port: 3000}}, Most: 5},
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 || len(d.taps) != 1 {
			t.Errorf("limen %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.taps[0]); diff != "" {
			t.Errorf("limen %s asked (-want +got):\n%s", line, diff)
		}
	}
}

func TestAMistakeAboutATapCostsNothing(t *testing.T) {
	var all strings.Builder
	for _, line := range []string{
		"tap 99999", "tap 3000 3001", "tap shop --port 4000", "tap 3000 --port x", "tap /bar", "tap foo!bar", "tap --slower soon",
		"tap ls --last many", "tap ls 99999", "tap show", "tap show 17 18", "tap show 17 --sent",
		"tap replay", "tap replay 17 --path items", "tap replay 17 --set x", "tap replay 17 --set ä:x", "tap diff 17",
		"tap export", "tap export 17", "tap as-curl",
	} {
		d := newDesk()
		code := d.run(t, strings.Fields(line)...)
		all.WriteString("$ limen " + line + "\n" + d.errs.String() + "\n")
		if code != 2 || d.out.Len() > 0 || len(d.tapped)+len(d.taps)+len(d.recalled)+len(d.replayed) > 0 {
			t.Errorf("limen %s: exit %d, standard output %q", line, code, d.out.String())
		}
	}
	checkGolden(t, "testdata/errors-tap.txt", all.String())
}

func TestARequestIsReplayedWithWhatIsTyped(t *testing.T) {
	body := []byte("from standard input")
	for _, c := range []struct {
		args []string
		want op.ReplayIn
	}{
		{nil, op.ReplayIn{}},
		{[]string{"--method", "put", "--path", "/x?y=1"}, op.ReplayIn{Method: "PUT", Path: "/x?y=1"}},
		{[]string{"--set", "Accept: a, b", "--set", "accept:c", "--set", "Cookie:"}, op.ReplayIn{Set: map[string][]string{"Accept": {"a, b", "c"}, "Cookie": {}}}},
		{[]string{"--data", "-"}, op.ReplayIn{Body: &body}},
	} {
		d := newDesk()
		env := d.env()
		env.In = bytes.NewReader(body)
		c.want.ID = "17"
		if code := Main(t.Context(), env, append([]string{"tap", "replay", "17"}, c.args...)); code != 0 || len(d.replayed) != 1 {
			t.Errorf("%q: exit %d: %s", c.args, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(c.want, d.replayed[0]); diff != "" {
			t.Errorf("%q asked (-want +got):\n%s", c.args, diff)
		}
		if want := "sent; limen tap diff 17 18 says what is different\n"; d.errs.String() != want {
			t.Errorf("%q says %q", c.args, d.errs.String())
		}
	}
}

func TestOfAnAnswerThatIsLeftWhatCameIsShown(t *testing.T) {
	d := newDesk()
	ctx, leave := context.WithCancel(t.Context())
	d.leave = leave
	code := Main(ctx, d.env(), []string{"tap", "replay", "17", "--json"})
	if code != 130 || d.errs.String() != "sent as 18, and it goes on; Ctrl-C ends it\n" || !strings.Contains(d.out.String(), `"id": "18"`) {
		t.Errorf("exit %d: %s%s", code, d.out.String(), d.errs.String())
	}
}

func TestWhatIsWrittenTakesNobodysPlace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.har")
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"tap", "export", file}, {"tap", "show", "17", "--body", file}, {"tap", "as-curl", "17", "--body", file}} {
		d := newDesk()
		if code := d.run(t, args...); code != 5 || d.out.Len() > 0 {
			t.Errorf("limen %v: exit %d, %s", args, code, d.errs.String())
		}
	}
	if text, _ := os.ReadFile(file); string(text) != "mine" {
		t.Errorf("what was there is %q", text)
	}
	d := newDesk()
	d.recording.Request.Plain = true
	if code := d.run(t, "tap", "export", file, "--force", "--secrets"); code != 0 || !d.recalled[0].Secrets {
		t.Errorf("exit %d, %s", code, d.errs.String())
	}
	text, _ := os.ReadFile(file)
	if !bytes.Contains(text, []byte(`"url":"http://shop.localhost/api/orders?page=2"`)) {
		t.Errorf("written is %s", text)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("beside it are %v, %v", left, err)
	}
}

// A request that cannot be had leaves no file, and one that was there is left.
func TestAnExportIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.har")
	d := newDesk()
	d.err = &limen.Error{Kind: limen.NotFound, What: "cannot find request 9"}
	for _, args := range [][]string{{"tap", "export", file, "9"}, {"tap", "export", file, "9", "--force"}} {
		if code := d.run(t, args...); code != 3 {
			t.Errorf("limen %v: exit %d", args, code)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("there are %v, %v", left, err)
	}
}
