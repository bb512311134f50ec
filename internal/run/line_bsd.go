//go:build darwin || freebsd

package run

// What line_unix.go needs of this system: nothing. The runtime of Go keeps
// SIGPIPE from ending a program for any descriptor above 2 (os/signal).
const (
	noSignal    = 0
	closeOnExec = 0
)
