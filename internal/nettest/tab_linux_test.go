package nettest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestABrowserShowsAPageAndSaysWhatItIs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!doctype html><title>%s</title><script>setTimeout(() => { window.late = 1 }, 50); console.log("a word")</script>`, r.URL.Path)
	}))
	defer server.Close()
	browser := Browser(t)
	one, two := browser.Open(t, server.URL+"/one"), browser.Open(t, server.URL+"/two")
	one.Wait(t, "late === 1")
	two.Wait(t, "late === 1")
	for tab, want := range map[*Tab]string{one: `"/one"`, two: `"/two"`} {
		if got := tab.Eval(t, "document.title"); got != want {
			t.Errorf("the title is %s, want %s", got, want)
		}
		if got := tab.Eval(t, "new Promise((done) => setTimeout(done, 1, [1, {a: null}]))"); got != `[1,{"a":null}]` {
			t.Errorf("the value is %s", got)
		}
	}
	one.Go(t, server.URL+"/three")
	one.Wait(t, `document.title === "/three"`)
	if one.Console() == "" {
		t.Error("what the page said is lost")
	}
}
