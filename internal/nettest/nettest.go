// Package nettest gives tests a network of their own, and small real programs
// that hold ports in it.
//
// A package opts in with
//
//	func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }
//
// Its tests then run in a network namespace where nothing listens but what
// they start, so that ports can be fixed and answers compared whole. Where the
// system forbids it they run on the real network, and [Private] says so.
//
// Sockets of the test itself come from [Listen], [Bind], [Connect] and
// [TimeWait]; a [Program] holds them in another process. All end with the test
// that asked for them, and with the test binary however it ends.
//
// What starts processes or changes namespaces ties the calling goroutine to
// its thread until the test ends, so call it from the test's own goroutine.
package nettest

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// stageVar says how far on its way into a private network a test binary is: a
// word, and what goes with it. It is a variable of the environment because a
// fuzzing test binary starts itself again, and that one is already there. It
// is not set where go test, or a person, starts the binary.
const stageVar = "LIMEN_NETTEST"

// The words of stageVar.
const (
	arriving = "arriving" // and the real network, as namespace names it
	isThere  = "private"  // and the real network, so that a stray variable convinces nobody there
	isReal   = "real"     // and the reason
)

func stage() (word, detail string) {
	word, detail, _ = strings.Cut(os.Getenv(stageVar), " ")
	return word, detail
}

func setStage(word, detail string) { os.Setenv(stageVar, word+" "+detail) }

// Main runs the tests of m in a private network and returns the exit code. It
// is also where a test binary becomes a [Program], if it was started as one.
func Main(m *testing.M) int {
	if isProgram() {
		// Not by os.Exit, before which a binary that was built for coverage
		// writes a file, and one that looks for races waits a second.
		syscall.Exit(play())
	}
	heed()
	word, detail := stage()
	switch {
	case word == arriving:
		err := raiseLoopback()
		if code := report(err); code != 0 {
			return code
		}
		setStage(isThere, detail)
		return m.Run()
	case word == isReal, Private():
		return m.Run()
	}
	code, err := enter()
	if err != nil {
		setStage(isReal, err.Error())
		return m.Run()
	}
	return code
}

// Private reports whether the tests run in a network of their own.
func Private() bool {
	word, real := stage()
	return word == isThere && real != namespace()
}

// Why says why the network is not private. It is empty if it is.
func Why() string {
	word, detail := stage()
	switch {
	case Private():
		return ""
	case word == isReal:
		return detail
	}
	return "the package's TestMain does not call nettest.Main"
}

// NeedPrivate skips the test if its network is not its own.
func NeedPrivate(t testing.TB) {
	t.Helper()
	if !Private() {
		Skip(t, "needs a private network: "+Why())
	}
}
