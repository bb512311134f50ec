package view

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestTheDocumentedJSONIsReal(t *testing.T) {
	const file = "../../docs/cli.md"
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := machine()
	s.Listeners = s.Listeners[:1]
	var verdict strings.Builder
	if err := Verdicts(&verdict, []limen.Verdict{taken(3000, causes()["listener"])}, JSON, Options{}); err != nil {
		t.Fatal(err)
	}
	is := string(was)
	for i, real := range []string{write1(t, s, JSON, Options{}), verdict.String()} {
		is = replaceBlock(t, is, i, real)
	}
	switch {
	case is == string(was):
	case *update:
		if err := os.WriteFile(file, []byte(is), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("docs/cli.md is stale; go test ./internal/view/ -update (-want +got):\n%s", cmp.Diff(is, string(was)))
	}
}

// replaceBlock puts text into the block of JSON number n of a Markdown page.
func replaceBlock(t *testing.T, page string, n int, text string) string {
	t.Helper()
	const begin, end = "```json\n", "```\n"
	parts := strings.SplitAfter(page, begin)
	if n+1 >= len(parts) {
		t.Fatalf("the page has %d blocks of JSON, want %d", len(parts)-1, n+1)
	}
	_, after, _ := strings.Cut(parts[n+1], end)
	parts[n+1] = text + end + after
	return strings.Join(parts, "")
}
