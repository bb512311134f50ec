package limen

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// A Target is where a route leads. Two are the same if all fields are. Its
// text form is one of
//
//	3000                        a port of this machine, at either loopback
//	192.168.1.7:3000            an address, or a name, and a port
//	https://localhost:3000/app  likewise, with how it is spoken to, and what
//	                            stands in the place of the route's path
//	unix:/run/app.sock          a Unix socket
//	container:shop-db-1:5432    a port of a container, or its only one
//	shop.feature-x.localhost    whatever another route leads to
//
// The zero value is invalid.
type Target struct {
	Scheme    Scheme // how it is spoken to; zero means that it is found out
	Host      string // a name or an address; empty for this machine, at either loopback
	Port      uint16 // of Host, or of the container; 0 for its only one
	Socket    string // the path of a Unix socket
	Container string // a container's name
	Route     string // the name of another route
	Path      string // what stands in the place of the route's path, as "/app"; empty keeps that
}

// A Scheme is how a target is spoken to.
type Scheme uint8

const (
	SchemeAny   Scheme = iota // it is found out
	SchemeHTTP                // HTTP/1.1 in the clear
	SchemeHTTPS               // over TLS
	SchemeH2C                 // HTTP/2 in the clear, known beforehand (RFC 9113, section 3.3)
)

var schemes = names{"any", "http", "https", "h2c"}

func (s Scheme) String() string { return schemes.word(int(s), "Scheme") }

// usualPorts are where a URL leads that names no port.
var usualPorts = map[Scheme]uint16{SchemeHTTP: 80, SchemeHTTPS: 443, SchemeH2C: 80}

// ParseTarget reads the text form of a Target.
func ParseTarget(s string) (t Target, err error) {
	switch {
	case strings.HasPrefix(s, "unix:"):
		t.Socket = strings.TrimPrefix(s, "unix:")
		err = checkSocketPath(t.Socket)
	case strings.HasPrefix(s, "container:"):
		err = t.parseContainer(strings.TrimPrefix(s, "container:"))
	case strings.Contains(s, "://"):
		err = t.parseURL(s)
	default:
		err = t.parsePlace(s)
	}
	if err != nil {
		return Target{}, fmt.Errorf("%q is no target: %w", s, err)
	}
	return t, nil
}

// errNoTarget says what can be typed.
var errNoTarget = errors.New("write it as 3000, 127.0.0.1:3000, http://localhost:3000, unix:/run/app.sock, container:NAME, or the name of another route")

func checkSocketPath(path string) error {
	if !strings.HasPrefix(path, "/") || strings.ContainsRune(path, 0) {
		return errors.New("the path of a socket begins with a slash")
	}
	return nil
}

func (t *Target) parseContainer(s string) (err error) {
	name, port, hasPort := strings.Cut(s, ":")
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" {
		return errors.New("a container's name has letters, digits and _.- only")
	}
	if t.Container = name; hasPort {
		t.Port, err = ParsePort(port)
	}
	return err
}

func (t *Target) parseURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return errNoTarget
	}
	i, err := schemes.parse(u.Scheme, "scheme")
	if err != nil || Scheme(i) == SchemeAny {
		return errors.New("it begins with http://, https:// or h2c://")
	}
	t.Scheme, t.Port = Scheme(i), usualPorts[Scheme(i)]
	if p := u.Port(); p != "" {
		if t.Port, err = ParsePort(p); err != nil {
			return err
		}
	}
	t.Path = pathOf(u)
	return t.setHost(u.Hostname())
}

// parsePlace reads a port, a host with one, each with a path behind it, or the
// name of another route.
func (t *Target) parsePlace(s string) (err error) {
	host, path, hasPath := strings.Cut(s, "/")
	if hasPath {
		u, err := url.Parse("http://localhost/" + path)
		if err != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
			return errNoTarget
		}
		t.Path = pathOf(u)
	}
	if strings.Trim(host, "0123456789") == "" && host != "" {
		t.Port, err = ParsePort(host)
		return err
	}
	if name, err := ParseHost(host); err == nil && strings.Contains(name, ".") && !isAddress(name) {
		t.Route = name
		return nil
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return errNoTarget
	}
	if t.Port, err = ParsePort(port); err != nil {
		return err
	}
	return t.setHost(name)
}

// pathOf is the path of a URL as it is sent, without slashes at its end.
func pathOf(u *url.URL) string { return strings.TrimRight(u.EscapedPath(), "/") }

func isAddress(s string) bool { _, err := netip.ParseAddr(s); return err == nil }

// setHost takes a name or an address. Localhost is this machine.
func (t *Target) setHost(s string) error {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" && strings.ContainsAny(a.Zone(), "%/?#[]@: ") {
			return errNoTarget
		}
		t.Host = a.String()
		return nil
	}
	name, err := ParseHost(s)
	if err != nil {
		return err
	}
	if t.Host = name; name == "localhost" {
		t.Host = ""
	}
	return nil
}

func (t Target) String() string {
	switch {
	case t.Socket != "":
		return "unix:" + t.Socket
	case t.Container != "" && t.Port == 0:
		return "container:" + t.Container
	case t.Container != "":
		return fmt.Sprintf("container:%s:%d", t.Container, t.Port)
	case t.Route != "":
		return t.Route + t.Path
	case t == (Target{Port: t.Port}):
		return strconv.Itoa(int(t.Port))
	}
	host := t.Host
	if host == "" {
		host = "localhost"
	}
	host = net.JoinHostPort(host, strconv.Itoa(int(t.Port)))
	if t.Scheme == SchemeAny {
		return host + t.Path
	}
	return (&url.URL{Scheme: t.Scheme.String(), Host: host}).String() + t.Path
}

// MarshalText writes the text form. It fails for the zero Target.
func (t Target) MarshalText() ([]byte, error) {
	if t == (Target{}) {
		return nil, errors.New("a target that leads nowhere has no text form")
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (t *Target) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTarget(string(b))
	return err
}
