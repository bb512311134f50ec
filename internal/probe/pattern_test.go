package probe

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What is compiled late must not fail late.
func TestEveryPatternCompiles(t *testing.T) {
	made := regexp.MustCompile("newPattern\\((?:`([^`]*)`|(.))")
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if strings.HasPrefix(file, "pattern") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range made.FindAllStringSubmatch(string(text), -1) {
			if n++; m[2] != "" {
				t.Errorf("%s: a pattern is not written between backquotes, so nobody has compiled it", file)
			}
			if _, err := regexp.Compile(m[1]); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d patterns were found", n)
	}
}
