package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var annotate = command{
	name:  "annotate",
	short: "write names behind the ports in a log",
	long: "Reads a log from standard input and writes it out again, line by line as it comes, with the holder behind each " +
		"port of this machine: 127.0.0.1:62893 becomes 127.0.0.1:62893 (vite, shop). Who has gone since limen began is " +
		"still named, with \"was\" before. Every other byte stays as it is, and an address of another machine never gets a name.",
	examples: []entry{
		{"limen annotate < app.log", "a file"},
		{"tail -f app.log | limen annotate", "a log that goes on"},
		{"npm run dev 2>&1 | limen annotate", "what a program prints"},
	},
	run: runAnnotate,
}

func runAnnotate(ctx context.Context, env Env, c call) error {
	if len(c.args) > 0 {
		return invalid("cannot annotate %q", c.args[0])("the log comes on standard input", "limen annotate < "+c.args[0])
	}
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	w := &witness{place: place, names: view.Annotator{Own: ownAddresses()}, now: env.Now}
	gaps, err := w.look(ctx, limen.Query{})
	if err != nil {
		return err
	}
	if err := view.Gaps(env.Err, gaps); err != nil {
		return err
	}
	ctx, leave := whileRead(ctx, env.Out, glance)
	defer leave()
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { w.watch(ctx) })
	defer watching.Wait()
	defer stop()
	return w.copy(ctx, env.Out, interruptible(ctx, env.In))
}

// interruptible returns a reader of what in has, which ends with ctx, too. It starts a
// goroutine that ends when in does, or has one more byte: what waits in read(2)
// for another program cannot be called back.
func interruptible(ctx context.Context, in io.Reader) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	return r
}

// mostAtOnce is how much of a line is looked at in one piece. A longer one
// goes through in pieces, and a port at the seam gets no name.
const mostAtOnce = 64 << 10

// A witness sees who holds ports while a log goes by.
type witness struct {
	place op.Place
	now   func() time.Time

	mu    sync.Mutex // guards what follows
	names view.Annotator
	asked map[uint16]time.Time // when ports were asked about that nobody was known at
}

// copy writes each line as soon as it has come, with names in it.
func (w *witness) copy(ctx context.Context, out io.Writer, in io.Reader) error {
	r, b := bufio.NewReaderSize(in, mostAtOnce), bufio.NewWriterSize(out, mostAtOnce)
	for {
		line, err := r.ReadSlice('\n')
		w.lookFor(ctx, line)
		w.mu.Lock()
		line = w.names.Line(line)
		w.mu.Unlock()
		if _, failed := b.Write(line); failed != nil {
			return failed
		}
		if r.Buffered() == 0 || err != nil {
			if failed := b.Flush(); failed != nil {
				return failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// again is how long a port that nobody holds is not asked about once more.
const again = time.Second

// lookFor asks about ports in a line that nobody is known at: their servers
// may have come a moment ago.
func (w *witness) lookFor(ctx context.Context, line []byte) {
	for m := range limen.Mentions(line) {
		w.mu.Lock()
		now := w.now()
		last, was := w.asked[m.Port]
		need := w.names.Concerns(m) && !w.names.Knows(m) && (!was || now.Sub(last) > again || now.Before(last))
		if need {
			if w.asked == nil {
				w.asked = map[uint16]time.Time{}
			}
			w.asked[m.Port] = now
		}
		w.mu.Unlock()
		if need {
			// Where it fails the port has no name, which is the truth.
			_, _ = w.look(ctx, limen.Query{Ports: []limen.PortRange{{From: m.Port, To: m.Port}}})
		}
	}
}

// look learns who is there, and returns what it could not see.
func (w *witness) look(ctx context.Context, q limen.Query) ([]limen.Gap, error) {
	snap, err := op.List.On(ctx, w.place, op.ListIn{Query: q})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range snap.Listeners {
		w.names.Learn(limen.Event{Time: snap.Time, Change: limen.Opened, Listener: l})
	}
	return snap.Gaps, nil
}

// watch learns who comes and goes, until ctx ends. Where there is no watching,
// what look finds has to do.
func (w *witness) watch(ctx context.Context) {
	for news, err := range op.Watch.On(ctx, w.place, op.WatchIn{}) {
		if err != nil {
			return
		}
		if news.Event != nil {
			w.mu.Lock()
			w.names.Learn(*news.Event)
			w.mu.Unlock()
		}
	}
}

// ownAddresses reports which addresses are this machine's, by its interfaces.
func ownAddresses() func(netip.Addr) bool {
	var own []netip.Addr
	all, _ := net.InterfaceAddrs() // without them only loopback ones are known to be
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, p.Addr())
		}
	}
	return func(a netip.Addr) bool { return slices.Contains(own, a.WithZone("")) }
}
