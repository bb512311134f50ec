package probe

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Debugpy is the debugger of Python, as a server: the Debug Adapter Protocol,
// each message with its length before it. It greets each client with its
// version, and is told nothing: a client that says who it is takes its place.
// One that only comes and goes can leave the adapter deaf to the next (seen
// with 1.6.3, of Debian 12, after a few visits), so it is not visited where its
// command line says what it is.
var Debugpy = Probe{
	Name: "debugpy",
	Greets: func(first []byte) bool {
		return bytes.HasPrefix(first, []byte("Content-Length: ")) && bytes.Contains(first, []byte(`"event"`))
	},
	Claims: func(t Target) Claim {
		for _, args := range commands(t) {
			if at, ok := flag(args, "listen"); ok && listensAt(at, t.Endpoint.Addr.Port()) && mentions(args, "debugpy") {
				return Spared
			}
			if port, ok := flag(args, "port"); ok && listensAt(port, t.Endpoint.Addr.Port()) && mentions(args, "debugpy") {
				return Spared // its adapter, a process of its own
			}
		}
		return Unclaimed
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		for range 4 { // it may tell of its sockets first
			event, ok := readEvent(c)
			if !ok {
				break
			}
			if event.Event != "output" || event.Body.Category != "telemetry" || event.Body.Output != "ptvsd" && event.Body.Output != "debugpy" {
				continue
			}
			version := event.Body.Data.PackageVersion
			return limen.Service{
				Protocol: "debugpy", Product: "debugpy", Version: version, Confidence: limen.Told,
				Evidence: c.Said("its greeting", event.Body.Output+" "+version),
			}, true
		}
		return limen.Service{}, false
	},
}

// An adapterEvent is an event of the Debug Adapter Protocol, as far as it
// greets.
type adapterEvent struct {
	Type  string
	Event string
	Body  struct {
		Category string
		Output   string
		Data     struct{ PackageVersion string }
	}
}

// readEvent reads the next message, and reports whether it is an event.
func readEvent(c *Conn) (e adapterEvent, ok bool) {
	size, ok := strings.CutPrefix(c.Line(), "Content-Length: ")
	n, err := strconv.Atoi(size)
	if !ok || err != nil || n > mostReply || c.Line() != "" || json.Unmarshal(c.Next(n), &e) != nil {
		return e, false
	}
	return e, e.Type == "event"
}

// mentions reports whether an argument is name or leads to it.
func mentions(args []string, name string) bool {
	for _, arg := range args {
		for part := range strings.FieldsFuncSeq(arg, func(r rune) bool { return r == '/' || r == '\\' || r == '.' }) {
			if part == name {
				return true
			}
		}
	}
	return false
}
