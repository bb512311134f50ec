package probe

import (
	"net"
	"path"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// A Claim is what the command line of an owner tells of the endpoint.
type Claim uint8

const (
	Unclaimed Claim = iota // nothing
	Claimed                // it speaks this protocol: ask for that first
	Spared                 // it does, and asking would disturb the program: guess
)

// listensAt reports whether address, as programs take it on their command
// line, is about port: "5005", ":2345", "*:5005", "127.0.0.1:5678".
func listensAt(address string, port uint16) bool {
	if _, p, err := net.SplitHostPort(address); err == nil {
		address = p
	}
	n, err := strconv.ParseUint(address, 10, 16)
	return err == nil && uint16(n) == port
}

// commands are the command lines of all owners of a target.
func commands(t Target) [][]string {
	var all [][]string
	for _, o := range t.Owners {
		all = append(all, o.Process.Command)
	}
	return all
}

// flag returns the value of a flag of args, written as -name=value or as
// -name value, with one or two dashes.
func flag(args []string, name string) (string, bool) {
	for i, arg := range args {
		arg, value, inOne := strings.Cut(arg, "=")
		if !strings.HasPrefix(arg, "-") || strings.TrimLeft(arg, "-") != name {
			continue
		}
		if inOne {
			return value, true
		}
		if i+1 < len(args) {
			return args[i+1], true
		}
		return "", true
	}
	return "", false
}

// runs reports whether args start one of programs.
func runs(args []string, programs ...string) bool {
	if len(args) == 0 {
		return false
	}
	for _, p := range programs {
		if path.Base(strings.ReplaceAll(args[0], `\`, "/")) == p {
			return true
		}
	}
	return false
}

// spared is what is said of a service that was not asked.
func spared(protocol, product, why string) limen.Service {
	return limen.Service{
		Protocol: protocol, Product: product, Confidence: limen.Guessed,
		Evidence: []limen.Evidence{{What: why, From: "the command line of its owner"}},
	}
}
