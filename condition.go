package limen

import (
	"fmt"
	"strings"
)

// A Condition is what a request must carry for a route to be meant: a cookie
// or a field of its head, with this value. Its text form is
// "cookie:tree=feature-x" or "header:x-tree=feature-x". Two are the same if
// all three parts are. The zero value is invalid.
type Condition struct {
	In    Carrying
	Name  string // of a field in lower case
	Value string
}

// A Carrying is where a request carries a value. The zero value is invalid.
type Carrying uint8

const (
	InCookie Carrying = iota + 1
	InHeader
)

var carryings = names{"", "cookie", "header"}

func (c Carrying) String() string { return carryings.word(int(c), "Carrying") }

// token are the characters that names of cookies and fields have (RFC 9110,
// section 5.6.2).
const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ParseCondition reads the text form of a Condition.
func ParseCondition(s string) (Condition, error) {
	where, rest, _ := strings.Cut(s, ":")
	name, value, ok := strings.Cut(rest, "=")
	in, err := carryings.parse(where, "place")
	switch {
	case err != nil || !ok || name == "" || strings.Trim(name, token) != "":
		return Condition{}, fmt.Errorf("%q is no condition: write it as cookie:NAME=VALUE or header:NAME=VALUE", s)
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ';' || r == ',' || r == '"' || r == '\\' }):
		// RFC 6265, section 4.1.1: what the value of a cookie can be.
		return Condition{}, fmt.Errorf("%q is no condition: its value has more than letters, digits and signs without space", s)
	}
	if Carrying(in) == InHeader {
		name = strings.ToLower(name)
	}
	return Condition{Carrying(in), name, value}, nil
}

func (c Condition) String() string { return c.In.String() + ":" + c.Name + "=" + c.Value }

// MarshalText writes the text form. It fails for the zero Condition.
func (c Condition) MarshalText() ([]byte, error) {
	if _, err := carryings.text(int(c.In), "place of a condition"); err != nil {
		return nil, err
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (c *Condition) UnmarshalText(b []byte) (err error) {
	*c, err = ParseCondition(string(b))
	return err
}
