package proxy

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
)

// mostName is how long the name of a host may be (RFC 1035, section 2.3.4).
const mostName = 253

// appendName appends the name in a Host field in the form that names of routes
// have: without its port and the dot of the root, in lower case. It appends
// nothing for what can be no name.
func appendName(b []byte, host string) []byte {
	name, ok := cutPort(host)
	name = strings.TrimSuffix(name, ".")
	if !ok || len(name) > mostName {
		return b
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c |= 0x20
		case c == ':', c == '[', c == '@', c == '/': // an address, or more than a host
			return b[:len(b)-i]
		}
		b = append(b, c)
	}
	return b
}

// hostIn is the name in a Host field, empty if there is none.
func hostIn(host string) string { return string(appendName(nil, host)) }

// cutPort takes off the port of a Host field, and reports whether it is one.
func cutPort(host string) (name string, ok bool) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") {
		return host, true
	}
	port := host[i+1:]
	for j := range len(port) {
		if port[j] < '0' || port[j] > '9' {
			return "", false
		}
	}
	return host[:i], true
}

// isNumber reports whether the last label of a name makes it an address, as
// browsers read one: digits, or a number after 0x (WHATWG URL, "ends in a
// number"). No name of a host has such a label.
func isNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// isMisdirected reports whether a request came over a connection that was made
// for another name, and whose certificate does not cover this one. Browsers
// share a connection of HTTP/2 between names only if it does (RFC 9113, section
// 9.1.1), and ask again on one of its own when told so (RFC 9110, section
// 15.5.20).
func (p *Proxy) isMisdirected(r *http.Request) bool {
	return r.TLS != nil && p.isMadeForOther(r.TLS, r.Host)
}

func (p *Proxy) isMadeForOther(c *tls.ConnectionState, host string) bool {
	if c.ServerName == "" || p.config.Certificate == nil {
		return false
	}
	var here, there [mostName]byte
	name, said := appendName(here[:0], host), appendName(there[:0], c.ServerName)
	if bytes.Equal(name, said) {
		return false
	}
	return !p.covers(c.ServerName, string(name))
}

// covers reports whether the certificate that one name is answered with is
// good for another one.
func (p *Proxy) covers(said, host string) bool {
	c, err := p.config.Certificate(&tls.ClientHelloInfo{ServerName: said})
	if err != nil || c == nil || len(c.Certificate) == 0 {
		return false
	}
	leaf := c.Leaf
	if leaf == nil {
		if leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return false
		}
	}
	return leaf.VerifyHostname(host) == nil
}
