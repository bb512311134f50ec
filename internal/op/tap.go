package op

import (
	"github.com/limenhq/limen"
)

// Tap tells what goes through, as it goes. Its first item says what is tapped.
var Tap = Feed[TapIn, limen.Tapped]{Name: "tap", Doc: "what goes through a name, or to a port, as it goes", Risk: Changes}

// TapIn says what to tap. The zero value means all names.
type TapIn struct {
	Names  []string      `json:"names,omitempty"`  // as they are typed
	Target *limen.Target `json:"target,omitempty"` // a listener is opened before this
	Port   uint16        `json:"port,omitempty"`   // where that listens; 0 means the next that is free
	Filter TapFilter     `json:"filter,omitzero"`
	Frames bool          `json:"frames,omitempty"` // tell of each message of WebSockets and streams, too
}

// A TapFilter says which requests are told of. What is empty matches all.
type TapFilter struct {
	Methods []string `json:"methods,omitempty"`
	Path    string   `json:"path,omitempty"`   // what the path has in it; a star stands for anything
	Status  []string `json:"status,omitempty"` // as 404, 4xx, 500-503, or failed
	By      string   `json:"by,omitempty"`     // the name or the PID of who asked
	Slower  int      `json:"slower,omitempty"` // than so many milliseconds
}

// Taps says what was kept of requests that went through, the last one last.
var Taps = Op[TapsIn, limen.Exchanges]{Name: "taps", Doc: "which requests were kept"}

// TapsIn says which are meant. The zero value means the last 100.
type TapsIn struct {
	Names   []string       `json:"names,omitempty"`
	Targets []limen.Target `json:"targets,omitempty"` // and what went to these, by whatever name or none
	Filter  TapFilter      `json:"filter,omitzero"`
	Most    int            `json:"most,omitempty"`
}

// Recall gives all that was kept of requests.
var Recall = Op[RecallIn, limen.Recordings]{Name: "recall", Doc: "all that was kept of requests"}

// RecallIn says which requests.
type RecallIn struct {
	IDs     []string `json:"ids,omitempty"` // empty means those that TapsIn would mean
	Which   TapsIn   `json:"which,omitzero"`
	Secrets bool     `json:"secrets,omitempty"` // as they were; else a word stands in their place
}

// Replay sends a request once more, and tells of it: as soon as it turns out to go on
// for longer, and when it has ended. To leave it ends it.
var Replay = Feed[ReplayIn, limen.Tapped]{Name: "replay", Doc: "send a request once more", Risk: Changes}

// ReplayIn says which request, and what to change. What is empty stays as it was.
type ReplayIn struct {
	ID     string              `json:"id"`
	Method string              `json:"method,omitempty"`
	Path   string              `json:"path,omitempty"` // with the query
	Set    map[string][]string `json:"set,omitempty"`  // fields; one without a value is taken away
	Body   *[]byte             `json:"body,omitempty"`
}

// Compare says what is different between two requests and their answers.
var Compare = Op[CompareIn, limen.Comparison]{Name: "compare", Doc: "what is different between two requests"}

// CompareIn says which two.
type CompareIn struct {
	Before string `json:"before"`
	After  string `json:"after"`
}
