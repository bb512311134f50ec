package serve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

func TestASearchFindsWhatHasAllWordsBelowTheFolder(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"Invoice.pdf": "", "2024/invoice-1.pdf": "", "2024/notes.txt": "", "2024/sub/INVOICE 2.txt": "", "2025/invoice.pdf": "",
		".hidden/invoice.pdf": "", "2024/.invoice": "",
	})
	for query, want := range map[string][]string{
		"/?q=invoice":           {"2024/invoice-1.pdf", "2024/sub/INVOICE 2.txt", "2025/invoice.pdf", "Invoice.pdf"},
		"/?q=2024+invoice":      {"2024/invoice-1.pdf", "2024/sub/INVOICE 2.txt"},
		"/2024/?q=invoice":      {"invoice-1.pdf", "sub/INVOICE 2.txt"},
		"/?q=2024":              {"2024"}, // and not all that is in it
		"/?q=invoice+-x":        nil,
		"/?q=sub%2Finvoice":     nil, // words are sought in names
		"/?q=invoice&sort=time": {"", "", "", ""},
	} {
		got := w.list(query)
		if want != nil && want[0] == "" {
			if len(got.Entries) != len(want) {
				t.Errorf("GET %s: %q", query, got.names())
			}
			continue
		}
		if !slices.Equal(got.names(), want) {
			t.Errorf("GET %s: %q; want %q", query, got.names(), want)
		}
	}
	got := w.list("/?q=invoice")
	if got.Ending.LeftOut.Hidden != 2 {
		t.Errorf("the search leaves out %+v", got.Ending.LeftOut)
	}
	if answer, _ := w.ask("GET", "/"+strings.TrimPrefix(got.Entries[1].Href, "./"), ""); answer.StatusCode != 200 {
		t.Errorf("what was found at %s: %s", got.Entries[1].Href, answer.Status)
	}
	if _, page := w.ask("GET", "/?q=%22%3E%3Cscript%3E", ""); strings.Contains(page, "<script>") || !strings.Contains(page, "nothing found") {
		t.Errorf("the page of a search for markup:\n%s", page)
	}
}

func TestASearchThatIsCutSaysSo(t *testing.T) {
	files := map[string]string{}
	for i := range mostFound + 5 {
		files[fmt.Sprintf("d%d/hit%d", i%7, i)] = ""
	}
	w := serveWorld(t, Config{}, files)
	got := w.list("/?q=hit")
	if len(got.Entries) != mostFound || !slices.Equal(got.Ending.Notes, []string{errFoundMost.Error()}) {
		t.Errorf("%d found, with the notes %q", len(got.Entries), got.Ending.Notes)
	}
	if got := w.list("/?q=hit+d1"); len(got.Ending.Notes) != 0 {
		t.Errorf("a search that saw all has the notes %q", got.Ending.Notes)
	}
}

func TestASearchOutOfTimeSaysSo(t *testing.T) {
	late, cancel := context.WithTimeoutCause(t.Context(), -1, errTookMost)
	defer cancel()
	if got := whyCut(late, late.Err()); got != errTookMost.Error() {
		t.Errorf("a search out of time says %q", got)
	}
}

func TestAWalkEndsWhereLinksGoInCirclesAndFoldersGoDeep(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(append([]string{dir}, slices.Repeat([]string{"d"}, mostDeep+5)...)...)
	if err := os.MkdirAll(deep, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "d", "up")); err != nil {
		nettest.Skip(t, "this system makes no links: "+err.Error())
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	seen := 0
	w := walk{visit: func(_ *os.Root, at string, _ os.DirEntry) error { seen++; return nil }}
	if err := w.folder(t.Context(), root, "", 0); err != nil {
		t.Fatal(err)
	}
	if seen != mostDeep+1 || w.left.Deep != 1 {
		t.Errorf("saw %d names, left out %+v", seen, w.left)
	}
}
