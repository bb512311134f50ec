package op

import (
	"time"

	"github.com/limenhq/limen"
)

// Plan says what freeing a port would do, and does nothing.
var Plan = Op[FreeIn, limen.Plan]{Name: "plan", Doc: "what freeing a port would stop"}

// Free stops whatever holds a port.
var Free = Op[FreeIn, limen.Freed]{Name: "free", Doc: "stop whatever holds a port", Risk: Stops}

// FreeIn says which port to free, and how far to go.
type FreeIn struct {
	Port      uint16            `json:"port"`
	Transport limen.Transport   `json:"transport,omitzero"`  // zero means TCP
	Grace     time.Duration     `json:"grace,omitempty"`     // how long to wait for what was asked to end; 0 means 5 s
	Force     bool              `json:"force,omitempty"`     // kill what does not end
	Confirmed bool              `json:"confirmed,omitempty"` // the port was typed; needed where it is protected
	Asker     int               `json:"asker,omitempty"`     // the PID of whoever asks: it and all it was started by are not stopped; 0 means this process
	Agreed    []limen.ProcessID `json:"agreed,omitempty"`    // only these may be stopped, as a plan named them; nil means whatever holds the port
}
