package probe

import (
	"context"
	"net"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	for _, w := range wires {
		if w.name != "x11 that does not" {
			continue
		}
		target := w.startAt(t, freePort(t))
		plain := target
		start := time.Now()
		target.Dial = func(ctx context.Context) (net.Conn, error) {
			c, err := plain.connect(ctx)
			t.Logf("%v dial %v", time.Since(start).Round(time.Millisecond), err)
			return c, err
		}
		q := newInquiry(target, All)
		ctx, cancel := context.WithTimeout(t.Context(), Budget)
		defer cancel()
		for i, step := range steps {
			s, ok := step(q, ctx)
			t.Logf("%v step %d: %v %v %v", time.Since(start).Round(time.Millisecond), i, s.Protocol, ok, q.asked)
			if ok || q.isOver(ctx) {
				break
			}
		}
		t.Log(q.slow)
	}
}
