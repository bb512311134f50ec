package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/wire"
)

// Terms are how a daemon runs.
type Terms struct {
	Nameless bool // it opens no door, names nothing, and answers verbs alone

	// Ready is called once the daemon answers. It is not called where a limen has
	// started the daemon in the background: that one is told otherwise.
	Ready func(limen.Standing) error
}

// A daemon is a limen that keeps running.
type daemon struct {
	config  Config
	terms   Terms
	host    *host.Host
	report  *report // to the limen that has started it; nil if none has
	manager manager

	self   limen.ProcessID
	since  time.Time
	mark   string // of the settings that it has read; empty if it reads them for each question
	socket string

	listener net.Listener // of questions
	isHeir   bool         // it was another daemon's, which has it still
	elders   []*report    // to those before that one
	gates    []*gate      // of names
	doors    []limen.Door // what the gates are
	dns      uint16       // the port at which the daemon before answers DNS; 0 for none

	end context.CancelFunc // ends all of it

	mu        sync.Mutex // held while it is being succeeded, and guards what follows
	successor *successor // who has taken over; nil as long as nobody has
}

// ErrTold is of an error that the limen which has started the daemon was told.
var ErrTold = errors.New("whoever has started the daemon was told")

// Run is the daemon. It answers verbs at its socket and names at its doors, and
// returns when ctx ends or somebody retires it, with everything closed. Where
// another daemon of this user runs, the error is Busy.
func Run(ctx context.Context, c Config, t Terms) error {
	r := c.reporting()
	w, err := c.inherited()
	if err == nil {
		err = run(ctx, c, t, r, w)
	}
	if r.failed(err) {
		return errors.Join(err, ErrTold)
	}
	return err
}

func run(ctx context.Context, c Config, t Terms, r *report, w will) (err error) {
	d := &daemon{config: c, terms: t, host: c.newHost(), report: r, manager: manager{c.getenv("NOTIFY_SOCKET")}, since: c.now()}
	if id, _ := d.host.Self(); id != nil {
		d.self = *id
	}
	defer w.close()
	if d.socket, err = d.host.DaemonSocket(); err != nil {
		return placeless("run the daemon", err)
	}
	if !t.Nameless {
		d.mark = d.host.SettingsMark() // before they are read: whatever changes later is seen
	}
	if d.listener, err = w.listen(d.socket); err != nil {
		return d.inUse(ctx, err)
	}
	d.isHeir, d.elders, d.dns = w.isHeir, w.elders, w.dns
	if err := d.open(ctx, w); err != nil {
		return errors.Join(err, d.drop())
	}
	return d.keep(ctx)
}

// placeless says that there is no directory for the daemon's socket.
func placeless(what string, err error) error {
	return &limen.Error{Kind: limen.Denied, What: "cannot " + what, Why: err.Error(), Next: "set XDG_STATE_HOME to a directory that you can write to"}
}

// drop lets go of the socket before anybody was answered there. One that the
// daemon before still has stays as it is.
func (d *daemon) drop() error {
	if d.isHeir {
		return wire.Leave(d.listener)
	}
	return d.listener.Close()
}

// now is the time.
func (c Config) now() time.Time {
	if c.Host.Now == nil {
		return time.Now()
	}
	return c.Host.Now()
}

// inUse says who runs already, if that is why the daemon cannot.
func (d *daemon) inUse(ctx context.Context, err error) error {
	if !errors.Is(err, wire.ErrInUse) {
		return err
	}
	who := "another daemon runs"
	switch m, err := meet(ctx, d.host, devotion); {
	case err != nil:
		who = whyOf(err)
	case m != nil:
		who = fmt.Sprintf("a daemon runs already (pid %d)", m.card.Process.PID)
		m.client.Close()
	}
	return &limen.Error{Kind: limen.Busy, What: "cannot run the daemon", Why: who, Next: "limen daemon status, or limen daemon stop"}
}

// open opens the doors.
func (d *daemon) open(ctx context.Context, w will) error {
	if d.terms.Nameless {
		return nil
	}
	listeners, doors, err := d.host.OpenDoors(ctx, w.doors...)
	if err != nil {
		return err
	}
	for _, l := range listeners {
		d.gates = append(d.gates, newGate(l))
	}
	d.doors = doors
	return nil
}

