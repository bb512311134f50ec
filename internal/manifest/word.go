package manifest

import (
	"errors"
	"fmt"
	"strings"
)

// What a command may ask for in vain.
var (
	errShell = errors.New("there is no shell here") // only a shell can do it
	errQuote = errors.New("is not closed")          // a quote, which no shell would read either
)

// parseWords splits a command into words, as sh(1) would (POSIX.1-2024, XCU
// 2.2 and 2.3), with the references in them. What is more than words is an
// error that wraps errShell. A variable's value stays in its word, whatever it
// holds; a word of nothing but empty variables is left out.
func parseWords(s string, at position) ([]text, error) {
	r := wordReader{at: at, rest: strings.TrimSpace(s)}
	for r.rest != "" {
		if err := r.take(); err != nil {
			return nil, err
		}
	}
	r.end()
	return r.words, nil
}

// A wordReader is what parseWords has read so far.
type wordReader struct {
	at     position
	rest   string
	words  []text
	word   textWriter
	inWord bool
	kept   bool // some of the word is more than a variable
}

// operators are the characters that mean more than themselves to a shell,
// outside quotes.
const operators = "&|;<>()\n`*"

// take reads one character, a reference, or all of a quotation.
func (r *wordReader) take() error {
	c, after := r.rest[0], r.rest[1:]
	switch {
	case c == ' ' || c == '\t' || c == '\r':
		r.end()
	case c == '\'':
		inside, rest, closed := strings.Cut(after, "'")
		if !closed {
			return fmt.Errorf("a ' %w", errQuote)
		}
		r.quote()
		r.word.write(inside)
		after = rest
	case c == '"':
		return r.takeQuoted(after)
	case c == '\\' && strings.HasPrefix(after, "\n"): // goes on in the next line
		after = after[1:]
	case c == '\\' && after != "":
		r.quote()
		r.word.write(after[:1])
		after = after[1:]
	case c == '$':
		return r.takeReference(after)
	case strings.IndexByte(operators, c) >= 0, !r.inWord && (c == '#' || c == '~'):
		return fmt.Errorf("%w for %q", errShell, string(c))
	default:
		r.kept = true
		r.inWord = true
		r.word.write(r.rest[:1])
	}
	r.rest = after
	return nil
}

// takeQuoted reads up to the end of double quotes. In them a backslash quotes
// only what would mean something else (POSIX.1-2024, XCU 2.2.3).
func (r *wordReader) takeQuoted(s string) error {
	r.quote()
	for s != "" {
		c, after := s[0], s[1:]
		switch {
		case c == '"':
			r.rest = after
			return nil
		case c == '\\' && strings.HasPrefix(after, "\n"):
			after = after[1:]
		case c == '\\' && after != "" && strings.IndexByte("$`\"\\", after[0]) >= 0:
			r.word.write(after[:1])
			after = after[1:]
		case c == '`':
			return fmt.Errorf("%w for %q", errShell, string(c))
		case c == '$':
			if err := r.takeReference(after); err != nil {
				return err
			}
			after = r.rest
		default:
			r.word.write(s[:1])
		}
		s = after
	}
	return fmt.Errorf("a \" %w", errQuote)
}

// takeReference reads what follows a dollar.
func (r *wordReader) takeReference(s string) error {
	p, rest, err := parseReference(s)
	if err != nil {
		return err
	}
	r.inWord = true
	r.kept = r.kept || p.literal != ""
	r.word.add(p)
	r.rest = rest
	return nil
}

func (r *wordReader) quote() { r.inWord, r.kept = true, true }

// end ends a word, if there is one.
func (r *wordReader) end() {
	if r.inWord {
		word := r.word.text(r.at)
		word.fades = !r.kept
		r.words = append(r.words, word)
	}
	r.word, r.inWord, r.kept = textWriter{}, false, false
}

// isAssignment reports whether a word is NAME=value, which a shell takes for a
// variable if a command begins with it (POSIX.1-2024, XCU 2.10.2, rule 7).
func (t text) isAssignment() (name string, ok bool) {
	if len(t.pieces) == 0 {
		return "", false
	}
	name, _, found := strings.Cut(t.pieces[0].literal, "=")
	return name, found && isName(name)
}
