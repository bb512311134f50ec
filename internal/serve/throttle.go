package serve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A pace is how slow a connection is made.
type pace struct {
	rate    int64         // bytes in a second; 0 means as fast as it goes
	latency time.Duration // before each answer
}

// A speed is a pace with a name.
type speed struct {
	name string
	pace pace
}

// speeds are those that have a name: the profiles of WebPageTest, down the link
// and with its round trip.
var speeds = []speed{
	{"slow-3g", pace{400_000 / 8, 400 * time.Millisecond}},
	{"3g", pace{1_600_000 / 8, 300 * time.Millisecond}},
	{"fast-3g", pace{1_600_000 / 8, 150 * time.Millisecond}},
	{"4g", pace{9_000_000 / 8, 170 * time.Millisecond}},
	{"lte", pace{12_000_000 / 8, 70 * time.Millisecond}},
}

// A unit is what a rate is counted in, in bytes or bits a second.
type unit struct {
	ending string
	bytes  float64
}

// units are all of them, longer endings before those that they end in.
var units = []unit{
	{"kbit", 1e3 / 8}, {"mbit", 1e6 / 8}, {"gbit", 1e9 / 8}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1},
}

// What a pace can be refused for.
var (
	errRate    = errors.New("the rate is no number with kbit, mbit, kB or MB behind it, and no name of a network")
	errLatency = errors.New("the latency is no time from 0 to a minute, as 300ms")
	errAddress = errors.New("what stands before = is no address of a device")
)

const (
	leastRate   = 100 // bytes in a second: below, nothing would ever arrive
	mostLatency = time.Minute
)

// parsePace reads RATE, RATE@LATENCY, @LATENCY, or the name of a network.
func parsePace(word string) (p pace, err error) {
	rate, latency, hasLatency := strings.Cut(word, "@")
	if i := slices.IndexFunc(speeds, func(s speed) bool { return s.name == strings.ToLower(rate) }); i >= 0 {
		p = speeds[i].pace
	} else if rate != "" || !hasLatency {
		if p.rate, err = parseRate(rate); err != nil {
			return pace{}, err
		}
	}
	if hasLatency {
		if p.latency, err = time.ParseDuration(latency); err != nil || p.latency < 0 || p.latency > mostLatency {
			return pace{}, errLatency
		}
	}
	return p, nil
}

// parseRate reads a number of bytes or bits in a second.
func parseRate(word string) (int64, error) {
	word = strings.TrimSuffix(strings.ToLower(word), "/s")
	for _, u := range units {
		number, ok := strings.CutSuffix(word, u.ending)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n*u.bytes >= leastRate) || n*u.bytes > math.MaxInt32 {
			return 0, errRate
		}
		return int64(n * u.bytes), nil
	}
	return 0, errRate
}

// A throttle slows devices down, each by its address and all its connections
// together.
type throttle struct {
	all   pace                // of those that have none of their own
	own   map[netip.Addr]pace // by address
	now   func() time.Time
	mu    sync.Mutex // guards lines
	lines map[netip.Addr]time.Time
}

// parseThrottle reads PACE, or ADDRESS=PACE.
func parseThrottle(typed []string, now func() time.Time) (*throttle, error) {
	if len(typed) == 0 {
		return nil, nil
	}
	t := &throttle{own: map[netip.Addr]pace{}, now: now, lines: map[netip.Addr]time.Time{}}
	for _, one := range typed {
		if err := t.add(one); err != nil {
			var names []string
			for _, s := range speeds {
				names = append(names, s.name)
			}
			return nil, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot throttle %q", one), Why: err.Error(),
				Next: "--throttle 100kB@300ms, or one of " + strings.Join(names, ", ") + "; --throttle 192.168.1.20=3g for one device",
			}
		}
	}
	return t, nil
}

func (t *throttle) add(one string) error {
	who, how, ok := strings.Cut(one, "=")
	if !ok {
		p, err := parsePace(one)
		t.all = p
		return err
	}
	a, err := netip.ParseAddr(who)
	if err != nil {
		return errAddress
	}
	t.own[a.Unmap().WithZone("")], err = parsePace(how)
	return err
}

// of is how slow a device is made, and who it is.
func (t *throttle) of(remote string) (netip.Addr, pace) {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}, t.all
	}
	a := peer.Addr().Unmap().WithZone("")
	if p, ok := t.own[a]; ok {
		return a, p
	}
	return a, t.all
}

// mostLines is how many devices are remembered; those that were idle longest
// lose nothing when they are forgotten.
const mostLines = 4096

// take books n bytes for a device, and returns how long they have to wait:
// until those booked before them are through.
func (t *throttle) take(who netip.Addr, rate int64, n int) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	free, ok := t.lines[who]
	if !ok && len(t.lines) >= mostLines {
		for a, at := range t.lines {
			if at.Before(now) {
				delete(t.lines, a)
			}
		}
	}
	if free.Before(now) {
		free = now
	}
	free = free.Add(time.Duration(float64(n) / float64(rate) * float64(time.Second)))
	t.lines[who] = free
	return free.Sub(now)
}

// throttled makes answers as slow as was asked for.
func (s *Site) throttled(next http.Handler) http.Handler {
	if s.throttle == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, p := s.throttle.of(r.RemoteAddr)
		mustSend(p.latency == 0 || wait(r, p.latency))
		if p.rate > 0 {
			w = &slowed{ResponseWriter: w, ctx: r.Context(), throttle: s.throttle, who: who, rate: p.rate}
		}
		next.ServeHTTP(w, r)
	})
}

// A slowed is a writer that lets bodies through as fast as a line would.
type slowed struct {
	http.ResponseWriter

	ctx      context.Context // of the request that is answered
	throttle *throttle
	who      netip.Addr
	rate     int64
}

// Write sends in pieces of a twentieth of a second, so that a page is seen to
// come.
func (w *slowed) Write(b []byte) (sent int, err error) {
	most := int(max(w.rate/20, 64))
	for len(b) > 0 && err == nil {
		piece := b[:min(len(b), most)]
		if err = w.pause(w.throttle.take(w.who, w.rate, len(piece))); err != nil {
			break
		}
		n := 0
		n, err = w.ResponseWriter.Write(piece)
		sent, b = sent+n, b[n:]
		if err == nil && len(b) > 0 {
			err = http.NewResponseController(w.ResponseWriter).Flush()
		}
	}
	return sent, err
}

func (w *slowed) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

func (w *slowed) Unwrap() http.ResponseWriter { return w.ResponseWriter }
