package host

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

func TestWhoMustKnowEveryHolderRemembersNothing(t *testing.T) {
	nettest.Enter(t)
	nettest.Load(t, 300, 5, 1) // from 256 processes on, remembering pays
	for verb, test := range map[string]struct {
		ask       func(*Host, uint16) error
		remembers bool
	}{
		"list": {func(h *Host, _ uint16) error { _, err := h.List(t.Context(), op.ListIn{}); return err }, true},
		"why":  {func(h *Host, port uint16) error { _, err := h.Why(t.Context(), op.WhyIn{Port: port}); return err }, true},
		"plan": {func(h *Host, port uint16) error { _, err := h.Plan(t.Context(), op.FreeIn{Port: port}); return err }, false},
	} {
		dir := t.TempDir()
		h := New(Config{Cache: func() (string, error) { return dir, nil }})
		snap, err := New(Config{Cache: func() (string, error) { return "", os.ErrNotExist }}).List(t.Context(), op.ListIn{})
		if err != nil || len(snap.Listeners) != 1 {
			t.Fatalf("%+v, %v", snap, err)
		}
		if err := test.ask(h, snap.Listeners[0].Endpoint.Port()); err != nil {
			t.Fatalf("%s: %v", verb, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "limen", "holders")); (err == nil) != test.remembers {
			t.Errorf("%s: remembered: %v", verb, err)
		}
	}
}
