package cli

import "syscall"

// pipeGone is what writing says when the reader has gone: ERROR_BROKEN_PIPE
// and ERROR_NO_DATA, "the pipe is being closed" (winerror.h).
var pipeGone = []error{syscall.ERROR_BROKEN_PIPE, syscall.Errno(232)}
