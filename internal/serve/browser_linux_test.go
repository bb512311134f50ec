package serve

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A shown is a folder that is served to a real browser.
type shown struct {
	dir     string
	address string
	notices chan limen.Notice
	browser *nettest.Chromium
}

// show serves a folder of files, and starts a browser for it.
func show(t *testing.T, files map[string]string) shown {
	t.Helper()
	is := shown{dir: folderOf(t, files), notices: make(chan limen.Notice, 100), browser: nettest.Browser(t)}
	is.address, _ = is.serve(t, "127.0.0.1:0")
	return is
}

// serve serves the folder until stop is called, or the test ends.
func (is shown) serve(t *testing.T, at string) (address string, stop func()) {
	t.Helper()
	s, err := New(Config{Root: is.dir, Reload: true, Quiet: true, Tell: func(item limen.Served) {
		if item.Notice != nil {
			is.notices <- *item.Notice
		}
	}})
	must(t, err)
	l, err := net.Listen("tcp", at)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Serve(ctx, l) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		s.Close()
	})
	t.Cleanup(stop)
	return "http://localhost:" + l.Addr().(*net.TCPAddr).AddrPort().String()[len("127.0.0.1:"):], stop
}

// open opens a page and waits until it is told of changes. It gets a mark that
// a page which is loaded anew does not have.
func (is shown) open(t *testing.T, path string) *nettest.Tab {
	t.Helper()
	tab := is.browser.Open(t, is.address+path)
	ready(t, tab)
	tab.Eval(t, "window.kept = true")
	return tab
}

// ready waits until a page knows the versions of all that it runs.
func ready(t *testing.T, tab *nettest.Tab) {
	t.Helper()
	tab.Wait(t, `document.readyState === "complete" && performance.getEntriesByName(new URL("/_limen/stale", location).href).length > 0`)
}

// keeps fails the test if the page was loaded anew.
func keeps(t *testing.T, tab *nettest.Tab) {
	t.Helper()
	if tab.Eval(t, "window.kept") != "true" {
		t.Errorf("the page was loaded anew\nconsole: %s", tab.Console())
	}
}

func (is shown) write(t *testing.T, name, text string) {
	t.Helper()
	write(t, filepath.Join(is.dir, name), text)
}

const pageOfStyles = `<!doctype html><html lang="en"><title>styles</title><link rel="stylesheet" href="style.css">
<style>@import url("inline.css");</style><p id="p">hello</p><img id="img" src="a.svg"><img id="set" srcset="a.svg 1x, b.svg 2x"><div id="div" style="width: 9px"></div></html>`

