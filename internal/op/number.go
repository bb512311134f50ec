package op

import "github.com/limenhq/limen"

// Number says what port numbers are for, on any machine.
var Number = Op[NumberIn, limen.Numbers]{Name: "number", Doc: "what port numbers are for"}

// NumberIn says which numbers are meant.
type NumberIn struct {
	Words []string `json:"words"` // ports, ranges and words to search for; all must fit
}
