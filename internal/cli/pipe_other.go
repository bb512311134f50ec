//go:build !windows

package cli

import "syscall"

// pipeGone is what writing says when the reader has gone (write(2)).
var pipeGone = []error{syscall.EPIPE}
