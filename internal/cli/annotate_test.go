package cli

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestALogGoesThroughUnchangedAndWhatIsNotSeenIsSaid(t *testing.T) {
	long := strings.Repeat("x", 3*mostAtOnce)
	d := newDesk()
	env := d.env()
	in := "at 127.0.0.1:3000\r\n\x1b[1m\xff\x00 198.51.100.7:3000\n" + long + "\nlast localhost:3000"
	env.In = strings.NewReader(in)
	if code := Main(t.Context(), env, []string{"annotate"}); code != 0 {
		t.Fatalf("exit %d: %s", code, d.errs.String())
	}
	want := "at 127.0.0.1:3000 (node)\r\n\x1b[1m\xff\x00 198.51.100.7:3000\n" + long + "\nlast localhost:3000 (node)"
	if got := d.out.String(); got != want {
		t.Errorf("%d bytes gave %d: %.200q", len(in), len(got), got)
	}
	if got, want := d.errs.String(), "not seen: the sockets of 12 processes\n  why:  only root may look\n  next: run limen as root\n"; got != want {
		t.Errorf("standard error: %q, want %q", got, want)
	}
}

// An interrupter is a log that has one line, and goes on without another. It
// sends an interrupt when it is asked for more.
type interrupter struct {
	line  io.Reader
	stop  func()
	never chan struct{}
}

func (i interrupter) Read(b []byte) (int, error) {
	if n, err := i.line.Read(b); err == nil {
		return n, nil
	}
	i.stop()
	<-i.never
	return 0, io.EOF
}

func TestAnAnnotateThatWaitsForItsLogCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := newDesk()
	env := d.env()
	never := make(chan struct{})
	defer close(never)
	env.In = interrupter{strings.NewReader("at :3000\n"), cancel, never}
	if code := Main(ctx, env, []string{"annotate"}); code != 130 || strings.Contains(d.errs.String(), "limen:") {
		t.Errorf("exit %d: %s", code, d.errs.String())
	}
}

func TestWhoHasGoneIsNamedWithWas(t *testing.T) {
	d := newDesk()
	gone := *d.news[0].Event
	gone.Change = limen.Closed
	w := &witness{now: d.env().Now}
	w.names.Learn(*d.news[0].Event)
	w.names.Learn(gone)
	var out strings.Builder
	if err := w.copy(t.Context(), &out, strings.NewReader("at :3000\n")); err != nil || out.String() != "at :3000 (was node)\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
