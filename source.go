package limen

import (
	"encoding/json"
	"time"
)

// Sources says in which ways limen learned something of a machine, and why
// not in better ones. Two are the same if machine and time are.
type Sources struct {
	Machine string    `json:"machine"` // the host's name
	Time    time.Time `json:"time"`
	Sources []Source  `json:"sources"` // by task, best first
}

// MarshalJSON writes an absent list as an empty one.
func (s Sources) MarshalJSON() ([]byte, error) {
	type plain Sources
	p := plain(s)
	p.Sources = orEmpty(p.Sources)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Sources) UnmarshalJSON(b []byte) error {
	type plain Sources
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Sources = orNil(s.Sources)
	return nil
}

// A Source is one way to learn something of a machine. Two are the same if
// task and name are.
type Source struct {
	Task Task      `json:"task"`
	Name string    `json:"name"` // such as netlink, procfs or bpf
	Use  SourceUse `json:"use"`
	Why  string    `json:"why,omitempty"`  // it did not serve, or not alone
	Next string    `json:"next,omitempty"` // what would make it serve; empty if nothing is known to
}

// A Task is what a source is for. The zero value is invalid.
type Task uint8

const (
	TaskSockets Task = iota + 1 // read which sockets there are
	TaskHolders                 // find the processes that hold them
	TaskChanges                 // notice what opens and closes
)

var tasks = names{"", "sockets", "holders", "changes"}

func (t Task) String() string { return tasks.word(int(t), "Task") }

// MarshalText writes the task's word, such as "holders".
func (t Task) MarshalText() ([]byte, error) { return tasks.text(int(t), "task") }

// UnmarshalText reads what MarshalText wrote.
func (t *Task) UnmarshalText(b []byte) error {
	i, err := tasks.parse(string(b), "task")
	*t = Task(i)
	return err
}

// A SourceUse is what came of a source. The zero value is invalid.
type SourceUse uint8

const (
	SourceServed  SourceUse = iota + 1 // it gave the answer
	SourcePartly                       // it gave a part, and the next one was asked for the rest
	SourceRefused                      // it could not be used
	SourceSpare                        // it was not needed, because a better one served
)

var sourceUses = names{"", "served", "partly", "refused", "spare"}

func (u SourceUse) String() string { return sourceUses.word(int(u), "SourceUse") }

// MarshalText writes the use's word, such as "served".
func (u SourceUse) MarshalText() ([]byte, error) { return sourceUses.text(int(u), "source's use") }

// UnmarshalText reads what MarshalText wrote.
func (u *SourceUse) UnmarshalText(b []byte) error {
	i, err := sourceUses.parse(string(b), "source's use")
	*u = SourceUse(i)
	return err
}
