package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// What a browser kept of another project at the same address it would take for
// this one's. So it gets a cookie that names the folder, and where that is
// missing or names another one, its cache for this origin is cleared. Cookies
// know no ports, so the port is in the cookie's name.

// welcomed clears the cache of a browser that comes here for the first time.
func (s *Site) welcomed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Dest") == "document" && r.Method == http.MethodGet {
			s.welcome(w, r)
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Site) welcome(w http.ResponseWriter, r *http.Request) {
	name := cookieName(r.Host)
	if c, err := r.Cookie(name); err == nil && c.Value == s.mark {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: s.mark, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Clear-Site-Data", `"cache"`) // W3C Clear Site Data, 3.1; storage and cookies are the user's
}

// cookieName is the name of the cookie for the port of a host.
func cookieName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return "limen-" + host[i+1:]
	}
	return "limen"
}

// markOf names a folder without telling where it is.
func markOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}
