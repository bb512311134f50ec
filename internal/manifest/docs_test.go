package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reference = "../../docs/limen-toml.md"

func TestTheDocumentedExampleIsReadAndSaysEverything(t *testing.T) {
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(page), "\r\n", "\n")
	_, after, _ := strings.Cut(text, "\n```toml\n")
	example, _, found := strings.Cut(after, "\n```\n")
	if !found {
		t.Fatal("there is no ```toml block in docs/limen-toml.md")
	}
	directory := t.TempDir()
	for name, content := range map[string]string{"limen.toml": example, "web/x": "", ".env.api": "A=b\n"} {
		file := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Read(Options{Directory: directory})
	if err != nil || len(p.Apps) != 5 {
		t.Fatalf("%d apps, %v", len(p.Apps), err)
	}
	for _, k := range documented() {
		if row := "\n| `" + k[0] + "` | " + k[1] + " |\n"; !strings.Contains(text, row) {
			t.Errorf("docs/limen-toml.md lacks the row%s", row)
		}
		if !strings.Contains(example, k[0]) {
			t.Errorf("the example says nothing of %s", k[0])
		}
	}
}

// documented are the words of a limen.toml, and what they say.
func documented() (all [][2]string) {
	for _, k := range projectKeys {
		all = append(all, [2]string{k.name, k.doc})
	}
	for _, k := range appKeys {
		all = append(all, [2]string{k.name, k.doc})
	}
	return all
}

func TestNoOtherWordForAKeyIsAKey(t *testing.T) {
	for _, k := range appKeys {
		for _, name := range k.also {
			for _, other := range appKeys {
				if name == other.name {
					t.Errorf("%q is a key, and said to be another word for %s", name, k.name)
				}
			}
		}
	}
}
