package limen

// A Renewal is the change from one copy of IANA's list of port numbers to
// another. Two are the same if all fields are.
type Renewal struct {
	From    string  `json:"from"` // the URL or the file that the new copy was read from
	File    string  `json:"file"` // where it is kept
	Before  Edition `json:"before"`
	After   Edition `json:"after"`
	Added   int     `json:"added"`   // names that a port had not before
	Removed int     `json:"removed"` // names that a port has no more
	Changed int     `json:"changed"` // names of which something else is different
}

// An Edition is one copy of IANA's list of port numbers. Two are the same if
// source and date are.
type Edition struct {
	Source  string `json:"source"`  // in words
	Date    string `json:"date"`    // 2026-02-13: that of its newest entry, or for the copy inside limen of its making
	Entries int    `json:"entries"` // of those that differ in the transport alone, one
}