// keep answers until ctx ends, or the daemon is retired, or another one has
// taken over and the last connection has ended.
func (d *daemon) keep(ctx context.Context) error {
	life, end := context.WithCancel(ctx)
	defer end()
	d.end = end
	answered, kept := make(chan error, 1), make(chan error, 1)
	ready := make(chan struct{})
	go func() { kept <- d.name(life, func() { close(ready) }) }()
	select {
	case err := <-kept:
		return errors.Join(err, d.drop())
	case <-ready: // a question that has come before waits
	}
	if d.isHeir {
		_ = wire.Claim(d.listener) // whoever finds it hung is told the PID of the one before
	}
	go func() { answered <- wire.Serve(life, d.listener, wire.Handler(d.table(), nil)) }()
	d.ready(life)
	var err error
	select {
	case <-life.Done():
	case err = <-kept: // names cannot be answered any more
		kept <- nil
	case err = <-answered:
		answered <- nil
		if errors.Is(err, net.ErrClosed) { // it was left, and every question is answered
			d.await(life)
		}
	}
	d.manager.say("STOPPING=1")
	end()
	return errors.Join(unlessLeft(err), <-kept, unlessLeft(<-answered))
}

func unlessLeft(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// await waits until the last connection has ended.
func (d *daemon) await(life context.Context) {
	for _, g := range d.gates {
		select {
		case <-g.empty:
		case <-life.Done():
		}
	}
}

// name answers for names until life ends. It calls ready once it does.
func (d *daemon) name(life context.Context, ready func()) error {
	if d.terms.Nameless {
		ready()
		<-life.Done()
		return nil
	}
	k := host.Keeping{Doors: d.doors, DNS: d.dns, Ready: ready}
	for _, g := range d.gates {
		k.Listeners = append(k.Listeners, g)
	}
	return d.host.Keep(life, k)
}

// ready tells everybody who waits for it that the daemon answers.
func (d *daemon) ready(ctx context.Context) {
	d.manager.say("READY=1")
	s, err := d.standing(ctx, op.StandingIn{})
	if err != nil {
		s.Gaps = append(s.Gaps, limen.Gap{What: "how the daemon is", Why: err.Error(), Next: "limen daemon status"})
	}
	if d.report.ready(s) || d.terms.Ready == nil {
		return
	}
	if err := d.terms.Ready(s); err != nil {
		d.end() // whoever waits for that word does not get it
	}
}

// table is what the daemon is asked: what every limen is, and what is its own.
func (d *daemon) table() op.Table {
	return append(op.Table{op.Standing.By(d.standing), op.Retire.By(d.retire), op.Succeed.By(d.succeed)}, d.host.Ops()...)
}

// standing says how the daemon is.
func (d *daemon) standing(ctx context.Context, in op.StandingIn) (limen.Standing, error) {
	s, err := d.host.Standing(ctx, in)
	s.Process, s.Version, s.Since, s.Socket, s.SettingsMark = &d.self, version(), d.since, d.socket, d.mark
	if in.Brief || err != nil {
		return s, err
	}
	_, s.Usage = d.host.Self()
	s.Doors, s.Service = d.doorsNow(ctx), d.config.service().file()
	s.Observes = s.Observes && !d.terms.Nameless
	return s, nil
}

// doorsNow are the doors. One that stands in for a usual port which could be had
// by now, as when the system's setting has changed, has no reason to any more. It
// is the daemon that tries: whoever asks may have other rights, and a daemon
// after this one has no more than this.
func (d *daemon) doorsNow(ctx context.Context) []limen.Door {
	all := slices.Clone(d.doors)
	for i, door := range all {
		if door.Why == "" || door.Endpoint.Port() == door.Usual {
			continue
		}
		if could, err := d.host.CouldOpen(ctx, door.Usual); err == nil && could {
			all[i].Why, all[i].Next = "", "limen daemon start"
		}
	}
	return all
}

// before returns the reports to all daemons before this one.
func (d *daemon) before() []*report {
	if !d.isHeir {
		return nil // its report is to a command
	}
	return append([]*report{d.report}, d.elders...)
}

// retire ends the daemon, and those before it that still carry connections.
func (d *daemon) retire(ctx context.Context, _ op.RetireIn) (limen.Standing, error) {
	s, err := d.standing(ctx, op.StandingIn{})
	if err != nil {
		return s, err
	}
	for _, r := range d.before() {
		r.retired()
	}
	d.end() // whoever asks is answered first
	return s, nil
}
