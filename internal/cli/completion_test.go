package cli

import (
	"bytes"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// checkers say whether a shell can read a script.
var checkers = map[string][]string{
	"bash": {"bash", "-n"},
	"zsh":  {"zsh", "-n"},
	"fish": {"fish", "--no-execute"},
	"powershell": {"pwsh", "-NoProfile", "-Command",
		"$ErrorActionPreference='Stop'; [scriptblock]::Create([Console]::In.ReadToEnd()) | Out-Null"},
}

func TestEveryShellCanReadItsCompletions(t *testing.T) {
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			d := newDesk()
			if code := d.run(t, "completion", shell); code != 0 || d.out.Len() < 1000 {
				t.Fatalf("exit %d, %d bytes: %s", code, d.out.Len(), d.errs.String())
			}
			checker := checkers[shell]
			if _, err := exec.LookPath(checker[0]); errors.Is(err, exec.ErrNotFound) {
				t.Skipf("no %s here to read its script", checker[0])
			}
			c := exec.CommandContext(t.Context(), checker[0], checker[1:]...)
			c.Stdin = bytes.NewReader(d.out.Bytes())
			if said, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

// offered returns what a shell would offer for the last of the words.
func offered(t *testing.T, d *desk, words ...string) (all []string) {
	t.Helper()
	if code := d.run(t, append([]string{"__complete"}, words...)...); code != 0 {
		t.Fatalf("exit %d: %s", code, d.errs.String())
	}
	for l := range strings.Lines(d.out.String()) {
		if !strings.HasPrefix(l, ":") { // the directive to the shell
			all = append(all, strings.TrimSuffix(l, "\n"))
		}
	}
	return all
}

func TestShellsAreOfferedWhatCanBeTyped(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string // one of what is offered
	}{
		{[]string{""}, "list\twhat holds the ports of this machine"},
		{[]string{""}, "3000\tnode"},
		{[]string{"why", ""}, "53/udp\tdnsmasq"},
		{[]string{"list", "3"}, "3000\tnode"},
		{[]string{"list", "--so"}, "--sort\tthe order of rows; -COLUMN the other way round"},
		{[]string{"list", "--sort", ""}, "owner"},
		{[]string{"list", "--columns", "port,ow"}, "port,owner"},
		{[]string{"list", "--reach", ""}, "network+"},
		{[]string{"list", "--format", ""}, "ndjson"},
		{[]string{"list", "--group", ""}, "project"},
		{[]string{"list", "--color", ""}, "never"},
		{[]string{"completion", ""}, "fish"},
		{[]string{"help", ""}, "why"},
	} {
		if got := offered(t, newDesk(), c.words...); !slices.Contains(got, c.want) {
			t.Errorf("limen %q offers %q, not %q", c.words, got, c.want)
		}
	}
}

func TestNamesOfProgramsReachAShellHarmless(t *testing.T) {
	d := newDesk()
	d.snapshot.Listeners[0].Owners[0].Process.Name = "\x1b[2J\n99\tevil\u202e"
	for _, l := range offered(t, d, "why", "") {
		if strings.ContainsAny(l, "\x1b\u202e") || strings.HasPrefix(l, "99") {
			t.Errorf("a shell is offered %q", l)
		}
	}
}

func TestCompletionIsSilentAboutTrouble(t *testing.T) {
	d := newDesk()
	d.err = &limen.Error{Kind: limen.Unsupported, What: "cannot list"}
	if got := offered(t, d, "why", ""); len(got) > 0 {
		t.Errorf("offered %q", got)
	}
}
