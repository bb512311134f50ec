package process

import "strings"

// A program is what a process runs.
type program struct {
	name       string
	executable string
	deleted    bool
	command    []string
	cut        bool
}

// program reads what the process runs. Kernel threads, and processes that
// have ended and were not yet waited for, have only a name.
func (d dir) program(s stat, buf *scratch) (p program) {
	p.executable, p.deleted, _ = d.file("exe", buf)
	if n, err := d.read("cmdline", buf[:]); err == nil {
		p.command, p.cut = splitCommand(buf[:n], commandLimit)
	}
	p.name = nameOf(p.executable, p.command, s.comm)
	return p
}

// file returns the path behind a link of procfs, and whether what the link
// means is no longer at that path.
func (d dir) file(name string, buf *scratch) (path string, deleted bool, err error) {
	n, err := d.link(name, buf[:])
	if err != nil {
		return "", false, err
	}
	path = string(buf[:n])
	if cut, marked := strings.CutSuffix(path, deletedMark); marked && !d.isAt(name, path) {
		return cut, true, nil
	}
	return path, false, nil
}

// deletedMark is what the kernel appends to the path of a file that was
// removed or replaced (d_path in fs/d_path.c). A file's own name can end so too.
const deletedMark = " (deleted)"
