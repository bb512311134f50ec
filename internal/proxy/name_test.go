package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A page of the internet can have its name lead here, and asks as a program of
// this machine does. All it can bring is what it knows.
func TestOnlyTheTokenOpensTheListOfNames(t *testing.T) {
	const token = "k7qrm2"
	for _, c := range []struct {
		what string
		set  func(*http.Request)
		want bool
	}{
		{"nothing", func(*http.Request) {}, false},
		{"the token", func(r *http.Request) { r.Header.Set("Limen-Token", token) }, true},
		{"another token", func(r *http.Request) { r.Header.Set("Limen-Token", "k7qrm") }, false},
		{"two tokens", func(r *http.Request) { r.Header["Limen-Token"] = []string{token, token} }, false},
		{"the token from the network", func(r *http.Request) { r.Header.Set("Limen-Token", token); r.RemoteAddr = "192.168.1.9:4000" }, false},
		{"the token from nowhere", func(r *http.Request) { r.Header.Set("Limen-Token", token); r.RemoteAddr = "@" }, false},
		{"the token by IPv6", func(r *http.Request) { r.Header.Set("Limen-Token", token); r.RemoteAddr = "[::1]:4000" }, true},
		{"the token as a cookie", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: listCookie, Value: token}) }, false},
		{"the pass of this host", func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: listCookie, Value: New(Config{Token: token}).pass("LOCALHOST:9")})
		}, true},
		{"the pass of another host", func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: listCookie, Value: New(Config{Token: token}).pass("evil.example")})
		}, false},
		{"the pass of another proxy", func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: listCookie, Value: New(Config{Token: "x"}).pass("localhost")})
		}, false},
		{"a header that says where it is from", func(r *http.Request) {
			r.Header.Set("Limen-Token", token)
			r.RemoteAddr = "192.168.1.9:4000"
			r.Header.Set("X-Forwarded-For", "127.0.0.1")
		}, false},
	} {
		for _, accept := range []string{"*/*", "application/json", firefox} {
			p := New(Config{Token: token})
			p.Set(routesOf(t, "shop.localhost"))
			r := httptest.NewRequest("GET", "http://localhost:8008/", nil)
			r.RemoteAddr = "127.0.0.1:4000"
			r.Header.Set("Accept", accept)
			c.set(r)
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			if got := strings.Contains(w.Body.String(), "shop.localhost"); got != c.want || w.Code != http.StatusNotFound {
				t.Errorf("with %s: %d, and the list is shown: %v", c.what, w.Code, got)
			}
		}
	}
}

func TestWithoutATokenNobodyIsLetIn(t *testing.T) {
	p := New(Config{})
	p.Set(routesOf(t, "shop.localhost"))
	for _, address := range []string{"http://localhost/", "http://localhost/?token="} {
		r := httptest.NewRequest("GET", address, nil)
		r.RemoteAddr = "127.0.0.1:4000"
		r.Header.Set("Limen-Token", "")
		r.AddCookie(&http.Cookie{Name: listCookie, Value: p.pass("localhost")})
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "shop.localhost") {
			t.Errorf("%s: %d %s", address, w.Code, w.Body)
		}
	}
}

func TestATokenInAnAddressBecomesACookieOfThisHost(t *testing.T) {
	p := New(Config{Token: "k7qrm2"})
	p.Set(routesOf(t, "shop.localhost"))
	for address, want := range map[string]string{
		"http://localhost:8008/?token=k7qrm2":                   "/",
		"http://localhost:8008//evil.example/?a=b&token=k7qrm2": "/evil.example/?a=b",
		`http://localhost:8008/\evil.example?token=k7qrm2`:      "/%5Cevil.example",
		"http://localhost:8008/?token=k7qr":                     "",
		"http://localhost:8008/?token=k7qrm2&token=k7qrm2":      "",
		"http://localhost:8008/?tok%65n=k7qrm2":                 "",
	} {
		r := httptest.NewRequest("GET", address, nil)
		r.RemoteAddr = "127.0.0.1:4000"
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want || (w.Code == http.StatusSeeOther) != (want != "") {
			t.Errorf("%s: %d to %q, want %q", address, w.Code, got, want)
		}
		if want == "" {
			continue
		}
		cookie := w.Result().Cookies()[0]
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Domain != "" || strings.Contains(cookie.Value, "k7qrm2") {
			t.Errorf("the cookie is %v", cookie)
		}
		again := httptest.NewRequest("GET", "http://localhost:8008/", nil)
		again.RemoteAddr = "127.0.0.1:4000"
		again.AddCookie(cookie)
		w = httptest.NewRecorder()
		p.ServeHTTP(w, again)
		if !strings.Contains(w.Body.String(), "shop.localhost") {
			t.Errorf("with the cookie: %s", w.Body)
		}
	}
}

func TestWhatWasAskedIsNotEchoed(t *testing.T) {
	p := New(Config{})
	for _, host := range []string{"<script>alert(1)</script>", `a"b`, "shop.localhost\r\nX: y", "a b", "[::1]", "", "…", strings.Repeat("a", 5000)} {
		r := httptest.NewRequest("GET", "http://x/%3Cscript%3E?<script>", nil)
		r.Host = host
		r.Header.Set("Accept", firefox)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if body := w.Body.String(); w.Code != http.StatusNotFound || strings.Contains(body, "<script") || host != "" && strings.Contains(body, host) {
			t.Errorf("%q: %d %s", host, w.Code, body)
		}
	}
}

// Browsers send requests for several names over one connection of HTTP/2 if its
// certificate is good for all.
func TestARequestOnAnotherNamesConnectionIsSentAway(t *testing.T) {
	certificate := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "broken.localhost" {
			return nil, errors.New("broken")
		}
		names := []string{hello.ServerName}
		if hello.ServerName == "wide.localhost" {
			names = append(names, "*.wide.localhost")
		}
		return certificateFor(t, names...), nil
	}
	for _, c := range []struct {
		said, host string
		want       bool
	}{
		{"shop.localhost", "shop.localhost", false},
		{"shop.localhost", "SHOP.localhost.:8443", false},
		{"shop.localhost.", "shop.localhost", false},
		{"shop.localhost", "blog.localhost", true},
		{"shop.localhost", "127.0.0.1", true},
		{"shop.localhost", "", true},
		{"wide.localhost", "a.wide.localhost", false},
		{"wide.localhost", "a.b.wide.localhost", true},
		{"broken.localhost", "shop.localhost", true},
		{"", "shop.localhost", false}, // nothing was said
	} {
		p := New(Config{Certificate: certificate})
		r := httptest.NewRequest("GET", "https://x/", nil)
		r.Host, r.TLS = c.host, &tls.ConnectionState{ServerName: c.said}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if got := w.Code == http.StatusMisdirectedRequest; got != c.want {
			t.Errorf("%q over the connection of %q: %d", c.host, c.said, w.Code)
		}
	}
}

func certificateFor(t *testing.T, names ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
