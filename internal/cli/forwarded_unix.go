//go:build unix

package cli

import (
	"os"
	"syscall"
)

// forwarded are the signals that limen hands on to the program it runs.
var forwarded = []os.Signal{
	os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
	syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH,
}
