//go:build linux || darwin || freebsd

package run

import (
	"bufio"
	"io"
	"os"
	"testing"
	"time"
)

// inTerminal starts a program in a terminal, whose output is then read.
func inTerminal(t *testing.T, g *Guard, p Program) (*Run, *output) {
	t.Helper()
	p.Terminal = &Size{Rows: 24, Columns: 80}
	r, err := g.Start(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Terminal().Close() })
	r.Terminal().SetReadDeadline(time.Now().Add(patience))
	return r, &output{t, r.Terminal(), bufio.NewReader(r.Terminal())}
}

func TestAProgramHasATerminalOfItsOwn(t *testing.T) {
	g := opened(t)
	r, o := inTerminal(t, g, ask("terminal"))
	say := func(want string) {
		t.Helper()
		if got := o.line(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	say("terminal true true true")
	say("size 24 80")
	if err := r.Resize(Size{Rows: 50, Columns: 132}); err != nil {
		t.Fatal(err)
	}
	say("window changed")
	say("size 50 132")
	io.WriteString(r.Terminal(), "\x03")
	if got := o.line(); got != "^Cinterrupt" && got != "interrupt" { // as the terminal echoes
		t.Errorf("%q; want the interrupt", got)
	}
	say("size 50 132")
	if _, err := r.Stop(t.Context(), patience); err != nil {
		t.Error(err)
	}
	if b, err := io.ReadAll(o.reader); err == nil && len(b) > 0 {
		t.Errorf("%q is still said", b)
	}
}

func TestStreamsThatAreGivenAreNotTheTerminal(t *testing.T) {
	g := opened(t)
	o, w := piped(t)
	p := shell("[ -t 0 ] && [ -t 2 ] && ! [ -t 1 ] && echo mixed > /dev/stdout && echo aside > /dev/tty")
	p.Stdout = w
	r, out := inTerminal(t, g, p)
	w.Close()
	if got := o.line(); got != "mixed" {
		t.Errorf("%q", got)
	}
	if got := out.line(); got != "aside" {
		t.Errorf("%q", got)
	}
	isOver(t, r)
}

func TestClosingTheTerminalWakesWhoReadsIt(t *testing.T) {
	g := opened(t)
	r, o := inTerminal(t, g, shell("trap '' HUP; echo ready; exec sleep 1000"))
	o.until("ready")
	woken := make(chan error)
	go func() {
		_, err := o.reader.ReadByte()
		woken <- err
	}()
	r.Terminal().Close()
	select {
	case err := <-woken:
		if err == nil {
			t.Error("something was read")
		}
	case <-time.After(patience):
		t.Error("it goes on reading")
	}
	members(t, r, 1)
}

func TestAProgramWithoutATerminalSaysSo(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("echo ready"))
	o.until("ready")
	if r.Terminal() != nil {
		t.Error("it has a terminal")
	}
	if err := r.Resize(Size{}); err == nil {
		t.Error("its size was set")
	}
}

func TestNoDescriptorIsLeftBehind(t *testing.T) {
	count := func() int {
		names, err := os.ReadDir("/dev/fd")
		if err != nil {
			t.Skip("needs /dev/fd")
		}
		return len(names)
	}
	g := opened(t)
	once := func() {
		r, o := started(t, g, shell("exit"))
		o.end()
		o.file.Close()
		isOver(t, r)
		r, o = inTerminal(t, g, shell("exit"))
		isOver(t, r)
		o.file.Close()
		g.Start(Program{Arguments: []string{"./none"}, Terminal: &Size{}})
		g.Start(Program{Arguments: []string{"/dev/null"}, Terminal: &Size{}})
	}
	once()
	before := count()
	for range 5 {
		once()
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors are open; there were %d", after, before)
	}
}
