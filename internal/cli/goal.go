package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// goalPrefixes are what may stand before a target to say how it shall be.
var goalPrefixes = []struct {
	word  string
	state limen.GoalState
}{
	{"free:", limen.GoalFree},
	{"closed:", limen.GoalClosed},
}

// parseGoal reads what can be waited for: a target as limen why takes it, also
// with the name of another machine, a URL, or a Unix socket; with free: or
// closed: in front, that it is so.
func parseGoal(word string) (limen.Goal, error) {
	g := limen.Goal{State: limen.GoalReady}
	for _, p := range goalPrefixes {
		if rest, ok := strings.CutPrefix(word, p.word); ok {
			g.State, word = p.state, rest
			break
		}
	}
	if path, ok := socketPath(word); ok {
		if path == "" || strings.ContainsRune(path, 0) {
			return limen.Goal{}, errors.New("it names no Unix socket, as unix:/run/web.sock does")
		}
		var err error
		g.Path, err = filepath.Abs(path)
		return g, err
	}
	if scheme, _, isURL := strings.Cut(word, "://"); isURL {
		return urlGoal(g, word, strings.ToLower(scheme))
	}
	return portGoal(g, word)
}

// isPrefix reports whether a name means something else in front of a port.
func isPrefix(name string) bool {
	for _, p := range goalPrefixes {
		if name+":" == p.word {
			return true
		}
	}
	return name+":" == socketPrefix
}

// socketPrefix stands before the path of a Unix socket.
const socketPrefix = "unix:"

// socketPath returns the path of a Unix socket, if that is what a word is.
func socketPath(word string) (path string, ok bool) {
	if path, ok := strings.CutPrefix(word, socketPrefix); ok {
		if rest, isURL := strings.CutPrefix(path, "//"); isURL {
			path = rest
		}
		return path, true
	}
	for _, begin := range []string{"/", "./", "../"} {
		if strings.HasPrefix(word, begin) {
			return word, true
		}
	}
	return "", false
}

// urlGoal reads a URL. One that HTTP does not answer to, and one that shall be
// closed or free, stands for its port.
func urlGoal(g limen.Goal, word, scheme string) (limen.Goal, error) {
	u, host, err := cutURL(word)
	if err != nil {
		return limen.Goal{}, err
	}
	if host == "" {
		return limen.Goal{}, fmt.Errorf("%q names no host", withoutPassword(word))
	}
	if g.State == limen.GoalReady && (scheme == "http" || scheme == "https") {
		g.URL = word
		return g, nil
	}
	if g.Port, err = portOf(u, word, scheme); err != nil {
		return limen.Goal{}, err
	}
	g.Host, err = goalHost(host)
	return g, err
}

// portGoal reads a port, with a transport and a host if they are named.
func portGoal(g limen.Goal, word string) (limen.Goal, error) {
	transport, where, err := cutTransport(word)
	if err != nil {
		return limen.Goal{}, err
	}
	host, port, hasHost := cutHost(where)
	if hasHost {
		if g.Host, err = goalHost(host); err != nil {
			return limen.Goal{}, err
		}
	}
	if g.Port, err = limen.ParsePort(port); err != nil {
		return limen.Goal{}, err
	}
	if transport == limen.UDP {
		g.Transport = transport
	}
	return g, nil
}

// goalHost reads a host. The names of this machine itself say nothing about
// the address, and neither does one that stands for all of them.
func goalHost(host string) (string, error) {
	if a, err := parseHost(host); err == nil {
		if !a.IsValid() || a.IsUnspecified() {
			return "", nil
		}
		return a.String(), nil
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(bare); err == nil {
		return "", fmt.Errorf("%q is not written as an address with a port, such as [::1]:3000", host)
	}
	// A name as resolvers take it (RFC 1123, section 2.1; 253 by RFC 1035,
	// section 2.3.4), with the underscore that container networks allow.
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if isPrefix(name) {
		return "", fmt.Errorf("%q says how a target shall be, and stands once in front of it", host)
	}
	if name == "" || len(name) > 253 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" {
		return "", fmt.Errorf("%q is no name of a machine, and no address", host)
	}
	return name, nil
}
