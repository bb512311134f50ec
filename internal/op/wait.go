package op

import (
	"time"

	"github.com/limenhq/limen"
)

// Wait waits until ports, URLs and sockets are as they should be, and gives up
// when that is pointless. That the time was over is an answer, and no error.
var Wait = Op[WaitIn, limen.Waited]{Name: "wait", Doc: "wait until ports, URLs and sockets are as they should be"}

// WaitIn says what to wait for, and how long.
type WaitIn struct {
	Goals   []limen.Goal  `json:"goals"`
	Any     bool          `json:"any,omitempty"`     // one of them is enough
	Timeout time.Duration `json:"timeout,omitempty"` // 0 means without end
	PID     int           `json:"pid,omitempty"`     // of the process that shall bring it about; 0 for whoever does
}
