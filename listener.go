package limen

import (
	"encoding/json"
	"fmt"
	"net/netip"
)

// A Listener is a socket that waits at an endpoint for others to reach it.
// Two are the same if endpoint, namespace and the kernel's socket number are.
type Listener struct {
	Endpoint  Endpoint  // where it waits
	Families  []Family  // the IP versions it answers; two for a dual-stack socket
	Device    string    // the interface it is tied to; empty if none
	State     State     // Listening; Open for UDP; Bound if it holds the port without listening
	Reach     Reach     // how far away a peer can be
	Backlog   *Backlog  // nil where there is no queue to accept from
	User      *User     // who created the socket; nil if unknown
	Namespace Namespace // the network namespace it lives in
	Socket    uint64    // the kernel's number of the socket; 0 if unknown
	Owners    []Owner   // who answers for it, masters first; if none, a Gap says why
	Service   *Service  // what speaks there; nil until asked
}

// listenerJSON is the JSON form of a Listener. Transport, address and port
// repeat the endpoint for programs that would have to take it apart.
type listenerJSON struct {
	Endpoint  Endpoint   `json:"endpoint"`
	Transport Transport  `json:"transport"`
	Address   netip.Addr `json:"address"`
	Port      uint16     `json:"port"`
	Families  []Family   `json:"families"`
	Device    string     `json:"device,omitempty"`
	State     State      `json:"state"`
	Reach     Reach      `json:"reach"`
	Backlog   *Backlog   `json:"backlog,omitempty"`
	User      *User      `json:"user,omitempty"`
	Namespace Namespace  `json:"namespace,omitempty"`
	Socket    uint64     `json:"socket,omitempty"`
	Owners    []Owner    `json:"owners"`
	Service   *Service   `json:"service,omitempty"`
}

// MarshalJSON writes the listener with its endpoint also taken apart.
func (l Listener) MarshalJSON() ([]byte, error) {
	e := l.Endpoint
	return json.Marshal(listenerJSON{
		e, e.Transport, e.Address(), e.Port(), orEmpty(l.Families), l.Device, l.State, l.Reach,
		l.Backlog, l.User, l.Namespace, l.Socket, orEmpty(l.Owners), l.Service,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote. The endpoint is what counts.
func (l *Listener) UnmarshalJSON(b []byte) error {
	var j listenerJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*l = Listener{
		j.Endpoint, orNil(j.Families), j.Device, j.State, j.Reach,
		j.Backlog, j.User, j.Namespace, j.Socket, orNil(j.Owners), j.Service,
	}
	return nil
}

// orEmpty makes an absent list an empty one, so that scripts can always loop.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// orNil undoes orEmpty.
func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

// A Connection is a socket with a peer, or one that is on its way to or from
// having one. It holds its local port, which is why limen looks at it.
// Two are the same if both endpoints, namespace and socket number are.
type Connection struct {
	Local     Endpoint       `json:"local"`
	Peer      netip.AddrPort `json:"peer"`
	State     State          `json:"state"`
	User      *User          `json:"user,omitempty"`
	Namespace Namespace      `json:"namespace,omitempty"`
	Socket    uint64         `json:"socket,omitempty"` // 0 once no process holds it
	Owners    []Owner        `json:"owners,omitempty"`
}

// A Family is a version of the Internet Protocol. The zero value is invalid.
type Family uint8

const (
	IPv4 Family = iota + 1
	IPv6
)

var families = names{"", "ipv4", "ipv6"}

func (f Family) String() string { return families.word(int(f), "Family") }

// MarshalText writes "ipv4" or "ipv6".
func (f Family) MarshalText() ([]byte, error) { return families.text(int(f), "family") }

// UnmarshalText reads what MarshalText wrote.
func (f *Family) UnmarshalText(b []byte) error {
	i, err := families.parse(string(b), "family")
	*f = Family(i)
	return err
}

// A State is where a socket is in its life. The zero value is invalid. The
// connection states are those of TCP (RFC 9293, section 3.3.2).
type State uint8

const (
	Listening State = iota + 1
	Bound           // holds a port, but neither listens nor is connected
	Open            // a UDP socket that takes datagrams from anyone
	Established
	SynSent
	SynReceived
	FinWait1
	FinWait2
	TimeWait
	CloseWait
	LastAck
	Closing
)

var states = names{"", "listening", "bound", "open", "established", "syn-sent", "syn-received",
	"fin-wait-1", "fin-wait-2", "time-wait", "close-wait", "last-ack", "closing"}

// Waits reports whether a socket in this state waits for peers, or keeps
// others from waiting in its place, and so belongs to a Listener.
func (s State) Waits() bool { return s == Listening || s == Bound || s == Open }

func (s State) String() string { return states.word(int(s), "State") }

// MarshalText writes the state's word, such as "listening".
func (s State) MarshalText() ([]byte, error) { return states.text(int(s), "state") }

// UnmarshalText reads what MarshalText wrote.
func (s *State) UnmarshalText(b []byte) error {
	i, err := states.parse(string(b), "state")
	*s = State(i)
	return err
}

// A Backlog is the queue of connections that a listener has not yet accepted.
type Backlog struct {
	Used uint32 `json:"used"` // connections waiting
	Max  uint32 `json:"max"`  // what listen(2) was given, as the kernel bounded it
}

// A User is an account of this machine. Two are the same if their numbers are.
type User struct {
	UID  int64  `json:"uid"`            // -1 where the system numbers no users
	Name string `json:"name,omitempty"` // empty if the number has no name here
}

// String returns the name, or the number where there is none.
func (u User) String() string {
	if u.Name != "" {
		return u.Name
	}
	return fmt.Sprint(u.UID)
}

// A Namespace is the kernel's number of a network namespace; 0 if unknown, or
// where the system has none.
type Namespace uint64

// String returns the form that Linux itself shows under /proc/PID/ns.
func (n Namespace) String() string { return fmt.Sprintf("net:[%d]", uint64(n)) }
