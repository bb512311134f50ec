package serve

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"html"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// On a network, knowing an address is no permission: everybody in a café knows
// it. A device gets in by a link that carries a token. The first answer puts
// the token into a cookie and leads to the same address without it, so that it
// stands in no history, bookmark or Referer.

// NewToken makes a token of 128 random bits that nobody guesses. It has letters
// and digits alone, so that it can be read out and typed.
func NewToken() string { return strings.ToLower(rand.Text()) }

// Token is what the link carries that lets a device of the network in:
// ?token=TOKEN, behind any address of the site.
func (s *Site) Token() string { return s.config.Token }

// tokened lets those devices through that came by the link.
func (s *Site) tokened(next http.Handler) http.Handler {
	if !s.config.LAN || s.config.Open {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie := tokenCookie(s.config.Token)
		switch given, asked := r.URL.Query()["token"]; {
		case isHere(r) || hasOwnKey(r):
			next.ServeHTTP(w, r)
		case asked && len(given) == 1 && isSecret(given[0], s.config.Token):
			admit(w, r, cookie, s.config.Token)
		case carries(r, cookie, s.config.Token):
			next.ServeHTTP(w, r)
		default:
			sendAway(w, r)
		}
	})
}

// isHere reports whether a request comes from this machine, which needs no
// link: whoever is here reads the folder itself.
func isHere(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// hasOwnKey reports whether a path needs no link: a drop link has a token of
// its own, and what limen's pages are made of is no secret.
func hasOwnKey(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, ownDrop) || strings.HasPrefix(r.URL.Path, ownAssets)
}

// isSecret compares in a time that says nothing about where two texts differ,
// nor how long the right one is.
func isSecret(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// tokenCookie is the name of the cookie for a token. Browsers keep cookies by
// host and not by port (RFC 6265, 8.5), so two sites of a machine need two names.
func tokenCookie(token string) string {
	sum := sha256.Sum256([]byte("limen cookie " + token))
	return "limen-" + hex.EncodeToString(sum[:4])
}

// carries reports whether a request brings the token: browsers in the cookie,
// programs as a bearer token (RFC 6750, 2.1).
func carries(r *http.Request, cookie, token string) bool {
	for _, c := range r.CookiesNamed(cookie) {
		if isSecret(c.Value, token) {
			return true
		}
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && isSecret(given, token)
}

// admit gives a device its cookie, and leads it to the same address without the
// token.
func admit(w http.ResponseWriter, r *http.Request, cookie, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: token, Path: "/",
		HttpOnly: true,                 // no script of a page that is served needs it
		SameSite: http.SameSiteLaxMode, // a link in a mail may lead here
		Secure:   r.TLS != nil,
	})
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	to := url.URL{Path: r.URL.Path, RawQuery: withoutToken(r.URL.RawQuery)}
	h.Set("Location", atRoot(to.String()))
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusSeeOther)
}

// atRoot makes an address lead to this site: one that begins with two slashes
// names another host (RFC 3986, 4.2), and browsers take a backslash for one.
func atRoot(address string) string { return "/" + strings.TrimLeft(address, `/\.`) }

// withoutToken takes the token out of a query, and leaves the rest as it was
// sent.
func withoutToken(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); name != "token" && part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

const sentAway = "This folder is shared by a link. Open the link, or scan the code, that whoever shares it can see in their terminal."

// sendAway answers who has no token. It says nothing about the folder.
func sendAway(w http.ResponseWriter, r *http.Request) {
	if !isNavigation(r) {
		refuse(w, http.StatusForbidden, "this folder is shared by a link",
			"open the link that limen printed, or send its token: curl -H 'Authorization: Bearer TOKEN'")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", ownPolicy)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusForbidden)
	if r.Method != http.MethodHead {
		io.WriteString(w, `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>limen</title><link rel="stylesheet" href="`+
			ownAssets+`page.css"><main><p>`+html.EscapeString(sentAway)+"</p></main></html>\n")
	}
}
