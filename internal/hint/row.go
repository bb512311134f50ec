package hint

import (
	"net"
	"slices"
	"strconv"
	"strings"
)

// A Row says how one program is recognised, how a person names its port, and
// how limen does.
type Row struct {
	Name     string
	Programs []string // what it may be called; "./NAME" is a file of the project

	// Commands are the words after which it listens, as in "serve" or
	// "pages dev"; the empty one stands for no word. No Commands at all mean
	// that it listens whatever follows.
	Commands []string
	Idle     []string // where the empty command is one: words that start something else
	Needs    []string // options without which it does not listen
	Values   []string // other options that take the next word, which is no command then

	Ports     []string // options by which a person names the port
	Addresses []string // options that name host and port together, or a URL
	Hosts     []string // options that name the host
	Others    []string // options that let it listen at something else, as a socket in a file
	Operand   bool     // the word after the command is the port or the address

	Insert     []string // words that name {port}, or {address} for host and port
	InsertHost []string // words that name {host}; only where it would listen at every address
	First      bool     // they stand right after the command, not at the end
	Files      []string // configuration that, if there, may name an address: no words then
	Configs    []string // options that name such a file
	Variables  []string // variables it reads, as NAME={port}
	NoHost     bool     // HOST means something else to it

	Evidence string // program, version, and where it says so
	Proof    Proof  // how far that was followed
	Why      string // why there is nothing to insert
}

// A Proof is how a row came to be believed.
type Proof uint8

// The proofs, the weakest first.
const (
	Documented Proof = iota // its documentation says so
	Asked                   // this version's own help or code says so
	Started                 // this version was started with the hint, and listened there
)

var proofs = [...]string{Documented: "documented", Asked: "asked", Started: "started"}

func (p Proof) String() string { return proofs[p] }

// fill puts a target into a pattern.
func (t target) fill(pattern string) string {
	port := strconv.Itoa(int(t.port))
	host := t.host
	if strings.Contains(pattern, "{host}:") { // as in a URL, which brackets IPv6 (RFC 3986, section 3.2.2)
		host = strings.TrimSuffix(net.JoinHostPort(host, ""), ":")
	}
	return strings.NewReplacer(
		"{port}", port,
		"{host}", host,
		"{address}", net.JoinHostPort(t.host, port),
	).Replace(pattern)
}

// find returns the row for a program and its arguments, and how many of the
// arguments belong to its command.
func find(program string, args []string) (r Row, after int, ok bool) {
	for _, r := range rows {
		if !slices.Contains(r.Programs, program) {
			continue
		}
		if after, ok := r.listens(args); ok {
			return r, after, true
		}
	}
	return Row{}, 0, false
}

// listens reports whether a program that was started with args listens, and
// behind how many of them its command ends.
func (r Row) listens(args []string) (after int, ok bool) {
	if len(r.Needs) > 0 && !slices.ContainsFunc(args, func(a string) bool { return isOneOf(a, r.Needs) }) {
		return 0, false
	}
	bare := r.bare(args)
	if len(r.Commands) == 0 {
		return 0, true
	}
	for _, c := range r.Commands {
		words := strings.Fields(c)
		if len(words) > 0 && len(bare) >= len(words) && slices.EqualFunc(bare[:len(words)], words, func(at int, w string) bool { return args[at] == w }) {
			return bare[len(words)-1] + 1, true
		}
	}
	isIdle := slices.ContainsFunc(bare, func(at int) bool { return slices.Contains(r.Idle, args[at]) })
	return 0, slices.Contains(r.Commands, "") && !isIdle
}

// bare returns where the words stand that are neither options nor their
// values.
func (r Row) bare(args []string) (at []int) {
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--":
			return at
		case r.takesValue(args[i]):
			i++
		case !strings.HasPrefix(args[i], "-"):
			at = append(at, i)
		}
	}
	return at
}

func (r Row) takesValue(option string) bool {
	for _, names := range [][]string{r.Values, r.Ports, r.Addresses, r.Hosts, r.Others, r.Configs} {
		if slices.Contains(names, option) {
			return true
		}
	}
	return false
}
