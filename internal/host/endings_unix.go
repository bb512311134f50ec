//go:build unix

package host

import (
	"os"
	"syscall"
)

// endings are the signals that ask a program to end.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// hasOtherUse reports whether a program may well take a signal that ends others for a
// wish of another kind: to read its settings anew, to write down what it does.
func hasOtherUse(s os.Signal) bool { return s == syscall.SIGHUP || s == syscall.SIGQUIT }

// resized is the signal that tells of a new size of the terminal.
var resized os.Signal = syscall.SIGWINCH

// signals are those by which an app can be asked to end, by their names.
var signals = map[string]os.Signal{
	"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP, "SIGQUIT": syscall.SIGQUIT,
	"SIGUSR1": syscall.SIGUSR1, "SIGUSR2": syscall.SIGUSR2, "SIGKILL": syscall.SIGKILL,
}

func signalOf(name string) os.Signal { return signals[name] }