func svg(width string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="` + width + `" height="10"/>`
}

func TestStylesAndImagesAreSwappedAndThePageGoesOn(t *testing.T) {
	is := show(t, map[string]string{
		"index.html": pageOfStyles,
		"style.css":  `@import url("imported.css"); p { color: rgb(1, 0, 0) } div { background: url("b.svg") }`, "imported.css": `p { margin-left: 1px }`,
		"inline.css": `p { margin-right: 1px }`,
		"a.svg":      svg("10"), "b.svg": svg("10"),
	})
	tab := is.open(t, "/")
	style := func(name, value string) string { return `getComputedStyle(p).` + name + ` === "` + value + `"` }
	is.write(t, "style.css", `@import url("imported.css"); p { color: rgb(2, 0, 0) } div { background: url("b.svg") }`)
	tab.Wait(t, style("color", "rgb(2, 0, 0)"))
	is.write(t, "style.css", `@import url("imported.css"); p { color: rgb(3, 0, 0) } div { background: url("b.svg") }`)
	tab.Wait(t, style("color", "rgb(3, 0, 0)"))
	is.write(t, "imported.css", `p { margin-left: 2px }`)
	tab.Wait(t, style("marginLeft", "2px"))
	is.write(t, "inline.css", `p { margin-right: 2px }`)
	tab.Wait(t, style("marginRight", "2px"))
	is.write(t, "a.svg", svg("20"))
	tab.Wait(t, "img.naturalWidth === 20")
	is.write(t, "b.svg", svg("20"))
	tab.Wait(t, `getComputedStyle(div).backgroundImage.includes("limen=") && set.srcset.split("limen=").length === 3`)
	tab.Wait(t, `document.querySelectorAll("link").length === 1`)
	keeps(t, tab)
}

const pageOfState = `<!doctype html><html lang="en"><head><title>one</title></head><body>
<h1 class="a">one</h1><div id="made"></div><form><input id="name" value="nobody"><textarea id="text">none</textarea></form>
<details id="more"><summary>more</summary>rest</details><ul><li>a</li><li>b</li><li>c</li></ul>
<script>made.textContent = "by a script"; window.loads = 1</script>
<p style="height: 5000px">long</p><p id="end">end</p></body></html>
`

func TestAPageIsPatchedAndKeepsWhatItsUserDid(t *testing.T) {
	is := show(t, map[string]string{"index.html": pageOfState})
	tab := is.open(t, "/")
	tab.Eval(t, `document.getElementById("name").value = "typed"; text.value = "typed too"; more.open = true; document.getElementById("name").focus(); document.body.dataset.js = "1"; scrollTo(0, 1234); window.item = document.querySelector("li:last-child")`)
	page := strings.NewReplacer("one", "two", `class="a"`, `class="b"`, "<li>a</li>", "<li>new</li><li>a</li>", "<li>b</li>", "", `<p id="end">end`, `<p id="end">The End`, "nobody", "somebody").Replace(pageOfState)
	is.write(t, "index.html", page)
	tab.Wait(t, `document.title === "two"`)
	for expression, want := range map[string]string{
		`document.querySelector("h1").outerHTML`:           `"<h1 class=\"b\">two</h1>"`,
		`document.querySelector("ul").textContent`:         `"newac"`,
		`end.textContent`:                                  `"The End"`,
		`document.getElementById("name").value`:            `"typed"`,
		`text.value`:                                       `"typed too"`,
		`more.open`:                                        `true`,
		`document.activeElement.id`:                        `"name"`,
		`scrollY`:                                          `1234`,
		`made.textContent`:                                 `"by a script"`,
		`document.body.dataset.js`:                         `"1"`,
		`item === document.querySelector("li:last-child")`: `true`,
	} {
		if got := tab.Eval(t, expression); got != want {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
	keeps(t, tab)
	is.write(t, "index.html", pageOfState)
	tab.Wait(t, `document.title === "one"`)
	keeps(t, tab)
}

func TestAScriptThatChangesLoadsThePageAnewWhereItWasScrolledTo(t *testing.T) {
	is := show(t, map[string]string{
		"index.html": `<!doctype html><title>x</title><p style="height: 5000px">long</p><script src="app.js"></script>`, "app.js": "window.version = 1", "unused.js": "1",
	})
	tab := is.open(t, "/")
	tab.Eval(t, "scrollTo(0, 1234)")
	is.write(t, "unused.js", "2") // is none of this page's
	is.write(t, "app.js", "window.version = 2")
	tab.Wait(t, "window.version === 2 && scrollY === 1234")
	if tab.Eval(t, "window.kept === true") != "false" {
		t.Error("the page was not loaded anew, and yet runs the new script")
	}
	ready(t, tab)
	tab.Eval(t, "window.kept = true")
	is.write(t, "index.html", `<!doctype html><title>x</title><script>window.version = 3</script>`)
	tab.Wait(t, "window.version === 3")
}

func TestAPageOfAnotherServerRunCatchesUp(t *testing.T) {
	is := show(t, map[string]string{"index.html": pageOfStyles, "style.css": `p { color: rgb(1, 0, 0) }`, "inline.css": "", "a.svg": svg("1"), "b.svg": svg("1")})
	address, stop := is.serve(t, "127.0.0.1:0")
	is.address = address
	tab := is.open(t, "/")
	stop()
	is.write(t, "style.css", `p { color: rgb(2, 0, 0) }`)
	is.serve(t, "127.0.0.1"+address[strings.LastIndexByte(address, ':'):])
	tab.Wait(t, `getComputedStyle(p).color === "rgb(2, 0, 0)"`)
	keeps(t, tab)
}

func TestAStrictPolicyLetsThePageReload(t *testing.T) {
	is := show(t, map[string]string{"index.html": `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'self'"><title>one</title><p>hello`})
	tab := is.open(t, "/")
	is.write(t, "index.html", `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'self'"><title>two</title><p>hello`)
	tab.Wait(t, `document.title === "two"`)
	keeps(t, tab)
}

