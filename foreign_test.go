package limen_test

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestANameCannotPassForMoreThanAName(t *testing.T) {
	for name, want := range map[string]string{
		"node server.js":   "node server.js",
		"":                 `""`,
		"nginx (pid 1)":    `"nginx (pid 1)"`,
		"a and b":          `"a and b"`,
		"maybe sshd":       `"maybe sshd"`,
		"probably sshd":    `"probably sshd"`,
		"hidden":           `"hidden"`,
		"shop @main":       `"shop @main"`,
		"x  9090":          `"x  9090"`,
		` x`:               `" x"`,
		`quoted"`:          `"quoted\""`,
		"zsh > node":       `"zsh > node"`,
		"nginx +4 workers": `"nginx +4 workers"`,
	} {
		if got := limen.Unmistakable(name); got != want {
			t.Errorf("Unmistakable(%q) = %s, want %s", name, got, want)
		}
	}
}
