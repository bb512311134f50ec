package nettest

import (
	"os"
	"os/exec"
	"testing"
)

// Strict reports whether a skipped test counts as a failed one, as it does
// with LIMEN_TEST=strict, so that no skip can hide.
func Strict() bool { return os.Getenv("LIMEN_TEST") == "strict" }

// Skip skips the test, for a reason that names what is missing. It fails the
// test if [Strict] says so.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if Strict() {
		t.Fatalf("skipped, which LIMEN_TEST=strict forbids: %s", reason)
	}
	t.Skip(reason)
}

// Need returns the path of a program, and skips the test if this machine does
// not have it.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Skip(t, "needs the program "+program)
	}
	return path
}

// NeedRoot skips the test if it may not become any user it likes.
func NeedRoot(t testing.TB) {
	t.Helper()
	if !isRoot() {
		Skip(t, "needs root, with every user number within reach")
	}
}
