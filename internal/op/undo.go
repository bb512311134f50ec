package op

import "github.com/limenhq/limen"

// Undo starts again what freeing a port has stopped.
var Undo = Op[UndoIn, limen.Undone]{Name: "undo", Doc: "start again what free has stopped", Risk: Stops, Here: true}

// UndoIn says what to start again.
type UndoIn struct {
	Port uint16 `json:"port,omitempty"` // 0 means what was freed last
}
