package limen

import (
	"net"
	"strconv"
)

// A Goal is something that can be waited for: that a port, a URL or a Unix
// socket answers, that it does so no more, or that a port can be bound. It is
// about a port, a URL or a path. Two are the same if all fields are.
type Goal struct {
	State     GoalState `json:"state"`
	Transport Transport `json:"transport,omitzero"` // of a port; zero means TCP
	Host      string    `json:"host,omitempty"`     // an address or a name; empty means this machine, at its usual addresses
	Port      uint16    `json:"port,omitempty"`
	URL       string    `json:"url,omitempty"`
	Expect    *Expect   `json:"expect,omitempty"` // of a URL; nil means any answer that is no error
	Path      string    `json:"path,omitempty"`   // of a Unix socket
}

// A GoalState is what is waited for. The zero value is invalid.
type GoalState uint8

const (
	GoalReady  GoalState = iota + 1 // a connection to it succeeds
	GoalClosed                      // a connection to it is refused
	GoalFree                        // binding it succeeds, on every family
)

var goalStates = names{"", "ready", "closed", "free"}

func (s GoalState) String() string { return goalStates.word(int(s), "GoalState") }

// MarshalText writes the state's word, such as "free".
func (s GoalState) MarshalText() ([]byte, error) { return goalStates.text(int(s), "goal") }

// UnmarshalText reads what MarshalText wrote.
func (s *GoalState) UnmarshalText(b []byte) error {
	i, err := goalStates.parse(string(b), "goal")
	*s = GoalState(i)
	return err
}

// String returns the goal as it is typed, such as "3000", "free:3000",
// "127.0.0.1:53/udp" or "closed:unix:/run/web.sock".
func (g Goal) String() string {
	s := g.URL
	switch {
	case g.URL != "":
	case g.Path != "":
		s = "unix:" + g.Path
	default:
		s = strconv.Itoa(int(g.Port))
		if g.Host != "" {
			s = net.JoinHostPort(g.Host, s)
		}
		if g.Transport == UDP {
			s += "/udp"
		}
	}
	if g.State == GoalReady {
		return s
	}
	return g.State.String() + ":" + s
}

// Expect is what a URL must answer. The zero value takes any answer that is no
// error.
type Expect struct {
	From     int    `json:"from,omitempty"`     // the least status; 0 means 200 to 399
	To       int    `json:"to,omitempty"`       // the most
	Body     string `json:"body,omitempty"`     // text that the body must contain
	Path     string `json:"path,omitempty"`     // of a value in a JSON body, such as .checks[0].state
	Value    string `json:"value,omitempty"`    // what the value must be; empty for anything but null and false
	Insecure bool   `json:"insecure,omitempty"` // believe any certificate
}
