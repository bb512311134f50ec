// Package host carries out verbs on this machine, by joining the
// capabilities: it asks the kernel for sockets, finds out who their holders
// are, and says what was seen in the words of package limen.
package host

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
	"github.com/limenhq/limen/internal/store"
)

// Config says which machine is looked at. The zero value is this one.
type Config struct {
	Now  func() time.Time       // nil means the system's clock
	Name func() (string, error) // the machine's name; nil means the system's
	Home func() (string, error) // the home directory of whoever asks; nil means the environment's

	Settings func() (string, error) // where whoever asks keeps settings; nil means the environment's

	State func() (string, error) // where what limen remembers of whoever asks lies; nil means the environment's
	Cache func() (string, error) // where whoever asks keeps what can be fetched again; nil means the environment's

	Front   Front   // where programs run in the foreground
	Carrier Carrier // to the other limens of whoever asks
	Alone   bool    // the daemon is asked nothing
}

// A Host carries out verbs on this machine. It keeps nothing between two
// questions but a file of who held what, which List and Why check anew, so that
// no answer is older than its question.
type Host struct {
	now      func() time.Time
	name     func() (string, error)
	home     func() (string, error)
	settings func() (string, error)
	state    func() (string, error)
	cache    func() (string, error)
	environ  func() []string
	front    Front
	carrier  Carrier
	isAlone  bool
	sockets  sockets.Reader
	rules    bind.System

	harbour atomic.Pointer[harbour] // of a daemon; nil in all others
	tape    tape                    // of what goes through its proxies
	library library                 // of documents that services offer

	trying sync.Mutex // held while a port is tried, so that no other question meets the binds
}

// New returns a Host. It starts nothing and reads nothing.
func New(c Config) *Host {
	h := &Host{now: c.Now, name: c.Name, home: c.Home, settings: c.Settings, state: c.State, cache: c.Cache, environ: os.Environ, front: c.Front, carrier: c.Carrier, isAlone: c.Alone}
	h.tape.host = h
	if h.now == nil {
		h.now = time.Now
	}
	if h.name == nil {
		h.name = os.Hostname
	}
	if h.home == nil {
		h.home = os.UserHomeDir
	}
	if h.settings == nil {
		h.settings = os.UserConfigDir
	}
	if h.state == nil {
		h.state = func() (string, error) { return store.Directory(os.Getenv, h.home) }
	}
	if h.cache == nil {
		h.cache = os.UserCacheDir
	}
	return h
}

// Ops binds each verb to the method that carries it out.
func (h *Host) Ops() op.Table {
	return op.Table{
		op.Standing.By(h.Standing),
		op.Retire.By(h.Retire),
		op.Succeed.By(h.Succeed),
		op.List.By(h.List),
		op.Sources.By(h.Sources),
		op.Why.By(h.Why),
		op.Identify.By(h.Identify),
		op.Number.By(h.Number),
		op.Renew.By(h.Renew),
		op.Plan.By(h.Plan),
		op.Free.By(h.Free),
		op.Undo.By(h.Undo),
		op.Scan.By(h.Scan),
		op.Settings.By(h.Settings),
		op.Pick.By(h.Pick),
		op.Leases.By(h.Leases),
		op.Release.By(h.Release),
		op.Hold.By(h.Hold),
		op.Watch.By(h.Watch),
		op.Launch.By(h.Launch),
		op.Run.By(h.Run),
		op.Up.By(h.Up),
		op.Logs.By(h.Logs),
		op.Apps.By(h.Apps),
		op.Restart.By(h.Restart),
		op.Down.By(h.Down),
		op.Wait.By(h.Wait),
		op.Serve.By(h.Serve),
		op.Trust.By(h.Trust),
		op.Install.By(h.Install),
		op.Distrust.By(h.Distrust),
		op.Certify.By(h.Certify),
		op.Route.By(h.Route),
		op.Unroute.By(h.Unroute),
		op.Routes.By(h.Routes),
		op.Pin.By(h.Pin),
		op.Call.By(h.Call),
		op.Resolve.By(h.Resolve),
		op.Tap.By(h.Tap),
		op.Taps.By(h.Taps),
		op.Recall.By(h.Recall),
		op.Replay.By(h.Replay),
		op.Compare.By(h.Compare),
	}
}

// moment returns the machine's name and the time, as answers carry them.
func (h *Host) moment() (machine string, now time.Time) {
	machine, err := h.name()
	if err != nil {
		machine = "localhost"
	}
	return machine, h.now().UTC().Truncate(time.Millisecond)
}
