package run

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

// A Config says how programs are guarded. Its zero value works.
type Config struct {
	// Executable is the file the guard is started from, which calls Enter
	// first of all. Empty means the file of this very process, even if its
	// name leads to another one by now (on Linux; elsewhere, its name).
	Executable string
	// Arguments are what the guard is started with, its name first; for ps.
	// None means "run-guard".
	Arguments []string
	// Environment is added to the guard's own. Programs get nothing of it.
	Environment []string
	// Grace is how long programs may take to end after SIGTERM when the front
	// or the guard is lost; 0 means 5 s.
	Grace time.Duration
	// Root is where procfs is mounted; empty means /proc.
	Root string
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// A Guard keeps programs from outliving limen. It may be used by several
// goroutines at once.
type Guard struct {
	system *engine
}

// Open starts a guard, and a goroutine that hears what it says. The caller
// closes it. On Linux this process adopts orphans from then on: whoever starts
// a process that starts others must expect their ends, too.
func Open(c Config) (*Guard, error) {
	system, err := openEngine(c.withDefaults())
	if err != nil {
		return nil, err
	}
	return &Guard{system}, nil
}

// Start starts a program. The error wraps fs.ErrNotExist if its file or
// directory is not there, fs.ErrPermission if it may not be run, and what the
// system said otherwise; a *DirectoryError tells the directory from the file.
func (g *Guard) Start(p Program) (*Run, error) { return g.system.start(g, p) }

// Close ends all programs, asking them first, and then the guard. When ctx
// ends, they are killed. It returns when nothing is left, or an error that
// wraps ErrStays if the kernel does not let go of a killed process.
func (g *Guard) Close(ctx context.Context) error { return g.system.close(ctx) }

// Lost returns a channel that is closed when the guard has ended and nothing
// is left of what it ran, whether by Close or because someone killed it.
func (g *Guard) Lost() <-chan struct{} { return g.system.lost }

func (c Config) withDefaults() Config {
	if len(c.Arguments) == 0 {
		c.Arguments = []string{"run-guard"}
	}
	if c.Grace == 0 {
		c.Grace = 5 * time.Second
	}
	if c.Root == "" {
		c.Root = "/proc"
	}
	return c
}

func (c Config) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// killTime is how long a killed process may take to be gone. It is, unless the
// kernel is busy for it: a file system that does not answer can hold it.
const killTime = 5 * time.Second

// executable returns the file to start this program from once more.
func (c Config) executable() (string, error) {
	if c.Executable != "" {
		return c.Executable, nil
	}
	if self != "" {
		return self, nil
	}
	return os.Executable()
}

// Lean is GiveBack for a process that waits most of the time: it lets less
// garbage pile up from then on, too.
func Lean() {
	debug.SetGCPercent(leanGC)
	GiveBack()
}

// leanGC is how much garbage that is, in percent of what is in use
// (runtime/debug.SetGCPercent).
const leanGC = 25
