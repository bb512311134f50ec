package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A target is where a proxy sends requests on to.
type target struct {
	scheme   string // http or https
	host     string // with its port
	path     string // what stands in the place of the proxy's path, without a slash at its end
	replaces bool   // there is such a path, be it empty
	isHere   bool   // it is on this machine
}

// What a proxy can be refused for.
var (
	errTwice    = errors.New("another one is for the same path")
	errNoTarget = errors.New("it does not say which server answers")
	errNoPath   = errors.New("the path does not begin with a slash")
	errOwnPath  = errors.New("limen answers there itself")
	errTarget   = errors.New("the server is no port, no HOST:PORT, and no http:// or https:// address")
)

func cannotProxy(typed string, err error) error {
	return &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot proxy %q", typed), Why: err.Error(), Next: "--proxy /api=3000"}
}

// parseProxy reads PATH=TARGET.
func parseProxy(typed string) (path string, to target, err error) {
	path, where, ok := strings.Cut(typed, "=")
	if !ok || where == "" {
		return "", to, errNoTarget
	}
	if !strings.HasPrefix(path, "/") {
		return "", to, errNoPath
	}
	if path, err = parsePath(path); err != nil {
		return "", to, err
	}
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	if isBelow(path, ownPath) {
		return "", to, errOwnPath
	}
	to, err = parseTarget(where)
	return path, to, err
}

// parseTarget reads where to: a port of this machine, HOST:PORT, or an address
// with its scheme, each with a path behind it or without. With one, that path
// takes the place of the proxy's, as nginx has it; without, paths stay as they
// are.
func parseTarget(where string) (to target, err error) {
	scheme, rest, ok := strings.Cut(where, "://")
	if !ok {
		scheme, rest = "http", where
	}
	host, path, replaces := strings.Cut(rest, "/")
	if strings.Trim(host, "0123456789") == "" && host != "" {
		host = "localhost:" + host
	}
	u, err := url.Parse(scheme + "://" + host + "/" + path)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return to, errTarget
	}
	usual, known := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if name, err := parseHost(u.Host); err != nil || name == "" || !known {
		return to, errTarget
	}
	port := u.Port()
	if port == "" {
		if !ok {
			return to, errTarget // a lone word is as likely a mistake
		}
		port = usual
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return to, fmt.Errorf("%s is no port: they go from 1 to 65535", port)
	}
	return target{
		scheme: u.Scheme, host: net.JoinHostPort(u.Hostname(), port),
		path: strings.TrimSuffix("/"+path, "/"), replaces: replaces, isHere: isOfMachine(u.Hostname()),
	}, nil
}

// isOfMachine reports whether a host is this machine, by a name or an address
// that cannot be another's.
func isOfMachine(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761, 6.3
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

func (t target) String() string { return t.scheme + "://" + t.host }

// setPath puts the path of a request into an address of the other server, as
// it was sent where that is possible: an escaped slash stays one.
func (t target) setPath(u *url.URL, top string, r *http.Request) {
	sent := sentPath(r)
	if !isBelow(sent, top) {
		sent = (&url.URL{Path: r.URL.Path}).EscapedPath()
	}
	if t.replaces {
		sent = t.path + strings.TrimPrefix(sent, strings.TrimSuffix(top, "/"))
	}
	if !strings.HasPrefix(sent, "/") {
		sent = "/" + sent
	}
	u.RawPath = sent
	u.Path, _ = url.PathUnescape(sent) // the server has taken it apart before
}

// sentPath is the path of a request as it was sent, without its query.
func sentPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") {
		return r.URL.EscapedPath() // the request was for a whole URL
	}
	return path
}

// back makes the address of a redirect lead to this site, if it leads to the
// other server, or to the host that this one was asked for.
func (t target) back(location, top, asked string) string {
	u, err := url.Parse(location)
	if err != nil || u.Opaque != "" || u.User != nil {
		return location
	}
	isOurs := u.Host == "" || strings.EqualFold(u.Host, asked) || (u.Scheme == "" || u.Scheme == t.scheme) && t.isAt(u.Host)
	path := u.EscapedPath()
	if !isOurs || u.Host == "" && !strings.HasPrefix(path, "/") {
		return location // elsewhere, or relative to what was asked for, which has the same place in both
	}
	if t.replaces {
		if !isBelow(path, t.path) {
			return location
		}
		path = strings.TrimSuffix(top, "/") + strings.TrimPrefix(path, t.path)
	}
	path = atRoot(path)
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if u.Fragment != "" {
		path += "#" + u.EscapedFragment()
	}
	return path
}

// isAt reports whether a host with its port is where the target is. All names
// of this machine are one.
func (t target) isAt(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, map[string]string{"http": "80", "https": "443"}[t.scheme]
	}
	mine, myPort, _ := net.SplitHostPort(t.host)
	return port == myPort && (strings.EqualFold(name, mine) || t.isHere && isOfMachine(name))
}

// dialTime is how long another server may take to let a connection in.
const dialTime = 5 * time.Second

// transport is what carries requests to the target, past proxies that the
// environment may name: whoever names a target means that one.
func (t target) transport() *http.Transport {
	d := &net.Dialer{Timeout: dialTime}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialBoth(ctx, d, network, address)
		},
		DisableCompression:  true, // bodies go through as they are
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: dialTime,
		// Nobody stands between two programs of one machine, and what serves
		// HTTPS there has signed its certificate itself.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: t.isHere, MinVersion: tls.VersionTLS12},
	}
}

// dialBoth connects to an address. For the name of this machine it tries both
// loopbacks: many a server listens on one of them alone, and on which depends
// on how its language resolves localhost.
func dialBoth(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return d.DialContext(ctx, network, address)
	}
	c, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil || ctx.Err() != nil {
		return c, err
	}
	c, err6 := d.DialContext(ctx, network, net.JoinHostPort("::1", port))
	if err6 == nil {
		return c, nil
	}
	return nil, errors.Join(err, err6)
}
