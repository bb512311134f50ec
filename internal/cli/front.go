package cli

import (
	"bytes"
	"io"
	"os"
	"os/signal"
	"sync"
)

// comeForward gives the programs that limen runs what they need of whoever sits
// at the terminal, and returns the world as limen itself sees it meanwhile.
func comeForward(env Env) (_ Env, leave func()) {
	f := env.front
	if f == nil { // verbs are carried out elsewhere, as in tests
		return env, func() {}
	}
	f.In, _ = env.In.(*os.File)
	f.Out, _ = env.Out.(*os.File)
	f.Err, _ = env.Err.(*os.File)
	if isTerminal(env.In) && env.Width() > 0 && isInFront(f.In) {
		f.Size = func() (rows, columns uint16) { return sizeOf(f.Out) }
		f.Raw = func() (func() error, error) { return raw(f.In) }
		s := &screen{out: env.Out, ended: true}
		f.Screen = s
		if errs, ok := env.Err.(*os.File); ok && widthOf(errs) > 0 {
			env.Err = voice{s}
		}
	}
	signals := make(chan os.Signal, 8)
	for _, s := range forwarded {
		if !signal.Ignored(s) { // as under nohup(1)
			signal.Notify(signals, s)
		}
	}
	f.Signals = signals
	return env, func() { signal.Stop(signals) }
}

// A screen is a terminal that a program and limen write to. It knows whether
// the last line has ended, so that what limen says stands on one of its own,
// and ends lines as a terminal in raw mode wants it.
type screen struct {
	mu    sync.Mutex // guards what follows
	out   io.Writer
	ended bool // the last line has ended, or nothing was written yet
}

// Write writes what the program prints, as it is.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(b) > 0 {
		s.ended = b[len(b)-1] == '\n'
	}
	return s.out.Write(b)
}

// A voice is how limen speaks on a screen.
type voice struct{ *screen }

// Write writes whole lines.
func (v voice) Write(b []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	said := bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
	if !v.ended {
		said = append([]byte("\r\n"), said...)
	}
	v.ended = true
	if _, err := v.out.Write(said); err != nil {
		return 0, err
	}
	return len(b), nil
}
