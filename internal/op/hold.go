package op

import (
	"time"

	"github.com/limenhq/limen"
)

// Hold keeps ports bound until servers listen there. Each item says which are
// still kept; it ends when none is.
var Hold = Feed[HoldIn, limen.Leases]{Name: "hold", Doc: "keep ports bound until servers take them over", Risk: Changes, Here: true}

// HoldIn says what to keep.
type HoldIn struct {
	Ports []uint16      `json:"ports"`
	For   time.Duration `json:"for,omitempty"` // at most so long; 0 means ten minutes
}
