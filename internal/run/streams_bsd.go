//go:build darwin || freebsd

package run

import "os"

// waitable leaves the file as it is: the poller of these systems does not know
// every terminal. Closing it does not wake who reads it; the program's end does.
func waitable(f *os.File) (*os.File, error) { return f, nil }
