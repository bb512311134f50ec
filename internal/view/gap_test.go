package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestEveryFormatTellsEveryGapSomewhere(t *testing.T) {
	s := machine()
	s.Gaps = []limen.Gap{{What: "gap-one", Why: "because-one", Next: "do-one"}, {What: "gap-two", Why: "because-two"}}
	v := free(3000)
	v.Gaps = s.Gaps
	for _, f := range Formats {
		var list, verdict strings.Builder
		err := errors.Join(Snapshot(&list, s, f, Options{}), Verdicts(&verdict, []limen.Verdict{v}, f, Options{}))
		if !f.TellsGaps {
			err = errors.Join(err, Remarks(&list, s, ""), Gaps(&verdict, v.Gaps))
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{list.String(), verdict.String()} {
			for _, want := range []string{"gap-one", "because-one", "do-one", "gap-two", "because-two"} {
				if strings.Count(out, want) != 1 {
					t.Errorf("%s tells %s %d times, want once:\n%s", f.Name, want, strings.Count(out, want), out)
				}
			}
		}
	}
}

func TestAnEmptyMachineAndABlindLookNeverReadTheSame(t *testing.T) {
	gaps := machine().Gaps
	for want, s := range map[string]limen.Snapshot{
		"nothing listens here\n": {},
		"nothing was seen to listen here, and not everything could be seen\n" +
			"not seen: the sockets of 12 processes of other users\n" +
			"  why:  only root may look into them\n" +
			"  next: run limen as root\n": {Gaps: gaps},
	} {
		var b strings.Builder
		if err := Remarks(&b, s, ""); err != nil || b.String() != want {
			t.Errorf("says %q, %v, want %q", b.String(), err, want)
		}
		if out := write1(t, s, Table, Options{}); out != "" {
			t.Errorf("an empty table is %q", out)
		}
	}
	var b strings.Builder
	if err := Remarks(&b, limen.Snapshot{}, "port:3000"); err != nil || b.String() != "nothing listens here that matches port:3000\n" {
		t.Errorf("says %q, %v", b.String(), err)
	}
}

func TestAnErrorSaysWhatWhyAndNext(t *testing.T) {
	for want, err := range map[string]error{
		"limen: cannot free tcp/127.0.0.1:5432\n  why:  a unit keeps it\n  next: sudo systemctl stop x\n": &limen.Error{
			What: "cannot free tcp/127.0.0.1:5432", Why: "a unit keeps it", Next: "sudo systemctl stop x"},
		"limen: cannot list\n":                          &limen.Error{What: "cannot list"},
		"limen: open /proc/x\\x1b: permission denied\n": errors.New("open /proc/x\x1b: permission denied"),
	} {
		var b strings.Builder
		if Error(&b, err); b.String() != want {
			t.Errorf("says %q, want %q", b.String(), want)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAnAnswerThatCannotBeWrittenIsAnError(t *testing.T) {
	for _, f := range Formats {
		if err := Snapshot(broken{}, machine(), f, Options{}); err == nil {
			t.Errorf("%s: a list was lost in silence", f.Name)
		}
		if err := Verdicts(broken{}, []limen.Verdict{free(1)}, f, Options{}); err == nil {
			t.Errorf("%s: a verdict was lost in silence", f.Name)
		}
	}
}
