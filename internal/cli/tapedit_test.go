package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// editVar makes the test program an editor.
const editVar = "LIMEN_TEST_EDITOR"

// playEditor does to a file what the first argument says.
func playEditor(args []string) int {
	file := args[len(args)-1]
	text, err := os.ReadFile(file)
	if err != nil {
		return 1
	}
	switch args[0] {
	case "keep":
	case "empty":
		text = []byte("\n")
	case "change me":
		text = []byte(strings.NewReplacer("ann", "bob", "/api/orders", "/v2/orders", "POST", "PUT", "Content-Type: application/json\n", "X-New: 1\n").Replace(string(text)))
	case "swell":
		text = append(text, bytes.Repeat([]byte("x"), mostSent)...)
	case "spoil":
		text = append([]byte("this is\n"), text...)
	case "fail":
		return 7
	}
	if os.WriteFile(file, text, 0o600) != nil {
		return 1
	}
	return 0
}

func TestAnEditorChangesWhatIsSent(t *testing.T) {
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(editVar, "1")
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // of Unix, and
	t.Setenv("TMP", dir)    // of Windows
	body := []byte(`{"name":"bob"}`)
	for _, c := range []struct {
		how  string
		code int
		says string
		want []op.ReplayIn
	}{
		{"keep", 3, "nothing in the file was changed", nil},
		{"empty", 3, "the file is empty", nil},
		{"spoil", 2, "line 1 is not a method and a path", nil},
		{"swell", 2, "and 4 MiB are sent at most", nil},
		{"fail", 3, "exit status 7", nil},
		{"'change me'", 0, "sent", []op.ReplayIn{{
			ID: "17", Method: "PUT", Path: "/v2/orders?page=2", Body: &body,
			Set: map[string][]string{"Content-Type": {}, "X-New": {"1"}, "Content-Encoding": {}},
		}}},
	} {
		d := newDesk()
		d.vars = map[string]string{"VISUAL": `"` + me + `" ` + c.how, "EDITOR": "not this one"}
		code := d.run(t, "tap", "replay", "17", "--edit")
		if code != c.code || !strings.Contains(d.errs.String(), c.says) {
			t.Errorf("%s: exit %d: %s", c.how, code, d.errs.String())
		}
		if diff := cmp.Diff(c.want, d.replayed); diff != "" {
			t.Errorf("%s asked (-want +got):\n%s", c.how, diff)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 2 {
		t.Fatalf("left are %v; want what was written and not sent, and nothing else", left)
	}
	d := newDesk()
	d.vars = map[string]string{"EDITOR": `"` + me + `" spoil`}
	d.run(t, "tap", "replay", "17", "--edit")
	_, file, _ := strings.Cut(strings.TrimSpace(d.errs.String()), "what was written is still in ")
	file, _, _ = strings.Cut(file, "\n")
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "this is\n") {
		t.Errorf("%q, %v; it says\n%s", text, err, d.errs.String())
	}
}

func TestACommandIsSplitWithoutAShell(t *testing.T) {
	for typed, want := range map[string][]string{
		"vi":                           {"vi"},
		"  code  --wait ":              {"code", "--wait"},
		`"/opt/my editor/e" -x 'a b'c`: {"/opt/my editor/e", "-x", "a bc"},
		`C:\vim\vim.exe ""`:            {`C:\vim\vim.exe`, ""},
		"vi $(reboot); `x` && y":       {"vi", "$(reboot);", "`x`", "&&", "y"},
		`vi "`:                         nil,
		`"" vi`:                        nil,
		" ":                            nil,
	} {
		if got, err := splitWords(typed); !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q is %q, %v; want %q", typed, got, err, want)
		}
	}
}

// What was not changed is read as it was written, whatever was sent.
func FuzzDraft(f *testing.F) {
	f.Add("GET", "/a?b=c", "Accept: x\nCookie: a=b", []byte("{\"a\":1}"), false)
	f.Add("POST", "/", "", []byte("line\n"), false)
	f.Add("PUT", "/", "A:", []byte("\n\n"), true)
	f.Fuzz(func(t *testing.T, method, path, fields string, body []byte, closed bool) {
		_, _ = parseDraft([]byte(fields))
		if !isFieldName(method) || !strings.HasPrefix(path, "/") || strings.Join(strings.Fields(path), "") != path || strings.HasPrefix(method, "#") {
			t.Skip("no request has such a first line")
		}
		before := draft{method: method, path: path, body: body, isClosed: closed}
		if closed {
			before.body = nil
		}
		for line := range strings.Lines(fields) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			if value = strings.TrimSpace(value); isFieldName(name) && !strings.ContainsAny(value, "\r\n") {
				before.fields = append(before.fields, limen.Field{Name: name, Value: value})
			}
		}
		after, err := parseDraft(before.text())
		if err != nil {
			t.Fatalf("%q: %v", before.text(), err)
		}
		in := after.since(before, op.ReplayIn{ID: "1"})
		if in.Method != "" || in.Path != "" || in.Set != nil || in.Body != nil || !bytes.Equal(after.text(), before.text()) {
			t.Fatalf("%q became %+v", before.text(), in)
		}
	})
}
