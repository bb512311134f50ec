package serve

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestPagesOfNamedOriginsMayRead(t *testing.T) {
	w := serveWorld(t, Config{CORS: []string{"3000", "https://Shop.example:443"}}, map[string]string{"a.txt": "a"})
	for origin, want := range map[string]int{
		"http://localhost:3000": 200, "https://shop.example": 200, w.url: 200,
		"http://localhost:3001": 403, "https://evil.example": 403, "null": 403, "http://localhost:3000.evil.example": 403, "http://shop.example": 403,
	} {
		answer, body := w.ask("GET", "/a.txt", "", "Origin: "+origin, "Sec-Fetch-Site: cross-site")
		if origin == w.url {
			answer, body = w.ask("GET", "/a.txt", "", "Origin: "+origin, "Sec-Fetch-Site: same-origin")
		}
		if answer.StatusCode != want {
			t.Errorf("%s: %d %q", origin, answer.StatusCode, body)
		}
		allowed := answer.Header.Get("Access-Control-Allow-Origin")
		if isNamed := want == 200 && origin != w.url; isNamed != (allowed == origin) || !isNamed && allowed != "" {
			t.Errorf("%s: %q may read", origin, allowed)
		}
		if want == 200 && !strings.Contains(strings.Join(answer.Header["Vary"], ","), "Origin") {
			t.Errorf("%s: Vary is %q", origin, answer.Header["Vary"])
		}
	}
}

func TestAPreflightIsAnsweredForNamedOriginsAlone(t *testing.T) {
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if r.Method == http.MethodOptions {
			t.Error("the other server was asked")
		}
	})
	secret := t.TempDir() + "/login"
	put(t, secret, "ann:x")
	w := serveWorld(t, Config{CORS: []string{"3000"}, Login: secret, Beside: Beside{Proxies: []string{"/api=" + port}}}, nil)
	answer, _ := w.ask("OPTIONS", "/api/x", "", "Origin: http://localhost:3000", "Sec-Fetch-Site: cross-site", "Access-Control-Request-Method: PUT",
		"Access-Control-Request-Headers: x-own, content-type, b@d", "Access-Control-Request-Private-Network: true")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "http://localhost:3000", "Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "x-own, content-type",
		"Access-Control-Allow-Private-Network": "true", "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Local-Network": "",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q; want %q", name, got, want)
		}
	}
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("status %d", answer.StatusCode)
	}
	if answer, _ := w.ask("OPTIONS", "/api/x", "", "Origin: http://evil.example", "Access-Control-Request-Method: PUT"); answer.StatusCode != http.StatusForbidden || answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin: %d %v", answer.StatusCode, answer.Header)
	}
	answer, _ = w.ask("PUT", "/api/x", "", "Origin: http://localhost:3000", "Authorization: Basic YW5uOng=")
	if got := answer.Header["Access-Control-Allow-Origin"]; answer.StatusCode != 200 || len(got) != 1 || got[0] != "http://localhost:3000" {
		t.Errorf("who may read is said as %q, with status %d", got, answer.StatusCode)
	}
}

func TestWhatIsNoOriginIsRefused(t *testing.T) {
	for typed, want := range map[string]error{
		"*": errOriginStar, "null": errOriginNull, "": errOrigin, "example.com": errOrigin, "file:///x": errOrigin, "http://x/path": errOriginPath, "http://u@x": errOrigin, "http://*.example": errOrigin,
	} {
		if got, err := parseOrigin(typed); !errors.Is(err, want) {
			t.Errorf("parseOrigin(%q) is %q, %v; want %v", typed, got, err, want)
		}
	}
}
