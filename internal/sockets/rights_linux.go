package sockets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// bpfRights are what the kernel asks of who loads and attaches a program that
// looks into its structs (bpf_prog_load of kernel/bpf/syscall.c).
// CAP_SYS_ADMIN stands for each of them.
var bpfRights = []struct {
	name string
	bit  int
}{
	{"CAP_BPF", unix.CAP_BPF},
	{"CAP_PERFMON", unix.CAP_PERFMON},
}

// explain says in words why a program of ours could not be used in the kernel,
// and what would help.
func explain(err error) error {
	r := &refusal{err: err, why: err.Error()}
	switch lacking := missingRights(); {
	case errors.Is(err, fs.ErrNotExist):
		r.why = "the kernel does not describe its types: there is no " + typesFile
		r.next = "use a kernel built with CONFIG_DEBUG_INFO_BTF, and have /sys mounted"
	case errors.Is(err, errBTF):
		r.why = fmt.Sprintf("the kernel describes its types in a way that limen does not know: %v", err)
	case errors.Is(err, errInnerNamespace):
		r.next = "run limen on the host"
	case errors.Is(err, unix.ENOSYS):
		r.why = "this kernel has no bpf(2), or a seccomp filter hides it"
	case !errors.Is(err, fs.ErrPermission) || errors.As(err, new(*fs.PathError)): // a file's own words say enough
	case len(lacking) > 0 && os.Geteuid() != 0:
		r.why = "bpf(2) was refused: this process lacks " + strings.Join(lacking, " and ")
		r.next = "run the same command with sudo"
	case len(lacking) > 0:
		r.why = "bpf(2) was refused: this process lacks " + strings.Join(lacking, " and ")
		r.next = "give it them, such as by docker run --cap-add"
	case isFiltered():
		r.why = "bpf(2) was refused, most likely by the seccomp filter that this process runs under: it has the capabilities"
		r.next = "run limen outside of the container or sandbox"
	default:
		r.why = "bpf(2) was refused although this process has the capabilities"
		r.next = "cat /sys/kernel/security/lockdown, and look at the rules of the security module"
	}
	return r
}

// missingRights returns the names of those of bpfRights that the calling thread
// lacks. They are rights of a thread, not of a process (capabilities(7)).
func missingRights() (names []string) {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // the lower and the upper 32
	if unix.Capget(&head, &data[0]) != nil {
		return nil
	}
	has := func(bit int) bool { return data[bit/32].Effective&(1<<(bit%32)) != 0 }
	for _, right := range bpfRights {
		if !has(right.bit) && !has(unix.CAP_SYS_ADMIN) {
			names = append(names, right.name)
		}
	}
	return names
}

// isFiltered reports whether the calling thread's system calls pass a filter
// (SECCOMP_MODE_FILTER of include/uapi/linux/seccomp.h).
func isFiltered() bool {
	mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return err == nil && mode == unix.SECCOMP_MODE_FILTER
}
