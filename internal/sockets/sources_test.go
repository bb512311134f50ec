package sockets

import (
	"errors"
	"fmt"
	"testing"

	"github.com/limenhq/limen"
)

func TestWhatServesIsSaidForEachTask(t *testing.T) {
	if len(sources) == 0 {
		t.Skip("no way to read the sockets of this system is known")
	}
	all := Reader{}.Sources(t.Context())
	for _, task := range []limen.Task{limen.TaskSockets, limen.TaskHolders, limen.TaskChanges} {
		served := 0
		for _, s := range all {
			if s.Task != task {
				continue
			}
			switch s.Use {
			case limen.SourceServed:
				served++
			case limen.SourceSpare:
				if served == 0 {
					t.Errorf("%v: nothing before it served", s)
				}
			default:
				if s.Why == "" {
					t.Errorf("%+v: no word of why", s)
				}
			}
		}
		if served != 1 {
			t.Errorf("%v: %d sources served: %+v", task, served, all)
		}
	}
}

func TestARefusalIsSaidWithWhatHelps(t *testing.T) {
	refused := fmt.Errorf("a layer: %w", &refusal{err: errors.New("no"), why: "not allowed", next: "ask"})
	for name, test := range map[string]struct {
		err  error
		want limen.Source
	}{
		"served":  {nil, limen.Source{Use: limen.SourceServed}},
		"refused": {refused, limen.Source{Use: limen.SourceRefused, Why: "a layer: not allowed", Next: "ask"}},
		"failed":  {errors.New("broken"), limen.Source{Use: limen.SourceRefused, Why: "broken"}},
	} {
		test.want.Task, test.want.Name = limen.TaskHolders, "way"
		if got := came(limen.TaskHolders, "way", test.err); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
	if !errors.Is(refused, errors.ErrUnsupported) {
		t.Error("a refusal would become a gap")
	}
	if s := came(limen.TaskHolders, "way", errNotAll); s.Use != limen.SourcePartly || s.Why == "" {
		t.Errorf("what left holders out: %+v", s)
	}
}
