package serve

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// isMeant reports whether a request is for a host that this site is. A page
// whose name was made to lead to this machine (DNS rebinding) asks for its own.
// Addresses cannot be made to lead elsewhere, but others than our own are as
// little ours.
func (s *Site) isMeant(r *http.Request) bool {
	host, err := parseHost(r.Host)
	if err != nil {
		return false
	}
	if host == "" {
		return !r.ProtoAtLeast(1, 1) // before 1.1 there was no header for it
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761, 6.3
		return true
	}
	if slices.Contains(s.hosts, host) {
		return true
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return address.IsLoopback() || address.WithZone("") == localAddress(r)
}

// localAddress is the address of this machine that a request came to.
func localAddress(r *http.Request) netip.Addr {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(interface{ String() string })
	if !ok {
		return netip.Addr{}
	}
	ap, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// What a Host header can be refused for.
var (
	errHost = errors.New("it is no host")
	errPort = errors.New("it has a port that is none")
)

// parseHost reads the host of a Host header without its port, in lower case,
// without the brackets of an IPv6 address and without the dot at the end that
// some write behind a whole name (RFC 9110, 7.2).
func parseHost(header string) (string, error) {
	if header == "" {
		return "", nil
	}
	host, port := header, ""
	if strings.HasPrefix(header, "[") {
		end := strings.IndexByte(header, ']')
		if end < 0 {
			return "", errHost
		}
		host, port = header[1:end], header[end+1:]
		if address, err := netip.ParseAddr(host); err != nil || !address.Is6() {
			return "", errHost
		}
	} else if at := strings.IndexByte(header, ':'); at >= 0 {
		host, port = header[:at], header[at:]
	}
	if port != "" && (port[0] != ':' || len(port) > 6 || strings.Trim(port[1:], "0123456789") != "") {
		return "", errPort
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || len(host) > 255 || strings.ContainsFunc(host, isNotOfHost) {
		return "", errHost
	}
	return host, nil
}

// isNotOfHost reports whether a character cannot be in a name or an address.
func isNotOfHost(c rune) bool {
	return !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.ContainsRune("-._:%", c))
}

// misdirected answers a request for another host (RFC 9110, 15.5.20). It names
// no host: the right one is in the terminal of whoever may know it.
func (s *Site) misdirected(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	refuse(w, http.StatusMisdirectedRequest, "this server has another name",
		"use an address that limen printed; limen serve --host NAME adds one")
}

// hostLabel makes a host name's label of a folder's name: letters, digits and
// hyphens (RFC 1123, 2.1), 63 at most (RFC 1035, 2.3.4).
func hostLabel(folder string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(folder) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 63 {
			break
		}
	}
	if label := strings.Trim(b.String(), "-"); label != "" {
		return label
	}
	return "folder"
}
