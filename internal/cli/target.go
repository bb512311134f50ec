package cli

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// parseTarget reads what a person would paste to ask about a port: 3000,
// :3000, 53/udp, udp/53, 127.0.0.1:3000, [::1]:3000, tcp/[::1]:3000,
// localhost:3000, or a URL.
func parseTarget(s string) (op.WhyIn, error) {
	if scheme, _, isURL := strings.Cut(s, "://"); isURL {
		return parseURL(s, scheme)
	}
	var in op.WhyIn
	var where string
	var err error
	if in.Transport, where, err = cutTransport(s); err != nil {
		return op.WhyIn{}, err
	}
	host, port, hasHost := cutHost(where)
	if hasHost {
		if in.Address, err = parseHost(host); err != nil {
			return op.WhyIn{}, err
		}
	}
	n, err := limen.ParsePort(port)
	switch {
	case err == nil:
		in.Port = n
		return in, nil
	case hasHost, strings.Trim(port, "0123456789") == "":
		return op.WhyIn{}, err
	}
	if _, err := netip.ParseAddr(strings.Trim(where, "[]")); err == nil {
		return op.WhyIn{}, fmt.Errorf("%q has no port; write it after the address, as in 127.0.0.1:3000 or [::1]:3000", s)
	}
	return op.WhyIn{}, fmt.Errorf("%q is not a port, an address with a port, or a URL", s)
}

// cutTransport splits off a transport, if one is named. Both orders are met:
// limen writes udp/127.0.0.1:53, services(5) 53/udp.
func cutTransport(s string) (t limen.Transport, where string, err error) {
	before, after, cut := strings.Cut(s, "/")
	if !cut {
		return 0, s, nil
	}
	if t, err := limen.ParseTransport(before); err == nil {
		return t, after, nil
	}
	if t, err := limen.ParseTransport(after); err == nil {
		return t, before, nil
	}
	return 0, "", fmt.Errorf("neither %q nor %q is a transport; use tcp or udp", before, after)
}

// cutHost splits "host:port" at its last colon. A colon with nothing before
// it, as in ":3000", is only how people write ports.
func cutHost(s string) (host, port string, hasHost bool) {
	if rest, ok := strings.CutPrefix(s, ":"); ok && !strings.Contains(rest, ":") {
		return "", rest, false
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s, false
	}
	host = s[:i]
	if strings.Contains(host, ":") && !(strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]")) {
		return "", s, false // an IPv6 address, of which the last part is no port
	}
	return host, s[i+1:], true
}

// parseHost reads the host of a target. The names of this machine itself, and
// the star that other programs print for a wildcard, say nothing about the
// address; other names limen does not look up.
func parseHost(host string) (netip.Addr, error) {
	// All names below localhost lead to this machine (RFC 6761, section 6.3).
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "*" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return netip.Addr{}, nil
	}
	bare, isBracketed := strings.CutPrefix(host, "[")
	bare, isClosed := strings.CutSuffix(bare, "]")
	a, err := netip.ParseAddr(bare)
	if err != nil || isBracketed != isClosed || a.Is6() != isBracketed {
		return netip.Addr{}, fmt.Errorf("%q is not an address, and limen looks at this machine without looking names up; write the port alone, or an address such as 127.0.0.1 or [::1]", host)
	}
	return a, nil
}

// A scheme is what a URL begins with, and the port that it means when the URL
// names none.
type scheme struct {
	name string
	port uint16
}

// schemes are those that people paste. The ports are those of IANA's registry
// of service names, or where it has none of the protocol's own documents.
var schemes = []scheme{
	{"amqp", 5672}, {"amqps", 5671}, {"ftp", 21}, {"http", 80}, {"https", 443},
	{"ldap", 389}, {"ldaps", 636}, {"mariadb", 3306}, {"memcached", 11211}, {"mongodb", 27017},
	{"mqtt", 1883}, {"mqtts", 8883}, {"mysql", 3306}, {"nats", 4222}, {"postgres", 5432},
	{"postgresql", 5432}, {"redis", 6379}, {"rediss", 6379}, {"rtsp", 554}, {"smtp", 25},
	{"smtps", 465}, {"sqlserver", 1433}, {"ssh", 22}, {"valkey", 6379}, {"ws", 80}, {"wss", 443},
}

// parseURL reads a URL as the port it leads to. Only scheme, host and port
// count.
func parseURL(s, name string) (in op.WhyIn, err error) {
	u, host, err := cutURL(s)
	if err != nil {
		return op.WhyIn{}, err
	}
	if in.Address, err = parseHost(host); err != nil {
		return op.WhyIn{}, err
	}
	in.Port, err = portOf(u, s, name)
	return in, err
}

// cutURL reads a URL, and returns its host as other targets have it, too.
func cutURL(s string) (u *url.URL, host string, err error) {
	u, err = url.Parse(s)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err // without the URL, which may hold a password
		}
		return nil, "", fmt.Errorf("this URL cannot be read: %w", err)
	}
	host = u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return u, host, nil
}

// portOf returns the port that a URL leads to; s is the URL as it was typed,
// and name its scheme.
func portOf(u *url.URL, s, name string) (uint16, error) {
	if u.Port() != "" {
		return limen.ParsePort(u.Port())
	}
	for _, known := range schemes {
		if strings.EqualFold(known.name, name) {
			return known.port, nil
		}
	}
	return 0, fmt.Errorf("%q has no port, and none is usual for %q; write it after the host, as in %s", withoutPassword(s), name, name+"://"+net.JoinHostPort("localhost", "3000"))
}

// withoutPassword is a target as a message can repeat it: a URL loses what
// stands before the host, which may be a name and a password, and what follows
// the path.
func withoutPassword(s string) string {
	scheme, rest, isURL := strings.Cut(s, "://")
	if !isURL {
		return s
	}
	rest, _, _ = strings.Cut(rest, "?")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}

// looksLikeTarget reports whether a word that is no command can only be meant
// as a target, also one that cannot be, such as 99999.
func looksLikeTarget(word string) bool {
	if strings.Contains(word, "://") {
		return true
	}
	if _, err := parseTarget(word); err == nil {
		return true
	}
	return word != "" && strings.ContainsRune("0123456789:[", rune(word[0]))
}
