package manifest

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestMessagesNeverHoldWhatAFileOfVariablesHolds(t *testing.T) {
	golden, err := os.ReadFile("testdata/secrets.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files, want, _ := strings.Cut(string(golden), "-- want --")
	if !strings.Contains(files, "hunter2") || strings.Contains(want, "hunter") {
		t.Errorf("a secret is told:\n%s", want)
	}
}

// FuzzEnvFile holds that a value in double quotes comes back as it was, and
// that no message tells a word of the file but names.
func FuzzEnvFile(f *testing.F) {
	f.Add("KEY=value\nexport A='b' # c\nM=\"a\nb\"")
	f.Add("-----BEGIN KEY-----\nMII/+==\n")
	f.Add("A=\"")
	f.Fuzz(func(t *testing.T, s string) {
		var m mistakes
		for _, v := range parseEnvFile(".env", s, &m) {
			if !isVariable(v.name) || strings.IndexByte(v.value, 0) >= 0 {
				t.Fatalf("%q", v)
			}
		}
		for _, one := range m.all {
			name, known := strings.CutPrefix(one.why, "the value of ")
			name, _, _ = strings.Cut(name, " ")
			if known && !isVariable(name) {
				t.Fatalf("%q tells what is no name", one.why)
			}
		}
		if strings.ContainsAny(s, "\x00\r") || strings.HasPrefix(s, "\ufeff") {
			return
		}
		var none mistakes
		quoted := "K=\"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + "\" # end\nL=1"
		if got := parseEnvFile(".env", quoted, &none); !slices.Equal(got, variables{{"K", s}, {"L", "1"}}) {
			t.Fatalf("%s: %q, %v", strconv.Quote(quoted), got, none.all)
		}
	})
}
