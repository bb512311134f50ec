package serve

import (
	"strconv"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// focused is the text of what the keyboard is at.
const focused = `document.activeElement.textContent || document.activeElement.tagName`

// hit hits keys one after the other.
func hit(t *testing.T, tab *nettest.Tab, keys ...string) {
	t.Helper()
	for _, key := range keys {
		tab.Eval(t, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", bubbles: true, cancelable: true})), ""`)
	}
}

func TestTheKeyboardGoesThroughAListing(t *testing.T) {
	browser := nettest.Browser(t)
	w := serveWorld(t, Config{}, map[string]string{"sub/deep/x": "", "a.txt": "", "b.txt": ""})
	tab := browser.Open(t, w.url+"/")
	tab.Wait(t, `document.readyState == "complete" && getComputedStyle(document.body).maxWidth != "none"`)
	for _, c := range []struct{ keys, want string }{
		{"ArrowDown", "sub/"}, {"ArrowDown j", "b.txt"}, {"ArrowDown", "b.txt"}, {"k", "a.txt"}, {"Home", "sub/"}, {"End", "b.txt"}, {"PageUp", "sub/"}, {"/", "INPUT"},
	} {
		hit(t, tab, strings.Fields(c.keys)...)
		if got := tab.Eval(t, focused); got != strconv.Quote(c.want) {
			t.Errorf("after %s the keyboard is at %s; want %q", c.keys, got, c.want)
		}
	}
	hit(t, tab, "j")
	if got := tab.Eval(t, focused); got != `"INPUT"` {
		t.Errorf("typing a search moves the keyboard to %s", got)
	}
	tab.Go(t, w.url+"/sub/deep/")
	tab.Wait(t, `document.readyState == "complete" && location.pathname == "/sub/deep/"`)
	hit(t, tab, "Backspace")
	tab.Wait(t, `location.pathname == "/sub/"`)
}

func TestABrowserDropsTheRestOfAFile(t *testing.T) {
	browser := nettest.Browser(t)
	w := serveDrops(t, Drop{Files: 2}, nil)
	tab := browser.Open(t, w.url+w.link)
	tab.Wait(t, `document.readyState == "complete"`)
	// Some of the file came before; the page asks, and sends the rest.
	w.wantAnswer(204, "", "PATCH", "a%20b.txt", "one", "Upload-Offset: 0", "Upload-Length: 6", "Upload-Key: 6-1000")
	tab.Eval(t, `{
		const files = new DataTransfer();
		files.items.add(new File(["XXXtwo"], "a b.txt", {lastModified: 1000}));
		input.files = files.files;
		input.dispatchEvent(new Event("change"));
	}; ""`)
	tab.Wait(t, `said.textContent.includes("came as a b.txt")`)
	tab.Wait(t, `!input.disabled`)
	tab.Eval(t, `{
		const files = new DataTransfer();
		files.items.add(new File([], "empty.txt"));
		files.items.add(new File(["late"], "late.txt"));
		dispatchEvent(new DragEvent("drop", {dataTransfer: files, cancelable: true}));
	}; ""`)
	tab.Wait(t, `said.textContent.includes("not good any more")`)
	w.wantHas("a b.txt=onetwo", "empty.txt=")
}
