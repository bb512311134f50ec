package hint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A saying is what a command says of its address by itself.
type saying struct {
	port uint16 // 0 if it names none, or one that cannot be read
	host bool   // it names a host
	why  string // that it says where to listen; empty if it does not

	environment []string // what is set, the last first
}

// says returns what a command says of its address: in its words, or else in
// the variables that its program reads.
func (l line) says(environment []string) saying {
	s := saying{environment: slices.Concat(environment, l.assigned)}
	slices.Reverse(s.environment)
	if len(l.words) == 0 {
		return s
	}
	r, args := l.row, upToFence(l.words[1:])
	_, s.host = lastValue(args, r.Hosts)
	switch named, ok := l.named(args); {
	case ok && portOf(named) != 0:
		s.port = portOf(named)
		s.why = fmt.Sprintf("the command names port %d itself", s.port)
	case ok:
		s.why = fmt.Sprintf("the command says itself where to listen: %.80q", named)
	case slices.ContainsFunc(args, func(a string) bool { return isOneOf(a, r.Others) }):
		s.why = "the command says itself where to listen, and not at a port"
	default:
		s.readVariables(r)
	}
	return s
}

// named returns what the words say of the port, in an option or as the operand
// of the command.
func (l line) named(args []string) (text string, ok bool) {
	if text, ok := lastValue(args, slices.Concat(l.row.Ports, l.row.Addresses)); ok {
		return text, true
	}
	if !l.row.Operand {
		return "", false
	}
	for _, at := range l.row.bare(args) {
		if 1+at >= l.after { // the program stands before args, and counts in after
			return args[at], true
		}
	}
	return "", false
}

// readVariables takes the port from a variable that the program reads.
func (s *saying) readVariables(r Row) {
	for _, v := range r.Variables {
		name, pattern, _ := strings.Cut(v, "=")
		if !strings.HasSuffix(pattern, "{port}") {
			continue
		}
		if port := portOf(s.value(name)); port != 0 {
			s.port = port
			s.why = fmt.Sprintf("%s=%.80s is set already", name, s.value(name))
			return
		}
	}
}

// value returns a variable's value; an empty one counts as none, as programs
// take it.
func (s saying) value(name string) string {
	for _, v := range s.environment {
		if n, value, ok := strings.Cut(v, "="); ok && n == name {
			return value
		}
	}
	return ""
}

func (s saying) set(name string) bool { return s.value(name) != "" }

// upToFence returns the words before "--", behind which nothing is an option.
func upToFence(words []string) []string {
	if i := slices.Index(words, "--"); i >= 0 {
		return words[:i]
	}
	return words
}

// lastValue returns the value of the last option of these names: it is the
// last that counts. One at the very end has an empty value.
func lastValue(args, names []string) (value string, ok bool) {
	for i := len(args) - 1; i >= 0; i-- {
		for _, name := range names {
			if args[i] == name {
				return strings.Join(args[i+1:min(i+2, len(args))], ""), true
			}
			if value, ok := joined(args[i], name); ok {
				return value, true
			}
		}
	}
	return "", false
}

// joined returns the value of an option that is one word with it: "--port=80",
// "-p=80", "-p80".
func joined(word, name string) (value string, ok bool) {
	rest, ok := strings.CutPrefix(word, name)
	if !ok {
		return "", false
	}
	if value, ok := strings.CutPrefix(rest, "="); ok {
		return value, true
	}
	isShort := len(name) == 2 && name[0] == '-' && name[1] != '-'
	return rest, isShort && portOf(rest) != 0
}

// isOneOf reports whether a word is one of the options, perhaps with its
// value.
func isOneOf(word string, options []string) bool {
	name, _, _ := strings.Cut(word, "=")
	return slices.Contains(options, name)
}

// portOf reads the port of "80", ":80", "host:80", "[::1]:80" or
// "tcp://host:80/path", and of the first of several URLs. It returns 0 if
// there is none.
func portOf(text string) uint16 {
	text, _, _ = strings.Cut(text, ";") // as in ASPNETCORE_URLS
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text, _, _ = strings.Cut(rest, "/")
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		text = text[i+1:]
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(port)
}
