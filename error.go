package limen

import "strings"

// An Error is something that could not be done, said in three parts. Layers
// below the one that knows the next step return plain wrapped errors.
type Error struct {
	Kind Kind   `json:"kind"`
	What string `json:"what"`           // "cannot", a verb, and the exact thing
	Why  string `json:"why"`            // the cause, without repeating the what
	Next string `json:"next,omitempty"` // a command to run or a place to look; empty rather than a guess
}

// Error returns all parts on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.What)
	if e.Why != "" {
		b.WriteString(": " + e.Why)
	}
	if e.Next != "" {
		b.WriteString("; " + e.Next)
	}
	return b.String()
}

// Is reports whether target is the error's Kind, so that callers can ask
// errors.Is(err, limen.NotFound).
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// A Kind is the sort of an Error. It decides exit codes and HTTP statuses,
// and is itself an error for errors.Is. The zero value is Internal, so that
// nobody blames the user by forgetting to choose.
type Kind uint8

const (
	Internal    Kind = iota // our fault
	Invalid                 // the request makes no sense
	NotFound                // nothing there
	Denied                  // not with these rights
	Busy                    // someone else has it
	Unsupported             // not on this system
)

var kinds = names{"internal", "invalid", "not-found", "denied", "busy", "unsupported"}

func (k Kind) Error() string { return k.String() }

func (k Kind) String() string { return kinds.word(int(k), "Kind") }

// MarshalText writes the kind's word, such as "denied".
func (k Kind) MarshalText() ([]byte, error) { return kinds.text(int(k), "kind") }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(b []byte) error {
	i, err := kinds.parse(string(b), "kind")
	*k = Kind(i)
	return err
}
