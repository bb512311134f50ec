package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/wire"
)

// A successor is the daemon that takes over.
type successor struct {
	process *os.Process
	said    *os.File // its report
	words   *json.Decoder
}

// succeed has another program take over. From then on it takes every new
// connection and question, and this daemon ends with its last one. If the other
// does not come up, this one goes on as if nothing had been.
func (d *daemon) succeed(ctx context.Context, in op.SucceedIn) (s limen.Standing, err error) {
	if !d.mu.TryLock() {
		return s, notReplaced(limen.Busy, errors.New("it is being replaced already"))
	}
	defer d.mu.Unlock()
	if d.successor != nil {
		return s, notReplaced(limen.Busy, fmt.Errorf("pid %d has replaced it already", d.successor.process.Pid))
	}
	if err := checkProgram(in.Executable); err != nil {
		return s, err
	}
	next, err := d.bequeath(in.Executable)
	if errors.Is(err, errors.ErrUnsupported) {
		return s, &limen.Error{
			Kind: limen.Unsupported, What: "cannot replace the daemon", Why: "sockets cannot be handed over on this system",
			Next: "limen daemon stop, then limen daemon start",
		}
	}
	if err != nil {
		return s, notReplaced(limen.Denied, err)
	}
	if s, err = heard(ctx, next.words, next.said); err != nil {
		_ = next.process.Kill() // has ended, mostly
		go next.process.Wait()  // or it would stay as a zombie
		next.said.Close()
		_ = wire.Claim(d.listener) // or whoever finds it hung is told the PID of the other
		return s, notReplaced(limen.Denied, errors.New(causeOf(err)))
	}
	d.successor = next
	d.leave()
	return s, nil
}

func notReplaced(kind limen.Kind, why error) error {
	return &limen.Error{Kind: kind, What: "cannot replace the daemon", Why: why.Error(), Next: "limen daemon status; the one that runs goes on"}
}

// causeOf is why another daemon does not come up. What is wrong with a file is no
// cause without that file.
func causeOf(err error) string {
	var known *limen.Error
	if errors.As(err, &known) && known.Kind == limen.Invalid {
		return known.What + ": " + known.Why
	}
	return whyOf(err)
}

// checkProgram says what is wrong with a program before it is started.
func checkProgram(file string) error {
	e := limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot replace the daemon by %q", file), Next: "limen daemon start does it with itself"}
	if !filepath.IsAbs(file) {
		e.Why = "it is no absolute path"
		return &e
	}
	switch info, err := os.Stat(file); {
	case err != nil:
		e.Why = err.Error()
		return &e
	case !info.Mode().IsRegular():
		e.Why = "it is no program"
		return &e
	}
	return nil
}

// leave hands everything over, and has the daemon end when its last connection
// has, or when the successor is retired.
func (d *daemon) leave() {
	d.manager.say(fmt.Sprintf("MAINPID=%d", d.successor.process.Pid))
	for _, g := range d.gates {
		g.Leave()
	}
	d.host.Leave()
	_ = wire.Leave(d.listener) // it is open in the successor
	go d.follow(d.successor)   // until one of the two ends
}

// follow listens to what the successor says. One that is killed says nothing
// more; then this daemon keeps what it has.
func (d *daemon) follow(s *successor) {
	go s.process.Wait() // until it ends, or this daemon does
	for {
		var w word
		if err := s.words.Decode(&w); err != nil {
			return
		}
		if w.Retired {
			d.end()
			return
		}
	}
}
