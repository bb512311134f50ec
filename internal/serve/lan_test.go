package serve

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func addrs(texts ...string) (all []netip.Addr) {
	for _, s := range texts {
		all = append(all, netip.MustParseAddr(s))
	}
	return all
}

func TestTheBestAddressIsTheOneThatAPhoneReaches(t *testing.T) {
	for what, c := range map[string]struct {
		cards []Card
		want  []netip.Addr
	}{
		"a laptop with containers and a tunnel": {
			[]Card{
				{"docker0", addrs("172.17.0.1")}, {"br-1a2b", addrs("172.18.0.1")}, {"tailscale0", addrs("100.101.1.2")}, {"utun3", addrs("10.8.0.2")},
				{"wlan0", addrs("fe80::1", "2001:db8::5", "fd00::5", "192.168.1.20")},
			},
			addrs("192.168.1.20", "fd00::5", "2001:db8::5"),
		},
		"an office beside a home":   {[]Card{{"eth0", addrs("10.1.2.3")}, {"wlan0", addrs("192.168.0.7")}}, addrs("192.168.0.7", "10.1.2.3")},
		"only a tunnel":             {[]Card{{"wg0", addrs("10.8.0.2", "fe80::2")}}, addrs("10.8.0.2")},
		"only a provider's address": {[]Card{{"eth0", addrs("100.64.1.1", "203.0.113.9")}}, addrs("203.0.113.9", "100.64.1.1")},
		"one cable, no router":      {[]Card{{"en5", addrs("169.254.3.4", "fe80::3")}}, addrs("169.254.3.4")},
		"nothing":                   {nil, nil},
		"what is no address of one": {[]Card{{"eth0", addrs("127.0.0.2", "0.0.0.0", "::", "ff02::1", "::1")}}, nil},
		"one address twice":         {[]Card{{"eth0", addrs("10.0.0.1")}, {"eth1", addrs("10.0.0.1")}}, addrs("10.0.0.1")},
	} {
		if got := Reachable(c.cards); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v; want %v", what, got, c.want)
		}
	}
}

const aToken = "theonetoken"

// fromAway asks as another device would.
func fromAway(t *testing.T, c Config, target string, headers ...string) *http.Response {
	t.Helper()
	c.Root, c.LAN = t.TempDir(), true
	if c.Token == "" {
		c.Token = aToken
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := httptest.NewRequest("GET", target, nil)
	r.RemoteAddr = "192.168.1.77:50000"
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	s.tokened(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })).ServeHTTP(w, r)
	return w.Result()
}

func TestADeviceGetsInByTheLinkAlone(t *testing.T) {
	cookie := tokenCookie(aToken) + "=" + aToken
	for what, c := range map[string]struct {
		config  Config
		target  string
		headers []string
		want    int
	}{
		"nothing":                     {target: "/a", want: 403},
		"a wrong token":               {target: "/a?token=theonetokem", want: 403},
		"an empty token":              {target: "/a?token=", want: 403},
		"half of it":                  {target: "/a?token=theone", want: 403},
		"two tokens":                  {target: "/a?token=theonetoken&token=x", want: 403},
		"the token":                   {target: "/a?token=theonetoken", want: 303},
		"the cookie":                  {target: "/a", headers: []string{"Cookie: " + cookie}, want: 418},
		"the cookie of another site":  {target: "/a", headers: []string{"Cookie: limen-00000000=" + aToken}, want: 403},
		"a wrong cookie":              {target: "/a", headers: []string{"Cookie: " + cookie + "x"}, want: 403},
		"a program":                   {target: "/a", headers: []string{"Authorization: Bearer " + aToken}, want: 418},
		"a program that guesses":      {target: "/a", headers: []string{"Authorization: Bearer x"}, want: 403},
		"a folder open to all":        {config: Config{Open: true}, target: "/a", want: 418},
		"a drop link":                 {target: ownDrop + "x/", want: 418}, // has a token of its own
		"what limen's pages need":     {target: ownAssets + "page.css", want: 418},
		"the rest of limen's answers": {target: ownPath + "reload", want: 403},
	} {
		if got := fromAway(t, c.config, c.target, c.headers...).StatusCode; got != c.want {
			t.Errorf("%s: %d; want %d", what, got, c.want)
		}
	}
}

func TestTheLinkLeadsToTheSameAddressWithoutItsToken(t *testing.T) {
	for target, want := range map[string]string{
		"/?token=theonetoken":                        "/",
		"/a%20b/?token=theonetoken":                  "/a%20b/",
		"/a?x=1&token=theonetoken&y=%26":             "/a?x=1&y=%26",
		"http://h//evil.example/?token=theonetoken":  "/evil.example/",
		"http://h/%5Cevil.example?token=theonetoken": "/%5Cevil.example",
		"http://h/.//evil/?token=theonetoken":        "/evil/",
	} {
		answer := fromAway(t, Config{}, target)
		if got := answer.Header.Get("Location"); got != want {
			t.Errorf("%s leads to %s; want %s", target, got, want)
		}
		cookie := answer.Header.Get("Set-Cookie")
		for _, part := range []string{tokenCookie(aToken) + "=" + aToken, "Path=/", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie %q has no %s", cookie, part)
			}
		}
		if answer.Header.Get("Referrer-Policy") != "no-referrer" || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the token may be kept: %v", answer.Header)
		}
	}
}

func FuzzTheLinkLeadsNowhereElse(f *testing.F) {
	for _, s := range []string{"/a", "//evil", `/\evil`, "/./evil", "/%2F%2Fevil", "/\x00", "/?x=/../", "/.//.//evil", "/a:b"} {
		f.Add(s, "x=1&token=y&z")
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		if _, err := url.ParseRequestURI("/?" + query); err != nil {
			return // net/http answers 400
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = path, query
		w := httptest.NewRecorder()
		admit(w, r, "c", aToken)
		to := w.Header().Get("Location")
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || strings.ContainsAny(to, "\r\n\t") {
			t.Fatalf("%q leads to %q", path, to)
		}
	})
}

func TestThisMachineNeedsNoLinkAndTellsEachSiteApart(t *testing.T) {
	for peer, want := range map[string]bool{
		"127.0.0.1:5": true, "[::1]:5": true, "[::ffff:127.0.0.1]:5": true, "192.168.1.1:5": false, "[fe80::1%eth0]:5": false, "": false, "@": false,
	} {
		if got := isHere(&http.Request{RemoteAddr: peer}); got != want {
			t.Errorf("from %s: here %t; want %t", peer, got, want)
		}
	}
	if tokenCookie("a") == tokenCookie("b") {
		t.Error("two sites have one cookie")
	}
	if a, b := NewToken(), NewToken(); a == b || len(a) < 26 {
		t.Errorf("tokens %q and %q", a, b)
	}
}

func TestWhoHasNoLinkIsToldWhereItIs(t *testing.T) {
	page := fromAway(t, Config{}, "/secret-name", navigating)
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" || page.Header.Get("Content-Security-Policy") != ownPolicy {
		t.Errorf("a browser gets %v", page.Header)
	}
	if text := fromAway(t, Config{}, "/secret-name"); !strings.HasPrefix(text.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("a program gets %v", text.Header)
	}
}
