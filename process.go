package limen

import "time"

// A ProcessID is one run of a program. A PID alone names nothing, because the
// system gives it to another run later; PID and birth together are never
// given twice between two starts of the machine.
type ProcessID struct {
	PID   int    `json:"pid"`
	Birth uint64 `json:"birth"` // the kernel's own stamp of the start: clock ticks since boot on Linux
}

// A Process is what is known of one run of a program. What it is called, how
// it was started and where it works were chosen by the process itself: they
// describe it, and prove nothing. Two are the same if their ProcessIDs are.
type Process struct {
	ProcessID
	Started    time.Time  `json:"started,omitzero"`     // in UTC; absent if unknown
	Name       string     `json:"name"`                 // what a person would call it, from executable and arguments
	Executable string     `json:"executable,omitempty"` // the program's file; empty if it may not be seen
	Command    []string   `json:"command,omitempty"`    // its arguments, the program first
	Directory  string     `json:"directory,omitempty"`  // where it works; empty if it may not be seen
	User       *User      `json:"user,omitempty"`       // as whom it runs
	Parent     int        `json:"parent,omitempty"`     // PID of the parent; 0 for none
	Project    *Project   `json:"project,omitempty"`    // whose directory it works in
	Framework  *Framework `json:"framework,omitempty"`  // what it was built with, if something says so
	Deleted    bool       `json:"deleted"`              // its program's file is gone or was replaced
	Orphan     bool       `json:"orphan"`               // whoever started it is gone, and nothing keeps it
	Ancestors  []Ancestor `json:"ancestors,omitempty"`  // parent first
	Usage      *Usage     `json:"usage,omitempty"`      // nil until asked
}

// An Ancestor is a process on the way from the system's first one to another.
type Ancestor struct {
	ProcessID
	Name string `json:"name"`
}

// A Project is a directory that people work on as one thing.
type Project struct {
	Name     string `json:"name"`               // as its manifest names it, else its directory
	Root     string `json:"root"`               // the directory
	Manifest string `json:"manifest,omitempty"` // the file that gave the name, such as package.json
	Branch   string `json:"branch,omitempty"`   // the git branch, or a short commit where no branch is checked out
	Worktree string `json:"worktree,omitempty"` // the name of a linked git worktree; empty in the main one

	Workspace Workspace `json:"workspace,omitzero"` // that it is the root of or lies in; absent if there is none
}

// A Workspace is a project that consists of several, each with a manifest of its
// own, as tools for npm, Go, Rust and Python have them. Two are the same if
// their directories are.
type Workspace struct {
	Name string `json:"name"` // as the manifest at its root names it, else its directory
	Root string `json:"root"` // the directory
}

// A Framework is what a program seems to be built with.
type Framework struct {
	Name     string `json:"name"`
	Evidence string `json:"evidence"` // what says so, such as `next in package.json`
}

// Usage is what a process has used of the machine.
type Usage struct {
	CPU    time.Duration `json:"cpu"`    // time on processors since its start, in nanoseconds
	Share  float64       `json:"share"`  // CPU over the time since its start; 1 is one whole processor
	Memory uint64        `json:"memory"` // resident bytes
}
