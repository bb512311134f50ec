package limen_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// .ci/run finds the fuzz targets by itself, with grep; this holds what it finds
// against what the parser finds, so that none is ever left out.
func TestEveryFuzzTargetIsRunByCI(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		skip(t, "bash is missing, which .ci/run is written in")
	}
	out, err := exec.CommandContext(t.Context(), bash, ".ci/run", "--targets").Output()
	if err != nil {
		t.Fatalf(".ci/run --targets: %v", err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	var want []string
	for _, p := range readTree(t, os.DirFS(".")).packages {
		for _, name := range p.tests("Fuzz") {
			dir := "./" + p.dir
			if p.dir == "." {
				dir = "."
			}
			want = append(want, dir+" "+name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fuzz targets (-declared +run):\n%s", diff)
	}
}

// skip skips a test, and fails it where every skip is a failure. Other packages
// have nettest for this; the root's tests import nothing of internal, so that
// they can say what is wrong with a tree that does not compile.
func skip(t *testing.T, missing string) {
	t.Helper()
	if os.Getenv("LIMEN_TEST") == "strict" {
		t.Fatal(missing)
	}
	t.Skip(missing)
}
