//go:build !unix

package host

import (
	"os"
	"syscall"
)

// endings are the signals that ask a program to end.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM}

// hasOtherUse reports whether a program may take a signal for something else.
func hasOtherUse(os.Signal) bool { return false }

// resized is nil: the console tells of a new size in other ways.
var resized os.Signal

// signalOf is nil for every name: there is one way to ask here.
func signalOf(string) os.Signal { return nil }
