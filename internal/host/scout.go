package host

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/probe"
	"github.com/limenhq/limen/internal/sockets"
)

// A scout finds out which ports the processes of an app open. What the app was
// told is a wish: which sockets they listen on is the truth, and whether
// somebody who connects is let in its proof.
type scout struct {
	host    *Host
	glimpse *glimpse                                             // shared by the scouts of a crew
	members func(context.Context) ([]limen.ProcessID, error)     // who belongs to the app, each time anew
	told    uint16                                               // the port the app was told; 0 for none
	handed  bool                                                 // limen listens there itself, and has handed it the socket
	tell    func(c limen.AppChange, o limen.Opening, why string) // is called by one goroutine, as is silent
	silent  func()                                               // is called once if nothing listens for long
	worry   time.Duration                                        // how long that is; 0 means 15 s

	openings  []*sighting
	strangers map[identity]int // sockets that belong to nobody of the app, and how often that was looked at
	hasPart   bool             // the service is known
	seen      uint64           // the generation that was looked at last
	doubting  bool             // some of its sockets are to be looked at again
}

// A sighting is an opening, and what is being found out of it.
type sighting struct {
	limen.Opening
	socket   identity
	listener limen.Listener
	service  chan probe.Answer // gives one answer for each time that it was asked; nil if it is not being asked
	asked    int
	since    time.Time // when it was seen first
	isRandom bool      // the kernel may have chosen its port
	next     time.Time // when to ask again
}

// How often to look: an app that has not answered yet is being waited for; one
// that has, opens further ports in the moments after, or hardly ever.
var paces = []struct{ until, every time.Duration }{
	{30 * time.Second, 20 * time.Millisecond},
	{2 * time.Minute, 40 * time.Millisecond},
	{1<<63 - 1, 250 * time.Millisecond},
}

// calm is how often to look at an app that has answered a while ago.
const (
	calmAfter = 10 * time.Second
	calm      = time.Second
)

// begin takes in what listens before the app runs. That is not its own, unless
// it is handed over.
func (s *scout) begin(ctx context.Context) {
	s.strangers = map[identity]int{}
	s.look(ctx, true)
}

// usualWorry is when people begin to wonder why nothing answers.
const usualWorry = 15 * time.Second

// watch looks until ctx ends.
func (s *scout) watch(ctx context.Context) {
	began := s.host.now()
	answered := time.Time{}
	for {
		age := s.host.now().Sub(began)
		pace := calm
		switch {
		case answered.IsZero():
			for _, p := range paces {
				if age < p.until {
					pace = p.every
					break
				}
			}
		case s.host.now().Sub(answered) < calmAfter:
			pace = 50 * time.Millisecond
		}
		select {
		case <-ctx.Done():
			s.settle()
			return
		case <-time.After(pace):
		}
		s.look(ctx, false)
		if age > cmp.Or(s.worry, usualWorry) && s.silent != nil && answered.IsZero() {
			if len(s.openings) == 0 {
				s.silent()
			}
			s.silent = nil
		}
		if s.hasPart && answered.IsZero() {
			answered = s.host.now()
		}
	}
}

// doubts is how often a socket that belongs to nobody of the app is looked at
// again: its process may have been too young for the first look.
const doubts = 3

// look looks at what listens, if that has changed, and goes on asking what was
// found.
func (s *scout) look(ctx context.Context, isFirst bool) {
	socks, generation, err := s.glimpse.take(ctx, s.host)
	if err != nil {
		return // what cannot be read now may be in a moment
	}
	if isFirst || s.doubting || generation != s.seen {
		s.compare(ctx, socks, isFirst)
		s.seen = generation
	}
	for _, o := range s.openings {
		s.ask(ctx, o)
	}
}

// compare finds what has come and gone.
func (s *scout) compare(ctx context.Context, socks []sockets.Socket, isFirst bool) {
	there := map[identity]bool{}
	var unknown []sockets.Socket
	isHere := false // the socket that is handed over, before anyone has it
	for _, k := range socks {
		id := identityOf(k)
		there[id] = true
		switch {
		case isFirst && s.isHanded(k):
			isHere = true
		case isFirst:
			s.strangers[id] = doubts
		case s.strangers[id] < doubts && !slices.ContainsFunc(s.openings, func(o *sighting) bool { return o.socket == id }):
			unknown = append(unknown, k)
		}
	}
	s.close(there)
	s.doubting = isHere
	if len(unknown) > 0 {
		s.open(ctx, unknown)
	}
}

// isHanded reports whether a socket is the one that limen hands over.
func (s *scout) isHanded(k sockets.Socket) bool { return s.handed && k.Local.Port() == s.told }

// open takes in the sockets that members of the app hold.
func (s *scout) open(ctx context.Context, socks []sockets.Socket) {
	members, err := s.members(ctx)
	if err != nil {
		s.doubting = true
		return
	}
	s.host.sockets.FindAmong(ctx, socks, members)
	var own []sockets.Socket
	for _, k := range socks {
		if len(k.Holders) == 0 {
			if !s.isHanded(k) { // that one is the app's as soon as it runs
				s.strangers[identityOf(k)]++
			}
			s.doubting = s.doubting || s.strangers[identityOf(k)] < doubts
			continue
		}
		own = append(own, k)
	}
	if len(own) == 0 {
		return
	}
	rules, _ := s.host.rules.Read() // without them, no port counts as the kernel's
	listeners, _, _ := s.host.describe(ctx, s.host.newPeople(false), own, nil)
	for _, l := range listeners {
		i := slices.IndexFunc(own, func(k sockets.Socket) bool { return idOf(k) == l.ID() })
		if i < 0 || len(l.Owners) == 0 {
			continue
		}
		at := reachable(l, nil)
		first := l.Owners[0].Process
		o := &sighting{
			Opening: limen.Opening{Endpoint: l.Endpoint, Part: limen.NoPart, Process: first.ProcessID, Name: first.Name},
			socket:  identityOf(own[i]), listener: l, since: s.host.now(),
			isRandom: rules.Ephemeral.Contains(l.Endpoint.Port()),
		}
		o.listener.Endpoint = at
		s.openings = append(s.openings, o)
		s.tell(limen.AppOpened, o.Opening, "")
	}
}

