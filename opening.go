package limen

// An Opening is a place where a process of an app listens. Two are the same if
// endpoint and process are.
type Opening struct {
	Endpoint Endpoint  `json:"endpoint"`
	Part     Part      `json:"part"`
	Role     string    `json:"role,omitempty"`  // what it seems to be for, such as "debugger"; empty for the service itself
	URL      string    `json:"url,omitempty"`   // where a browser would go; empty if nothing says that it speaks HTTP
	Named    string    `json:"named,omitempty"` // likewise, by its name; empty if it has none
	Service  *Service  `json:"service,omitempty"`
	Process  ProcessID `json:"process"`
	Name     string    `json:"name"` // of the process, as a person would call it
}

// A Part is what an opening is to its app. The zero value is invalid.
type Part uint8

const (
	NoPart    Part = iota + 1 // it has not answered yet
	ThePart                   // the first that answered: the service
	OtherPart                 // one beside it
)

var parts = names{"", "silent", "service", "other"}

func (p Part) String() string { return parts.word(int(p), "Part") }

// MarshalText writes the part's word, such as "service".
func (p Part) MarshalText() ([]byte, error) { return parts.text(int(p), "part") }

// UnmarshalText reads what MarshalText wrote.
func (p *Part) UnmarshalText(b []byte) error {
	i, err := parts.parse(string(b), "part")
	*p = Part(i)
	return err
}