func TestWhatAPageFetchesIsAsOnDisk(t *testing.T) {
	is := show(t, map[string]string{"index.html": "<!doctype html><title>x</title>", "part.html": "<!doctype html><p>part"})
	tab := is.open(t, "/")
	if got := tab.Eval(t, `fetch("/part.html").then((res) => res.text())`); got != `"\u003c!doctype html>\u003cp>part"` && got != `"<!doctype html><p>part"` {
		t.Errorf("fetched %s", got)
	}
	if got := tab.Eval(t, "document.compatMode"); got != `"CSS1Compat"` {
		t.Errorf("the page is shown in %s", got)
	}
}

// hoarder is a service worker that never asks again for what it has.
func hoarder(paths string) string {
	return `const keep = async () => (await caches.open("v1")).addAll([` + paths + `]);
self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => event.respondWith(caches.match(event.request).then((res) => res ?? fetch(event.request))));`
}

const pageOfWorker = `<!doctype html><title>x</title><link rel="stylesheet" href="style.css"><p id="p">hello</p>
<script>navigator.serviceWorker.register("/sw.js")</script>`

func TestWhatAServiceWorkerHoldsIsSaid(t *testing.T) {
	is := show(t, map[string]string{"index.html": pageOfWorker, "style.css": `p { color: rgb(1, 0, 0) }`, "sw.js": hoarder(`"/style.css"`)})
	tab := is.open(t, "/")
	tab.Wait(t, "navigator.serviceWorker.controller")
	tab.Go(t, "about:blank")
	is.write(t, "style.css", `p { color: rgb(2, 0, 0) }`)
	tab.Go(t, is.address+"/")
	select {
	case n := <-is.notices:
		if n.What != "style.css in Chrome is older than on disk" || n.Why != "a service worker of this origin holds it" {
			t.Errorf("noticed %+v", n)
		}
	case <-time.After(time.Minute):
		t.Fatalf("nothing was said\nconsole: %s", tab.Console())
	}
}

func TestTheWorkerOfAnotherProjectLetsGo(t *testing.T) {
	is := show(t, map[string]string{"index.html": pageOfWorker, "style.css": "", "sw.js": hoarder(`"/", "/style.css"`)})
	other := shown{dir: folderOf(t, map[string]string{"index.html": "<!doctype html><title>mine</title>"}), notices: is.notices, browser: is.browser}
	address, stop := is.serve(t, "127.0.0.1:0")
	is.address = address
	tab := is.open(t, "/")
	tab.Wait(t, "navigator.serviceWorker.controller")
	tab.Go(t, "about:blank")
	stop()
	other.serve(t, "127.0.0.1"+address[strings.LastIndexByte(address, ':'):])
	// The worker leads its pages to where they are once more, so that this one may be
	// on its way, or end while it is asked: what counts is where that leads.
	// The browser looks for a newer worker when a page is opened; where that failed, as
	// on a busy machine, only the next page has it look again.
	const again = `window.again ??= setTimeout(() => location.reload(), 5000)`
	tab.Eval(t, `void location.assign("`+address+`/")`)
	tab.Wait(t, `document.title === "mine" || (`+again+`, false)`)
	tab.Wait(t, `(`+again+`, navigator.serviceWorker.getRegistrations().then((all) => { window.bare = !all.length }), window.bare)`)
}

func TestASaveReachesTheBrowserSoon(t *testing.T) {
	is := show(t, map[string]string{"index.html": "<!doctype html><title>0</title>"})
	tab := is.open(t, "/")
	tab.Eval(t, `window.seen = 0; window.stream = new EventSource("/_limen/reload"); new Promise((done) => stream.addEventListener("ready", () => {
		stream.addEventListener("change", () => { window.seen = performance.timeOrigin + performance.now() }); done(1); }))`)
	var slowest, sum float64
	const saves = 10
	for range saves {
		tab.Eval(t, "window.seen = 0")
		began := float64(time.Now().UnixNano()) / 1e6
		is.write(t, "data.txt", time.Now().String())
		tab.Wait(t, "window.seen")
		took := parseFloat(t, tab.Eval(t, "window.seen")) - began
		slowest, sum = max(slowest, took), sum+took
	}
	t.Logf("from a save to the browser's event: %.1f ms on average, %.1f ms at most", sum/saves, slowest)
}

func parseFloat(t *testing.T, text string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	must(t, err)
	return f
}
