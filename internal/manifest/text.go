package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A text is text of a manifest in which some pieces are yet to be replaced.
type text struct {
	at     position
	pieces []piece
	fades  bool // a word that is nothing but variables, without quotes: if they are empty, it is none
}

// A piece of a text is literal, a variable, or what is known of another app.
type piece struct {
	literal  string
	variable string
	otherwise
	app, field string // as in ${api.url}
}

// otherwise is what stands for a variable that is empty or not set.
type otherwise struct {
	instead string
	is      bool
}

// fields are what can be said of another app.
var fields = []string{"url", "host", "port"}

// parseText reads the references in a text: $NAME, ${NAME}, ${NAME:-instead}
// and ${app.field}; $$ is a dollar. Any other dollar that a shell would do
// something with is a mistake: the text would mean something else there.
func parseText(s string, at position) (text, error) {
	var w textWriter
	for s != "" {
		before, rest, found := strings.Cut(s, "$")
		w.write(before)
		if !found {
			break
		}
		p, after, err := parseReference(rest)
		if err != nil {
			return text{at: at}, err
		}
		w.add(p)
		s = after
	}
	return w.text(at), nil
}

// mostReference is more than a name and a field have bytes. Looking further for
// the end of each reference would read a hostile text as often as it has some.
const mostReference = 80

// parseShellText reads a text for a shell, in which only what no shell knows
// is replaced: ${app.url}, ${app.host} and ${app.port}. Everything else is the
// shell's. A value pasted into its text would be read as a command.
func parseShellText(s string, at position) text {
	var w textWriter
	for s != "" {
		before, rest, found := strings.Cut(s, "${")
		w.write(before)
		if !found {
			break
		}
		inside, _, closed := strings.Cut(rest[:min(len(rest), mostReference)], "}")
		app, field, dotted := strings.Cut(inside, ".")
		if !closed || !dotted || !isLabel(app) || !slices.Contains(fields, field) {
			w.write("${")
			s = rest
			continue
		}
		w.add(piece{app: app, field: field})
		s = rest[len(inside)+1:]
	}
	return w.text(at)
}

// literal returns a text that stands as it is.
func literal(s string, at position) text {
	var w textWriter
	w.write(s)
	return w.text(at)
}

// A textWriter makes a text of pieces, of which literal ones come in bits.
type textWriter struct {
	pieces []piece
	bits   strings.Builder
}

func (w *textWriter) write(s string) { w.bits.WriteString(s) }

func (w *textWriter) add(p piece) {
	if p.literal != "" {
		w.write(p.literal)
		return
	}
	w.flush()
	w.pieces = append(w.pieces, p)
}

func (w *textWriter) flush() {
	if w.bits.Len() > 0 {
		w.pieces = append(w.pieces, piece{literal: w.bits.String()})
		w.bits.Reset()
	}
}

func (w *textWriter) text(at position) text {
	w.flush()
	return text{at: at, pieces: w.pieces}
}

// parseReference reads what follows a dollar.
func parseReference(s string) (p piece, rest string, err error) {
	switch {
	case strings.HasPrefix(s, "$"):
		return piece{literal: "$"}, s[1:], nil
	case strings.HasPrefix(s, "{"):
		inside, rest, found := strings.Cut(s[1:], "}")
		if !found {
			return p, "", errors.New("a ${ is not closed")
		}
		p, err := parseBraces(inside)
		return p, rest, err
	case strings.HasPrefix(s, "("):
		return p, "", fmt.Errorf("%w for $(", errShell)
	}
	n := 0
	for n < len(s) && isNameByte(s[n], n) {
		n++
	}
	switch {
	case n > 0:
		return piece{variable: s[:n]}, s[n:], nil
	case s != "" && strings.IndexByte("0123456789@*#?-!", s[0]) >= 0: // POSIX.1-2024, XCU 2.5.1 and 2.5.2
		return p, "", fmt.Errorf("%w for $%c", errShell, s[0])
	}
	return piece{literal: "$"}, s, nil
}

// parseBraces reads what stands between ${ and }.
func parseBraces(s string) (piece, error) {
	if app, field, found := strings.Cut(s, "."); found && isLabel(app) {
		return piece{app: app, field: field}, nil
	}
	name, instead, has := strings.Cut(s, ":-")
	if !isName(name) || strings.Contains(instead, "$") {
		return piece{}, errors.New("a ${ } holds none of NAME, NAME:-otherwise and api.url")
	}
	return piece{variable: name, otherwise: otherwise{instead, has}}, nil
}

// isName reports whether s is the name of a variable (POSIX.1-2024, XBD 3.216).
func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i], i) {
			return false
		}
	}
	return s != ""
}

func isNameByte(c byte, i int) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9'
}

// isLabel reports whether s is a label of a host name, in lower case (RFC 1123,
// section 2.1, and RFC 1035, section 2.3.4).
func isLabel(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

// label returns the label that is closest to a name; empty if none is.
func label(name string) string {
	s := strings.Map(func(c rune) rune {
		switch {
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			return c
		}
		return '-'
	}, name)
	s = strings.Trim(s, "-")
	return strings.TrimRight(s[:min(len(s), 63)], "-")
}

// errTooLong says that a text would be too long for a program to be given.
var errTooLong = errors.New("with its references replaced, this is too long for a program to be given")

// fill returns the text with its references replaced, if that is at most so
// long.
func (t text) fill(look func(piece) (string, error), most int) (string, error) {
	var b strings.Builder
	for _, p := range t.pieces {
		s := p.literal
		if s == "" {
			var err error
			if s, err = look(p); err != nil {
				return "", err
			}
		}
		if b.Len()+len(s) > most {
			return "", errTooLong
		}
		b.WriteString(s)
	}
	return b.String(), nil
}
