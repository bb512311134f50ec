package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// trust has a browser of the plot's home trust the local authority. The stores
// of the system are those of a mount namespace of its own.
func (o porter) trust(t *testing.T) {
	t.Helper()
	nettest.NeedRoot(t)
	nettest.Need(t, "certutil")
	database := filepath.Join(o.home, ".pki", "nssdb")
	if err := os.MkdirAll(database, 0o700); err != nil {
		t.Fatal(err)
	}
	o.answer(t, "certutil", "-N", "--empty-password", "-d", "sql:"+database)
	o.answer(t, "unshare", "--mount", "sh", "-ec", `cd "$HOME"
		for d in /etc/ssl /usr/local/share/ca-certificates; do
			mkdir -p copy$d
			cp -a $d/. copy$d
			mount --bind copy$d $d
		done
		limen trust install`)
}

// What a browser tells in its DevTools protocol, as far as it is looked at.
type (
	// of an answer
	received struct {
		Type     string
		Response struct {
			Protocol, SecurityState string
			SecurityDetails         struct{ Protocol, Issuer string }
		}
	}
	// of a page as a whole: what the sign before its address shows
	lock struct {
		VisibleSecurityState struct{ SecurityState string }
	}
	// of a WebSocket that is asked for, and of the answer to that
	socket   struct{ RequestID, URL string }
	upgraded struct {
		RequestID string
		Response  struct{ Status int }
	}
)

// A browser that trusts the authority alone, as limen trust install leaves it,
// is at several names as it would be at several sites.
func TestABrowserTakesANameForASafePlace(t *testing.T) {
	s := newStreet(t)
	s.need(t, "npm:vite")
	s.need(t, "django-admin")
	shop := s.lay(t, real{project: "vite", needs: "npm:vite"})
	o := shop.porter(t)
	o.trust(t)
	shop.begin(t, "npm run dev")
	blog := s.build(t, real{project: "django"})
	settings := filepath.Join(blog.project, "settings.py")
	add(t, settings, `MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]`) // looks at the host, as in every real project
	add(t, settings, `ALLOWED_HOSTS = ["shop.example"]`)
	blog.begin(t, "python3 manage.py runserver")
	o.shows(t, "vite-shop.localhost", "the page of vite")

	tab := nettest.BrowserAt(t, o.home).Open(t, "about:blank")
	tab.Listen(t, "Network")
	tab.Listen(t, "Security")
	o.isLocked(t, tab)
	// Over HTTP/2, a WebSocket is a stream of the connection that is there, and
	// the answer to it is 200 (RFC 8441, section 5); over HTTP/1.1 it is 101.
	o.isReloaded(t, tab, "wss:"+strings.TrimPrefix(o.url("vite-shop.localhost"), "https:"), 200, "after")
	tab.Go(t, o.plain("vite-shop.localhost"))
	o.isReloaded(t, tab, "ws:"+strings.TrimPrefix(o.plain("vite-shop.localhost"), "http:"), 101, "later")

	// Cookies of one name are not another's, as those of ports are.
	tab.Go(t, o.url("vite-shop.localhost"))
	tab.Wait(t, `document.title === "the page of vite"`)
	tab.Eval(t, `document.cookie = "of=the shop"; document.cookie = "for=all; domain=localhost"`)
	if got := tab.Eval(t, "document.cookie"); got != `"of=the shop"` {
		t.Errorf("the shop has the cookies %s", got)
	}
	o.until(t, func(ctx context.Context) *http.Request { return o.page(ctx, "django.localhost") }, func(answer *http.Response, _ string) bool {
		return answer.StatusCode == http.StatusBadRequest
	})
	tab.Go(t, o.url("django.localhost"))
	tab.Wait(t, `document.querySelector("h1").textContent === "Django refused the name django.localhost"`)
	if got := tab.Eval(t, "document.cookie"); got != `""` {
		t.Errorf("the blog has the cookies %s", got)
	}

	// The page says what to add; with that, Django shows its own.
	var line string
	if err := json.Unmarshal([]byte(tab.Eval(t, `document.querySelector("pre code").textContent`)), &line); err != nil {
		t.Fatal(err)
	}
	add(t, settings, line)
	o.shows(t, "django.localhost", "the page of django")
}

// isLocked looks that a page has a padlock.
func (o porter) isLocked(t *testing.T, tab *nettest.Tab) {
	t.Helper()
	tab.Go(t, o.url("vite-shop.localhost"))
	nettest.Heard(t, tab, "Security.visibleSecurityStateChanged", func(l lock) bool { return l.VisibleSecurityState.SecurityState == "secure" })
	page := nettest.Heard(t, tab, "Network.responseReceived", func(r received) bool { return r.Type == "Document" }).Response
	if page.Protocol != "h2" || page.SecurityState != "secure" || page.SecurityDetails.Protocol != "TLS 1.3" || !strings.HasPrefix(page.SecurityDetails.Issuer, "limen local authority") {
		t.Errorf("the browser tells of the page: %+v", page)
	}
}

// isReloaded saves a file of Vite's, and looks that the page gets the part that
// is in it, through its name.
func (o porter) isReloaded(t *testing.T, tab *nettest.Tab, through string, status int, text string) {
	t.Helper()
	tab.Wait(t, `document.getElementById("p").textContent`)
	way := nettest.Heard(t, tab, "Network.webSocketCreated", func(s socket) bool { return strings.HasPrefix(s.URL, through) })
	answer := nettest.Heard(t, tab, "Network.webSocketHandshakeResponseReceived", func(u upgraded) bool { return u.RequestID == way.RequestID })
	if answer.Response.Status != status {
		t.Errorf("%s is answered with %d; want %d", way.URL, answer.Response.Status, status)
	}
	tab.Eval(t, "window.kept = true")
	if err := os.WriteFile(filepath.Join(o.project, "text.js"), []byte("export const text = "+strconv.Quote(text)), 0o644); err != nil {
		t.Fatal(err)
	}
	tab.Wait(t, `document.getElementById("p").textContent === `+strconv.Quote(text))
	if tab.Eval(t, "window.kept") != "true" {
		t.Error("the page was loaded anew")
	}
}

// add adds a line to a file.
func add(t *testing.T, file, line string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err != nil {
		t.Fatal(err)
	}
}
