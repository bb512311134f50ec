// Package resolve finds out how programs find the address of a local name, and
// helps where they do not: with lines in the system's file of hosts, a small
// responder of DNS, and an announcement to the local network.
//
// No question about a name leaves this machine.
package resolve

import (
	"context"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A Machine is where names are looked up. The zero value is this one.
type Machine struct {
	// Root stands before each path, such as /etc/nsswitch.conf. Empty means that
	// the machine's own are meant.
	Root string

	// Leads reports whether limen answers for the name at an address. Nil means
	// that it does at every address of loopback.
	Leads func(netip.Addr) bool

	// Server is limen's own responder of DNS. The zero value means that there
	// is none.
	Server netip.AddrPort
}

// at is where a path of the machine is.
func (m Machine) at(path string) string {
	if m.Root == "" {
		return path
	}
	return filepath.Join(m.Root, path)
}

func (m Machine) leads(a netip.Addr) bool {
	if m.Leads == nil {
		return a.IsLoopback()
	}
	return m.Leads(a)
}

// anything stands for the star of a wildcard where a name is looked up.
const anything = "anything"

// Lookup looks a name up in each way that programs of this machine have. For a
// wildcard it is a name that it stands for.
func (m Machine) Lookup(ctx context.Context, name string) ([]limen.Lookup, error) {
	below, isWild := strings.CutPrefix(name, "*.")
	host, err := limen.ParseHost(below)
	if err != nil {
		return nil, &limen.Error{Kind: limen.Invalid, What: "cannot look up a name", Why: err.Error()}
	}
	q := &question{Machine: m, name: host, host: host}
	if isWild {
		q.name, q.host = "*."+host, anything+"."+host
	}
	var all []limen.Lookup
	for _, w := range ways {
		a, ok := w.look(ctx, q)
		if ok {
			all = append(all, q.judge(w.name, a))
		}
	}
	return all, nil
}

// A question is one name that is looked up.
type question struct {
	Machine
	name string // as a person says it, maybe with a star
	host string // what is looked up
}

// isLocalhost reports whether a name is localhost or one below it, which have a
// meaning of their own (RFC 6761, section 6.3).
func isLocalhost(host string) bool { return isBelow(host, "localhost") }

// isBelow reports whether a name is a suffix, or ends in it.
func isBelow(name, suffix string) bool {
	return name == suffix || strings.HasSuffix(name, "."+suffix)
}

// mayAsk reports whether a name server on this machine may be asked. About names
// below localhost it keeps questions to itself (RFC 6761, section 6.3, number 4),
// and about a suffix that a person has led to limen it asks limen. About any other
// it asks one on the Internet: systemd-resolved 252 does so even for .test.
func (q *question) mayAsk() bool { return isLocalhost(q.host) || q.isHookedUp() }

// An answer is what came of one way.
type answer struct {
	found   []netip.Addr
	guessed bool
	why     string
}

// judge says of an answer whether it leads to limen, and what to do if not.
func (q *question) judge(way string, a answer) limen.Lookup {
	l := limen.Lookup{Way: way, Found: a.found, Guessed: a.guessed, Why: a.why}
	if strays := slices.DeleteFunc(slices.Clone(a.found), q.leads); len(strays) < len(a.found) {
		// A client that finds both families tries both (RFC 8305). One that finds
		// an address elsewhere may go there.
		l.Works = !slices.ContainsFunc(strays, func(a netip.Addr) bool { return !a.IsLoopback() })
	}
	if !l.Works {
		l.Next = q.remedy()
	}
	return l
}

// remedy is what makes the name known on this machine. A file of hosts has no
// wildcards.
func (q *question) remedy() string {
	below, isWild := strings.CutPrefix(q.name, "*")
	if !isWild {
		return Command(q.name)
	}
	if hookup := q.Hookup(suffixOf(q.host)); hookup != "" {
		return hookup
	}
	return Command("NAME"+below) + ", for each NAME that is needed"
}

// Command is what a person types to have a name written into the file of hosts.
func Command(name string) string { return "sudo limen route resolve " + name + " --hosts" }

// suffixOf is the last label of a name.
func suffixOf(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
