package daemon

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/wire"
)

// A will is what was open already when the daemon was started: by the daemon
// before it, or by the manager of services. The zero value is nothing.
type will struct {
	isHeir       bool      // of the daemon before, which has its socket for questions, too
	socket, lock uintptr   // of that socket
	elders       []*report // to those before the one before, as far as they carry connections still
	doors        []host.Handed
	dns          uint16 // the port at which the daemon before answers DNS; 0 for none
}

// willKey is a variable that says what a daemon leaves to the one after it, as
// a legacy in JSON. The descriptors follow in a row; see firstLegacy.
const willKey = "LIMEN_DAEMON_WILL"

// A legacy is how a will is written.
type legacy struct {
	Elders int          `json:"elders"`
	Doors  []limen.Door `json:"doors"`
	DNS    uint16       `json:"dns,omitempty"`
}

// firstLegacy is the descriptor after those of every process. From there on a
// daemon that succeeds another one has the socket for questions, its lock, the
// reports to the elders, and the doors.
const firstLegacy = 3

// More than any limen has.
const (
	mostDoors  = 64
	mostElders = 64
)

func parseLegacy(text string) (l legacy, err error) {
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return l, fmt.Errorf("what the daemon before has left: %w", err)
	}
	if len(l.Doors) > mostDoors || l.Elders < 0 || l.Elders > mostElders {
		return l, fmt.Errorf("the daemon before has left %d doors and %d elders, which is not so", len(l.Doors), l.Elders)
	}
	return l, nil
}

// usualNamed is which usual port a name of LISTEN_FDNAMES means; 0 for whatever
// the port says.
func usualNamed(name string) uint16 {
	switch {
	case strings.Contains(name, "https"):
		return 443
	case strings.Contains(name, "http"):
		return 80
	}
	return 0
}

// listen returns the socket at which questions are asked.
func (w will) listen(path string) (net.Listener, error) {
	if w.isHeir {
		return wire.Adopt(path, w.socket, w.lock)
	}
	return wire.Listen(path)
}

// close lets go of doors that nobody has taken.
func (w will) close() {
	for _, h := range w.doors {
		h.Listener.Close() // or whoever has taken it has closed it
	}
}
