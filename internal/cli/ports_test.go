package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/op"
)

func TestPortsUpdateAsksForTheListThatIsMeant(t *testing.T) {
	file, err := filepath.Abs("ports.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want op.RenewIn
	}{
		{nil, op.RenewIn{}},
		{[]string{"--from", "ports.csv", "--force"}, op.RenewIn{From: file, Force: true}},
		{[]string{"--from=https://localhost/ports.csv"}, op.RenewIn{From: "https://localhost/ports.csv"}},
	} {
		d := newDesk()
		if code := d.run(t, append([]string{"ports", "update"}, test.args...)...); code != 0 || !slices.Equal(d.renewed, []op.RenewIn{test.want}) {
			t.Errorf("%q: exit %d, asked %+v, want %+v; %s", test.args, code, d.renewed, test.want, d.errs.String())
		}
	}
}

func TestAWordAfterPortsIsSearchedForUnlessItIsAVerb(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"ports", "updates"}, "updates"},
		{[]string{"ports", "--", "update"}, "update"},
		{[]string{"ports", "matrix", "update"}, "matrix update"},
	} {
		d := newDesk()
		if code := d.run(t, test.args...); code != 0 || len(d.renewed) > 0 || len(d.numbers) != 1 || strings.Join(d.numbers[0].Words, " ") != test.want {
			t.Errorf("%q: exit %d, asked for %+v", test.args, code, d.numbers)
		}
	}
}

func TestHelpFindsACommandOfTwoWords(t *testing.T) {
	for _, args := range [][]string{{"help", "ports", "update"}, {"ports", "update", "--help"}, {"--help", "ports", "update"}} {
		d := newDesk()
		if code := d.run(t, args...); code != 0 || !strings.HasPrefix(d.out.String(), "limen ports update: ") {
			t.Errorf("%q: exit %d, %s", args, code, d.out.String())
		}
	}
	if got := offered(t, newDesk(), "ports", "up"); !slices.Contains(got, "update\tfetch IANA's official list of port numbers") {
		t.Errorf("limen ports up is completed with %q", got)
	}
}
