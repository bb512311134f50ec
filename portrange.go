package limen

import (
	"fmt"
	"strconv"
	"strings"
)

// A PortRange is all ports from one to another, both included. The zero value
// is invalid: no port has the number 0.
type PortRange struct{ From, To uint16 }

// ParsePortRange reads "3000", ":3000", "3000-3010" or ":3000-3010".
func ParsePortRange(s string) (PortRange, error) {
	from, to, isRange := strings.Cut(strings.TrimPrefix(s, ":"), "-")
	if !isRange {
		p, err := ParsePort(from)
		return PortRange{p, p}, err
	}
	a, err := ParsePort(from)
	if err != nil {
		return PortRange{}, fmt.Errorf("port range %q: %w", s, err)
	}
	b, err := ParsePort(to)
	if err != nil {
		return PortRange{}, fmt.Errorf("port range %q: %w", s, err)
	}
	if b < a {
		return PortRange{}, fmt.Errorf("port range %q ends before it begins; write the smaller port first", s)
	}
	return PortRange{a, b}, nil
}

// Contains reports whether port lies in the range.
func (r PortRange) Contains(port uint16) bool { return r.From <= port && port <= r.To }

func (r PortRange) String() string {
	if r.From == r.To {
		return strconv.Itoa(int(r.From))
	}
	return fmt.Sprintf("%d-%d", r.From, r.To)
}

// MarshalText writes "3000" or "3000-3010". It fails for an invalid range.
func (r PortRange) MarshalText() ([]byte, error) {
	if r.From == 0 || r.To < r.From {
		return nil, fmt.Errorf("a port range from %d to %d has no text form", r.From, r.To)
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (r *PortRange) UnmarshalText(b []byte) (err error) {
	*r, err = ParsePortRange(string(b))
	return err
}
