package tap

import (
	"context"
	"encoding/json"
	"net/netip"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

const (
	meetingsMost = 64               // that wait to be looked into; who comes then stays unknown
	knownMost    = 4096             // connections whose process is remembered
	knownFor     = 15 * time.Second // unless they are used: an address may become another's, unseen
	burst        = 64               // processes that are looked for at once
	pace         = 50               // and in a second, in the long run: looking takes time that the traffic needs
)

// A meeting is a connection whose process is asked for.
type meeting struct {
	client, here netip.AddrPort
	at           int64
}

// People are the processes that connections come from.
type people struct {
	config   Config
	meetings chan meeting
	keep     func([]byte) // writes whose a connection is

	mu      sync.Mutex // guards what follows; it is taken alone
	segment uint64     // that is written to, as far as is known here
	known   map[netip.AddrPort]*person
	order   []netip.AddrPort // as they were met
	last    *limen.Process   // of which the text was made last: mostly many connections have the same
	text    []byte           // nil if it is too long
}

// A person is the process of one connection.
type person struct {
	met, used int64
	isAsked   bool // it is being looked for
	process   *limen.Process
	written   uint64 // the last segment that says so
}

func newPeople(c Config, keep func([]byte)) *people {
	return &people{config: c, keep: keep, meetings: make(chan meeting, meetingsMost), known: map[netip.AddrPort]*person{}}
}

// meet has a connection's process looked for.
func (p *people) meet(m meeting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask(m)
}

func (p *people) ask(m meeting) {
	who := &person{met: m.at, used: m.at}
	select {
	case p.meetings <- m:
		who.isAsked = true
	default:
	}
	if _, isThere := p.known[m.client]; !isThere {
		p.order = append(p.order, m.client)
	}
	p.known[m.client] = who
	if len(p.order) > knownMost {
		delete(p.known, p.order[0])
		p.order = p.order[1:]
	}
}

// find looks for processes until ctx ends.
func (p *people) find(ctx context.Context) {
	left, since := float64(burst), p.config.Now()
	for {
		var m meeting
		select {
		case m = <-p.meetings:
		case <-ctx.Done():
			return
		}
		now := p.config.Now()
		left, since = min(burst, left+pace*max(0, now.Sub(since).Seconds())), now
		var found *limen.Process
		if left >= 1 {
			left--
			found = p.config.Initiator(ctx, m.client, m.here)
		}
		if say := p.found(m, found); say != nil {
			p.keep(say)
		}
		p.answered(m) // whoever is told of it finds it kept
	}
}

// found takes in whose a connection is, and returns what says it; nil if nothing is
// known.
func (p *people) found(m meeting, process *limen.Process) (say []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who := p.known[m.client]
	if who == nil || who.met != m.at {
		return nil // another has the address now
	}
	who.process, who.written = process, p.segment
	return p.appendPerson(nil, m.client, who)
}

// answered notes that a connection's process is not being looked for any more.
func (p *people) answered(m meeting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if who := p.known[m.client]; who != nil && who.met == m.at {
		who.isAsked = false
	}
}

// of returns the process of a connection, and whether it is being looked for.
func (p *people) of(client netip.AddrPort) (found *limen.Process, isAsked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who := p.known[client]
	if who == nil {
		return nil, false
	}
	return who.process, who.isAsked
}

// use notes that a connection is used, and has its process looked for if that is not
// known. It returns what says whose it is, if the segment of this serial does not: in the
// room that it is given, if that is enough.
func (p *people) use(room []byte, client, here netip.AddrPort, at time.Time, segment uint64) (say []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.segment = segment
	who := p.known[client]
	if who == nil || at.UnixNano()-who.used > int64(knownFor) {
		p.ask(meeting{client, here, at.UnixNano()})
		return nil
	}
	who.used = max(who.used, at.UnixNano())
	if who.isAsked || who.written == segment {
		return nil
	}
	who.written = segment
	return p.appendPerson(room[:0], client, who)
}

// personMost is how much is kept of a process, in bytes: its command may be long.
const personMost = 8 << 10

// appendPerson writes the part that says whose a connection is; nothing if that is not
// known. It is called with the lock held.
func (p *people) appendPerson(b []byte, client netip.AddrPort, who *person) []byte {
	if who.process == nil {
		return nil
	}
	if p.last != who.process {
		p.last, p.text = who.process, textOfProcess(who.process)
	}
	if p.text == nil {
		return nil
	}
	return append(appendAddress(appendTime(b, who.met), client), p.text...)
}

// textOfProcess is how a process is kept; nil if that is too long.
func textOfProcess(process *limen.Process) []byte {
	text, err := json.Marshal(process)
	if err == nil && len(text) > personMost {
		short := *process
		short.Command, short.Ancestors = nil, nil
		text, err = json.Marshal(short)
	}
	if err != nil || len(text) > personMost {
		return nil
	}
	return text
}

// parsePerson reads what appendPerson wrote, without its time.
func parsePerson(b []byte) (client netip.AddrPort, process *limen.Process, err error) {
	address, text := cutText(b)
	if err := client.UnmarshalBinary(address); err != nil {
		return client, nil, err
	}
	if err := json.Unmarshal(text, &process); err != nil {
		return client, nil, err
	}
	return client, process, nil
}
