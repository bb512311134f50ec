package hint

import "strings"

// A script's text is hostile, and longer ones than this are programs.
const (
	maxScript = 16 << 10
	maxWords  = 512
)

// parseScript splits the text of a package script into its commands, each a
// list of words, as sh(1) would (POSIX.1-2024, XCU 2.3 and 2.9). It only
// looks: nothing is expanded, so that $PORT stays what it is. Simple is false
// where there is more to the text than one command. Where only a shell could
// tell the words apart there are no commands at all.
func parseScript(text string) (commands [][]string, simple bool) {
	if len(text) > maxScript {
		return nil, false
	}
	r := reader{simple: true}
	for rest := text; rest != ""; {
		rest = r.take(rest)
		if r.total > maxWords {
			return nil, false
		}
	}
	if r.lost {
		return nil, false
	}
	r.endCommand()
	return r.commands, r.simple && len(r.commands) == 1
}

// A reader is what parseScript has read so far.
type reader struct {
	commands [][]string
	words    []string
	word     strings.Builder
	inWord   bool
	total    int
	simple   bool
	lost     bool // words may end elsewhere than here
}

// operators end a command, or open or close a list of them.
const operators = "&|;()<>\n`"

// take reads one character, or all of a quotation, and returns what is left.
func (r *reader) take(text string) (rest string) {
	first, rest := text[0], text[1:]
	switch {
	case first == '\'' || first == '"':
		return r.takeQuoted(first, rest)
	case first == '\\':
		// On Windows npm's shell is cmd.exe, where this is a separator of
		// paths and quotes nothing.
		r.lost = true
	case strings.IndexByte(operators, first) >= 0:
		r.simple = false
		r.endCommand()
	case first == '$' && strings.HasPrefix(rest, "("):
		r.simple = false
		r.endCommand()
	case first == '#' && !r.inWord: // the rest of the line is a comment, and so would be what is added
		r.simple = false
		r.endCommand()
		_, rest, _ = strings.Cut(rest, "\n")
	case first == ' ' || first == '\t' || first == '\r':
		r.endWord()
	default:
		r.add(text[:1])
	}
	return rest
}

// takeQuoted reads up to the quote's end. Inside double quotes a backslash may
// keep it open, and a substitution has quotes of its own.
func (r *reader) takeQuoted(quote byte, text string) (rest string) {
	inside, rest, closed := strings.Cut(text, string(quote))
	if !closed || quote == '"' && (strings.ContainsAny(inside, "\\`") || strings.Contains(inside, "$(")) {
		r.lost = true
	}
	r.add(inside)
	return rest
}

func (r *reader) add(s string) {
	r.inWord = true
	r.word.WriteString(s)
}

func (r *reader) endWord() {
	if r.inWord {
		r.words = append(r.words, r.word.String())
		r.total++
	}
	r.word.Reset()
	r.inWord = false
}

func (r *reader) endCommand() {
	r.endWord()
	if len(r.words) > 0 {
		r.commands = append(r.commands, r.words)
	}
	r.words = nil
}

// isAssignment reports whether a word is NAME=value (POSIX.1-2024, XBD 3.216).
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	if !ok || name == "" {
		return false
	}
	for i, c := range name {
		isLetter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
