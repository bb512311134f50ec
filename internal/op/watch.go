package op

import (
	"time"

	"github.com/limenhq/limen"
)

// Watch tells what opens, closes and changes hands on a machine.
var Watch = Feed[WatchIn, limen.News]{Name: "watch", Doc: "what opens, closes and changes hands on this machine"}

// WatchIn says what to watch. The zero value watches every listener.
type WatchIn struct {
	Query limen.Query   `json:"query,omitzero"`
	Every time.Duration `json:"every,omitempty"` // how often to look where the kernel tells nothing by itself; 0 means every second
	Begin bool          `json:"begin,omitempty"` // begin with what is there already, as if it opened now
}
