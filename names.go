package limen

import (
	"fmt"
	"strings"
)

// names is the text form of an enumeration: the word of each value, at its
// index. An empty word marks a value that has none, such as an invalid zero.
type names []string

// text returns the word of value i of the enumeration called what.
func (n names) text(i int, what string) ([]byte, error) {
	if i < 0 || i >= len(n) || n[i] == "" {
		return nil, fmt.Errorf("%s %d has no text form", what, i)
	}
	return []byte(n[i]), nil
}

// word is text for String methods, which cannot fail.
func (n names) word(i int, what string) string {
	if i < 0 || i >= len(n) || n[i] == "" {
		return fmt.Sprintf("%s(%d)", what, i)
	}
	return n[i]
}

// parse returns the value whose word is s.
func (n names) parse(s, what string) (int, error) {
	for i, w := range n {
		if w != "" && w == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is not a %s; use %s", s, what, n.list())
}

// list names the words a person can choose from.
func (n names) list() string {
	var w []string
	for _, s := range n {
		if s != "" {
			w = append(w, s)
		}
	}
	if len(w) < 2 {
		return strings.Join(w, "")
	}
	return strings.Join(w[:len(w)-1], ", ") + " or " + w[len(w)-1]
}
