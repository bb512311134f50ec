package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
)

func TestTheSettingsOfThisMachineBearOnEachNumber(t *testing.T) {
	rules := bind.Rules{
		Ephemeral: limen.PortRange{From: 32768, To: 60999}, Unprivileged: 1024,
		Reserved: []limen.PortRange{{From: 40000, To: 40000}, {From: 50000, To: 50010}},
	}
	root, open := rules, rules
	root.MayBindLow = true
	open.Unprivileged = 80
	for _, test := range []struct {
		port  uint16
		rules bind.Rules
		want  []string // what each begins with
	}{
		{443, rules, []string{"Binding it takes root or CAP_NET_BIND_SERVICE, which you lack", "Never given out"}},
		{443, root, []string{"Binding it takes root or CAP_NET_BIND_SERVICE, which limen was started with", "Never given out"}},
		{443, open, []string{"Every user may bind it", "Never given out"}},
		{3000, rules, []string{"Never given out"}},
		{32768, rules, []string{"Given to outgoing connections"}},
		{50005, rules, []string{"Kept for someone"}},
		{443, bind.Rules{}, nil}, // a system whose settings are not known
	} {
		got := here(test.port, test.rules)
		if len(got) != len(test.want) {
			t.Errorf("%d: %+v, want %q", test.port, got, test.want)
			continue
		}
		for i, e := range got {
			if !strings.HasPrefix(e.What, test.want[i]) || !strings.HasPrefix(e.From, "net.ipv4.") {
				t.Errorf("%d: %+v, want %q", test.port, e, test.want[i])
			}
		}
	}
	if got := here(50000, rules)[0].From; got != "net.ipv4.ip_local_reserved_ports is 40000,50000-50010" {
		t.Errorf("the reserved ports are from %q", got)
	}
}

func TestADamagedListIsAGapOfBothVerbsThatReadIt(t *testing.T) {
	dir := t.TempDir()
	h := New(Config{Cache: func() (string, error) { return dir, nil }})
	if err := os.Mkdir(filepath.Join(dir, "limen"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.shelf().File, []byte("not a list"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := op.Number.On(t.Context(), h.Ops(), op.NumberIn{Words: []string{"8008"}})
	if err != nil || len(n.Numbers) != 1 || !tellsOfList(n.Gaps) {
		t.Errorf("Number: %+v, %v", n, err)
	}
	v, err := op.Why.On(t.Context(), h.Ops(), op.WhyIn{Port: 8008, NoTry: true})
	if err != nil || v.Number == nil || !tellsOfList(v.Gaps) {
		t.Errorf("Why: gaps %+v, %v", v.Gaps, err)
	}
}

func tellsOfList(gaps []limen.Gap) bool {
	for _, g := range gaps {
		if g.What == "the list of port numbers that limen ports update has fetched" {
			return true
		}
	}
	return false
}
