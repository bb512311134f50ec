package proxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Which names there are is told to whoever sits at this machine and brings the
// token, and to nobody else: a page of the internet can have its own name lead
// to this machine (DNS rebinding), and would read the list as if it were its
// own.

// mayList reports whether a request comes from this machine with the token.
func (p *Proxy) mayList(r *http.Request) bool {
	if p.config.Token == "" || !isLocal(r) {
		return false
	}
	if given := r.Header["Limen-Token"]; len(given) == 1 && isSecret(given[0], p.config.Token) {
		return true
	}
	for _, c := range r.CookiesNamed(listCookie) {
		if isSecret(c.Value, p.pass(r.Host)) {
			return true
		}
	}
	return false
}

// admit takes the token out of an address, and gives a browser a cookie of this
// host for it, so that the token stands in no history, bookmark or Referer. It
// reports whether that was the answer.
func (p *Proxy) admit(w http.ResponseWriter, r *http.Request) bool {
	if p.config.Token == "" || !isLocal(r) || r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "token=") {
		return false
	}
	given := r.URL.Query()["token"]
	if len(given) != 1 || !isSecret(given[0], p.config.Token) {
		return false
	}
	http.SetCookie(w, &http.Cookie{
		Name: listCookie, Value: p.pass(r.Host), Path: "/",
		HttpOnly: true,
		SameSite: http.SameSiteStrictMode, // nothing links here
		Secure:   r.TLS != nil,
	})
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Location", withoutToken(r.URL))
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusSeeOther)
	return true
}

// listCookie is what the pass is kept in.
const listCookie = "limen-names"

// pass is good for the list of names alone, and for this host alone: browsers
// send a cookie to all ports of a host (RFC 6265, section 8.5), and what listens
// there shall not learn the token.
func (p *Proxy) pass(host string) string {
	mac := hmac.New(sha256.New, []byte(p.config.Token))
	name, _ := cutPort(host)
	mac.Write([]byte("names " + strings.ToLower(name)))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// isSecret compares in a time that says nothing about where two texts differ,
// nor how long the right one is.
func isSecret(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// isLocal reports whether a request comes from this machine.
func isLocal(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// withoutToken is the same address without the token. It begins with one slash:
// one with two names another host (RFC 3986, section 4.2), and browsers take a
// backslash for one.
func withoutToken(u *url.URL) string {
	var kept []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(part, "="); name != "token" && part != "" {
			kept = append(kept, part)
		}
	}
	address := "/" + strings.TrimLeft(u.EscapedPath(), `/\.`)
	if len(kept) > 0 {
		address += "?" + strings.Join(kept, "&")
	}
	return address
}
