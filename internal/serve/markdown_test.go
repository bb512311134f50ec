package serve

import (
	"net/http"
	"strings"
	"testing"
)

const navigating = "Sec-Fetch-Dest: document"

func TestMarkdownIsAPageForNavigationsAndItselfForAllOthers(t *testing.T) {
	const source = "# Title\n\n| a | b |\n|---|:-:|\n| 1 | ~~2~~ |\n\n- [x] done\n\nhttps://example.org\n"
	w := serveWorld(t, Config{}, map[string]string{"a.md": source})
	answer, page := w.ask("GET", "/a.md", "", navigating)
	for _, want := range []string{`<h1 id="title">Title</h1>`, "<table>", `<td align="center">`, "<del>2</del>", `type="checkbox"`, `<a href="https://example.org">`, "<!doctype html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
	if got := answer.Header.Get("Content-Security-Policy"); got != ownPolicy {
		t.Errorf("the page may: %q", got)
	}
	raw, text := w.ask("GET", "/a.md", "")
	if text != source || !strings.HasPrefix(raw.Header.Get("Content-Type"), "text/markdown") {
		t.Errorf("raw: %v\n%s", raw.Header, text)
	}
	if raw.Header.Get("ETag") == answer.Header.Get("ETag") {
		t.Errorf("page and source have the same tag %s", raw.Header.Get("ETag"))
	}
	again, _ := w.ask("GET", "/a.md", "", navigating, "If-None-Match: "+answer.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page again: %s", again.Status)
	}
	head, body := w.ask("HEAD", "/a.md", "", navigating)
	if body != "" || head.ContentLength != int64(len(page)) {
		t.Errorf("HEAD has the length %d; want %d", head.ContentLength, len(page))
	}
}

func TestNothingInADocumentRuns(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"README.md": "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](vbscript:x) ![d](data:text/html,x) <javascript:alert(1)>\n\n[ok](./b.md)",
	})
	for _, path := range []string{"/README.md", "/"} {
		_, page := w.ask("GET", path, "", navigating, "Accept: text/html")
		_, article, _ := strings.Cut(page, "<article>")
		for _, bad := range []string{"<script", "onerror=", `"javascript:`, `"JaVaScRiPt:`, `"vbscript:`, `"data:text`} {
			if strings.Contains(article, bad) {
				t.Errorf("%s has %s:\n%s", path, bad, article)
			}
		}
		if !strings.Contains(article, `<a href="./b.md">ok</a>`) {
			t.Errorf("%s lost a good link:\n%s", path, article)
		}
	}
}

func TestADocumentThatTakesTooLongIsSentAsItIs(t *testing.T) {
	for name, source := range map[string]string{
		"large":  strings.Repeat("word ", mostMarkdown/5+1),
		"quotes": strings.Repeat(">", 1000),
		"lists":  strings.Repeat("- ", 1000),
		"counts": strings.Repeat("1. ", 1000),
	} {
		w := serveWorld(t, Config{}, map[string]string{"a.md": source, "README.md": source})
		if answer, text := w.ask("GET", "/a.md", "", navigating); text != source {
			t.Errorf("%s: %s, %d bytes", name, answer.Header.Get("Content-Type"), len(text))
		}
		if _, page := w.ask("GET", "/", "", navigating, "Accept: text/html"); strings.Contains(page, "<article>") {
			t.Errorf("%s: the listing has it", name)
		}
	}
	for name, source := range map[string]string{
		"rule": strings.Repeat("-", 500), "starred rule": strings.Repeat("* ", 50), "deep": strings.Repeat("  ", 200) + "- x",
		"quote": ">>> a\n>> b", "image": "![x](data:image/png;base64," + strings.Repeat("A", 9999) + ")",
	} {
		if isTooDeep([]byte(source)) {
			t.Errorf("%s is said to be too deep", name)
		}
	}
}

func FuzzMarkdownKeepsItsPlace(f *testing.F) {
	for _, s := range []string{"# a", "</article><script>", "[a](javascript:x)", "```\n</pre>", "| a |\n|-|\n| <b> |", "\x00<", "<!--", "![a](\"onerror=x)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if isTooDeep([]byte(source)) || len(source) > 4096 {
			return
		}
		var b strings.Builder
		if err := renderPage(&b, "/a.md", []byte(source)); err != nil {
			return
		}
		onlyTame(t, b.String(), source)
	})
}
