package proxy

import (
	"net/netip"
	"time"

	"github.com/limenhq/limen"
)

// A Recorder keeps what goes through a proxy. Its methods may be called by
// several goroutines, and never wait: what there is no room for, they count.
type Recorder interface {
	// Meet is called for each connection as early as possible, so that there is
	// time to find out whose it is.
	Meet(client, here netip.AddrPort)

	// Begin is called when the head of a request has come. It returns nil where
	// nobody wants to know of it.
	Begin(at time.Time, from Passage, head []byte) Recording
}

// A Passage is the way that a request takes.
type Passage struct {
	Client, Here netip.AddrPort
	IsSecret     bool         // over TLS
	Route        *limen.Route // nil if there is none; nobody may change it
}

// Record has a recorder told of each request that comes from now on, and of the upgraded
// connections that go on, which nobody was told of; nil ends that. It may be called again
// when a recorder wants more than it did.
func (p *Proxy) Record(r Recorder) {
	if r == nil {
		p.recorder.Store(nil)
	} else {
		p.recorder.Store(&r)
	}
	p.tunnels.record(r)
}

// A Recording takes what goes by of one request and its answer. It keeps
// nothing of what it is given. Heads are written as in HTTP/1.1, from the first line
// to the empty one, and bodies are as that head frames them: in chunks only if
// it says so. Its methods are called by one goroutine at a time for each
// direction, and none after End.
type Recording interface {
	Asked(part []byte)                  // of the request's body, or of a tunnel
	Answered(at time.Time, head []byte) // the head of what the client gets in the end
	Content(part []byte)                // of the answer's body, or of a tunnel
	Passed(asked, content int64)        // bytes that went by without being seen
	HasEnough() bool                    // of the answer's body; if so, nothing more of it is kept
	Joined(at time.Time)                // a tunnel that went on before; of a WebSocket each way is heard from a message on
	End(at time.Time, fault string)     // fault says why it is not whole; empty if it is
}
