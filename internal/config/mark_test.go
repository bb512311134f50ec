package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAMarkIsTheSameAsLongAsTheFilesSayTheSame(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	files := []string{first, second}
	marks := map[string]string{}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"there is none", func() error { return nil }},
		{"one is there", func() error { return os.WriteFile(first, []byte("[names]\n"), 0o600) }},
		{"it says something else", func() error { return os.WriteFile(first, []byte("[scan]\n"), 0o600) }},
		{"the other one says it", func() error { return os.Rename(first, second) }},
		{"one cannot be read", func() error { return os.Mkdir(first, 0o700) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		mark := Mark(files)
		if again := Mark(files); again != mark {
			t.Errorf("%s: %q, and then %q", step.what, mark, again)
		}
		if before, isKnown := marks[mark]; isKnown {
			t.Errorf("%q is both %s and %s", mark, before, step.what)
		}
		marks[mark] = step.what
	}
}
