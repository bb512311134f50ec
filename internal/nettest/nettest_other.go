//go:build !linux

package nettest

import (
	"errors"
	"net/netip"
	"os"
	"syscall"
	"testing"
)

// What follows stands in for the other half of the package on systems where
// it does not exist yet.

var errOtherSystem = errors.New("limen's test fixtures know Linux only")

func enter() (int, error) { return 0, errOtherSystem }

func raiseLoopback() error { return errOtherSystem }

func report(error) int { return 1 }

func namespace() string { return "unknown" }

func isRoot() bool { return false }

func needSockets(t testing.TB, _ ...Spec) {
	t.Helper()
	Skip(t, errOtherSystem.Error())
}

func (Spec) open() (*Socket, error) { return nil, errOtherSystem }

func lifeAttr(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

func become(int) error { return errOtherSystem }

func openProcess(int) (*os.File, error) { return nil, errOtherSystem }

func awaitEnd(*os.File) {}

func dropAmbient(testing.TB) {}

// A Network is a network namespace, which this system does not have.
type Network struct{}

// Namespace skips the test.
func Namespace(t testing.TB) *Network {
	t.Helper()
	needSockets(t)
	return nil
}

// Do calls f.
func (*Network) Do(f func()) { f() }

// Enter skips the test.
func Enter(t testing.TB) { t.Helper(); needSockets(t) }

// Address skips the test.
func Address(t testing.TB, prefix string) netip.Addr {
	t.Helper()
	needSockets(t)
	return netip.Addr{}
}
