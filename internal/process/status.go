package process

import (
	"bytes"
	"strconv"
)

// parseInnerPID reads the line NSpid of /proc/PID/status: the process's number
// in each pid namespace it is in, outermost first. It returns the last, or 0
// if there is only one. The kernel writes the newlines of a name as \n
// (proc_task_name in fs/proc/array.c), so no process can forge a line.
func parseInnerPID(status []byte) int {
	_, line, ok := bytes.Cut(status, []byte("\nNSpid:"))
	if !ok {
		return 0 // before Linux 4.1
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	last := bytes.LastIndexByte(line, '\t') // a tab stands before each
	if last < 1 {
		return 0
	}
	n, err := strconv.Atoi(string(line[last+1:]))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// innerPID returns the process's number in the innermost pid namespace it is
// in, or 0 if that is the one procfs shows. Status costs the kernel more than any
// other file read here, so the link to the namespace is asked first; of
// another user's process it is hidden, and status is not.
func (r *Reader) innerPID(d dir, buf *scratch) int {
	if own := r.theMachine().namespace; own != "" {
		if n, err := d.link("ns/pid", buf[:]); err == nil && string(buf[:n]) == own {
			return 0
		}
	}
	return parseInnerPID(d.whole("status", buf))
}
