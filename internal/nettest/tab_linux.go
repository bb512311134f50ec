package nettest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A Tab is a page in a browser.
type Tab struct {
	browser *Chromium
	session string

	// Guarded by the browser's lock.
	console []string // what its scripts wrote and threw
	domains []string // of the protocol, whose events are kept
	heard   []reply  // these events
}

type object = map[string]any

// Open opens an address in a tab of its own. It does not wait for more than
// that the browser goes there.
func (c *Chromium) Open(t testing.TB, url string) *Tab {
	t.Helper()
	var target struct{ TargetID string }
	c.must(t, c.ask("", "Target.createTarget", object{"url": "about:blank"}, &target))
	var attached struct{ SessionID string }
	c.must(t, c.ask("", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached))
	tab := &Tab{browser: c, session: attached.SessionID}
	c.mu.Lock()
	c.tabs[tab.session] = tab
	c.mu.Unlock()
	c.must(t, c.ask(tab.session, "Runtime.enable", nil, nil))
	tab.Go(t, url)
	return tab
}

func (c *Chromium) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Go leads the tab to another address, as if it were typed.
func (tab *Tab) Go(t testing.TB, url string) {
	t.Helper()
	var went struct{ ErrorText string }
	tab.browser.must(t, tab.browser.ask(tab.session, "Page.navigate", object{"url": url}, &went))
	if went.ErrorText != "" {
		t.Fatalf("%s: %s", url, went.ErrorText)
	}
}

// Eval returns the value of an expression of JavaScript, as it is in JSON. If
// it is a promise, Eval waits for what comes of it.
func (tab *Tab) Eval(t testing.TB, expression string) string {
	t.Helper()
	value, err := tab.eval(expression)
	if err != nil {
		t.Fatalf("%s: %v\nconsole: %s", expression, err, tab.Console())
	}
	return value
}

func (tab *Tab) eval(expression string) (string, error) {
	var is struct {
		Result struct {
			Value json.RawMessage
		}
		ExceptionDetails json.RawMessage
	}
	err := tab.browser.ask(tab.session, "Runtime.evaluate", object{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}, &is)
	if err == nil && is.ExceptionDetails != nil {
		err = fmt.Errorf("it throws %s", is.ExceptionDetails)
	}
	return string(is.Result.Value), err
}

// Wait waits until an expression is true. It may be asked in several pages, as
// the tab goes from one to the next.
func (tab *Tab) Wait(t testing.TB, expression string) {
	t.Helper()
	// The page itself looks, again and again for a while.
	look := fmt.Sprintf(`new Promise((done) => {
		const look = (rest) => { let is; try { is = %s; } catch {} is || rest < 1 ? done(!!is) : setTimeout(look, 5, rest - 1); };
		look(40);
	})`, expression)
	for end := time.Now().Add(browserPatience); time.Now().Before(end); {
		if value, err := tab.eval(look); err == nil && value == "true" {
			return
		}
	}
	page, _ := tab.eval("document.documentElement.outerHTML.slice(0, 2000)")
	t.Fatalf("never became true: %s\npage: %s\nconsole: %s", expression, page, tab.Console())
}

// Console is what the scripts of the tab's pages wrote to the console and threw.
func (tab *Tab) Console() string {
	tab.browser.mu.Lock()
	defer tab.browser.mu.Unlock()
	return strings.Join(tab.console, "\n")
}

// Listen keeps what the browser tells of the tab from now on, in a domain of its
// protocol such as Network.
func (tab *Tab) Listen(t testing.TB, domain string) {
	t.Helper()
	tab.browser.mu.Lock()
	tab.domains = append(tab.domains, domain)
	tab.browser.mu.Unlock()
	tab.browser.must(t, tab.browser.ask(tab.session, domain+".enable", nil, nil))
}

// Heard waits until the browser has told an event of the tab that is as wanted,
// and fails the test if it does not. What is told is written into a value of E
// for each.
func Heard[E any](t testing.TB, tab *Tab, method string, want func(E) bool) E {
	t.Helper()
	var told []string
	for end := time.Now().Add(browserPatience); time.Now().Before(end); {
		told = nil
		tab.browser.mu.Lock()
		heard := tab.heard
		tab.browser.mu.Unlock()
		for _, r := range heard {
			if r.Method != method {
				continue
			}
			var e E
			tab.browser.must(t, json.Unmarshal(r.Params, &e))
			if want(e) {
				return e
			}
			told = append(told, string(r.Params))
		}
		tab.Eval(t, "new Promise((done) => setTimeout(done, 5))")
	}
	t.Fatalf("%s was never told as wanted, but %s", method, told)
	panic("not reached")
}