// close lets go of what listens no more.
func (s *scout) close(there map[identity]bool) {
	s.openings = slices.DeleteFunc(s.openings, func(o *sighting) bool {
		if there[o.socket] {
			return false
		}
		if o.Part == limen.ThePart {
			s.hasPart = false
		}
		s.tell(limen.AppClosed, o.Opening, "")
		return true
	})
	for id := range s.strangers {
		if !there[id] {
			delete(s.strangers, id)
		}
	}
}

// How long a server may take to say what it speaks before it counts as one that
// answers, and how long it is asked again.
const (
	silence = 3 * time.Second
	patient = 2 * time.Minute
)

// ask finds out whether an opening answers, and what.
func (s *scout) ask(ctx context.Context, o *sighting) {
	if o.Part != limen.NoPart && o.Service != nil {
		return
	}
	now := s.host.now()
	if o.service == nil && o.Service == nil && !now.Before(o.next) && now.Sub(o.since) < patient {
		o.service, o.asked = make(chan probe.Answer, 1), o.asked+1
		target := probe.Target{Endpoint: o.listener.Endpoint, Owners: o.listener.Owners, IsWeb: o.Endpoint.Port() == s.told}
		answer := o.service
		go func() { // ends with ctx, or the probe's own patience
			service, err := probe.Identify(ctx, target)
			answer <- probe.Answer{Service: service, Err: err}
		}()
	}
	if o.service != nil {
		select {
		case a := <-o.service:
			o.service, o.next = nil, s.host.now().Add(time.Duration(min(o.asked, 10))*200*time.Millisecond)
			if a.Err == nil {
				o.Service = &a.Service
			}
		default:
		}
	}
	if o.Part == limen.NoPart && o.Service == nil && now.Sub(o.since) < silence {
		return
	}
	if o.Part == limen.NoPart && o.Service == nil && !lets(ctx, o.listener.Endpoint) {
		return
	}
	if o.Part == limen.NoPart && s.isBeside(o) && now.Sub(o.since) < modesty {
		return
	}
	s.place(o)
}

// modesty is how long the port that was told may take to answer after another.
const modesty = silence + 2*time.Second

// isBeside reports whether the service is likely still to come, or to answer:
// the port that was told is open already, or this one may have been given out by
// the kernel. At such a port processes of one program speak with each other;
// wrangler opens two before the one that it was told.
func (s *scout) isBeside(o *sighting) bool {
	isTold := func(o *sighting) bool { return o.Endpoint.Port() == s.told }
	return !s.hasPart && s.told != 0 && !isTold(o) && (o.isRandom || slices.ContainsFunc(s.openings, isTold))
}

// lets reports whether a connection is let in.
func lets(ctx context.Context, e limen.Endpoint) bool {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "tcp", e.Addr.String())
	if err != nil {
		return false
	}
	c.Close() // nothing was sent
	return true
}

// place says what an opening that answers is to the app.
func (s *scout) place(o *sighting) {
	isNew := o.Part == limen.NoPart
	o.Role = roleOf(o.Service)
	o.URL = urlOf(o.Endpoint, o.Service)
	if isNew {
		o.Part = limen.OtherPart
		// The first that answers is the service, unless it speaks like a tool
		// of the developers'; but the port that was told is, whenever it comes.
		isTold := o.Endpoint.Port() == s.told
		if isTold || !s.hasPart && o.Role == "" {
			s.depose(isTold)
			if !s.hasPart {
				o.Part, s.hasPart = limen.ThePart, true
			}
		}
	}
	switch {
	case isNew && o.Part == limen.OtherPart && s.twin(o) != nil:
		s.tell(limen.AppOpened, o.Opening, "") // the same server over the other IP version is no news
	case isNew || o.Service != nil:
		s.tell(limen.AppAnswered, o.Opening, s.surprise(o))
	}
}

// twin returns another opening with the same port; nil if there is none.
func (s *scout) twin(o *sighting) *sighting {
	for _, b := range s.openings {
		if b != o && b.Endpoint.Port() == o.Endpoint.Port() {
			return b
		}
	}
	return nil
}

// depose makes room for the service at the port that was told, if another was
// taken for it.
func (s *scout) depose(isTold bool) {
	for _, o := range s.openings {
		if isTold && o.Part == limen.ThePart && o.Endpoint.Port() != s.told {
			o.Part, s.hasPart = limen.OtherPart, false
		}
	}
}

// surprise says what whoever started the app would not expect of its service.
func (s *scout) surprise(o *sighting) string {
	var all []string
	port := o.Endpoint.Port()
	if o.Part == limen.ThePart && s.told != 0 && port != s.told {
		all = append(all, fmt.Sprintf("not at %d, as it was told", s.told))
	}
	if o.Endpoint.Address() == netip.IPv6Loopback() && s.twin(o) == nil {
		all = append(all, "on ::1 alone: a client that knows only 127.0.0.1 does not reach it")
	}
	return strings.Join(all, ", ")
}

// settle waits for the probes that are still under way, which end with ctx.
func (s *scout) settle() {
	for _, o := range s.openings {
		if o.service != nil {
			<-o.service
		}
	}
}
