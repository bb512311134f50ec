package host

import (
	"context"
	"errors"
	"testing"

	"github.com/limenhq/limen/internal/op"
)

func TestAHostThatIsAloneAsksNoDaemon(t *testing.T) {
	asked := 0
	carrier := Carrier{Dial: func(context.Context, string) (op.Place, func() error, error) {
		asked++
		return nil, nil, nil
	}}
	for alone, want := range map[bool]int{false: 1, true: 0} {
		asked = 0
		dir := t.TempDir()
		h := New(Config{Alone: alone, Carrier: carrier, State: func() (string, error) { return dir, nil }})
		if _, _, err := h.dialDaemon(t.Context()); asked != want || errors.Is(err, ErrNobody) != alone {
			t.Errorf("alone %v: %d times asked, %v", alone, asked, err)
		}
	}
}
