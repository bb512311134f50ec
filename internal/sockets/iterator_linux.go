package sockets

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Everything here speaks bpf(2) directly. A library would first build the
// kernel's whole type information, which takes ten times as long as the
// question itself; ours walks over it (btf.go) and loads by number.

// typesFile is where the kernel describes its types, since Linux 5.4 and with
// CONFIG_DEBUG_INFO_BTF.
const typesFile = "/sys/kernel/btf/vmlinux"

// holding is one descriptor of a socket, as the iterator's program writes it.
type holding struct {
	pid        uint32 // in the first PID namespace
	descriptor uint32 // of a thread, if that has its own
	start      uint64 // of the process, not of a thread: nanoseconds since boot
	socket     uint64 // the inode's number
}

const holdingSize = int(unsafe.Sizeof(holding{}))

// iterate calls do for every descriptor of every process that is a socket, in
// one read of a task_file iterator (kernel/bpf/task_iter.c, since Linux 5.8).
// It returns an error wrapping errors.ErrUnsupported where the kernel, our
// rights or our namespaces do not allow it.
func iterate(ctx context.Context, do func(holding)) error {
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		return fmt.Errorf("%w: programs are only assembled for little-endian machines", errors.ErrUnsupported)
	}
	if err := firstNamespaces(); err != nil {
		return explain(err)
	}
	insns, target, err := buildIterator()
	if err != nil {
		return explain(err)
	}
	iter, err := openIterator(insns, target)
	if err != nil {
		return explain(fmt.Errorf("bpf(2): %w", err))
	}
	defer unix.Close(iter)
	buf := make([]byte, 64<<10) // the kernel gives at most eight pages at once
	for ctx.Err() == nil {
		n, err := unix.Read(iter, buf)
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
			continue
		case err != nil:
			return err
		case n == 0:
			return nil
		case n%holdingSize != 0:
			return fmt.Errorf("the iterator wrote %d bytes, which is no whole number of rows", n)
		}
		for at := 0; at < n; at += holdingSize {
			do(holding{
				pid:        binary.NativeEndian.Uint32(buf[at:]),
				descriptor: binary.NativeEndian.Uint32(buf[at+4:]),
				start:      binary.NativeEndian.Uint64(buf[at+8:]),
				socket:     binary.NativeEndian.Uint64(buf[at+16:]),
			})
		}
	}
	return ctx.Err()
}

// errInnerNamespace says that the kernel counts differently from this process.
var errInnerNamespace = errors.New("the kernel's numbers of processes are not those known here")

// firstNamespaces refuses where the numbers that the kernel writes are not
// those we know processes by: PIDs and start times are those of the first
// namespaces (PROC_PID_INIT_INO and PROC_TIME_INIT_INO of
// include/linux/proc_ns.h).
func firstNamespaces() error {
	for name, first := range map[string]string{"pid": "pid:[4026531836]", "time": "time:[4026531834]"} {
		if now, err := os.Readlink("/proc/self/ns/" + name); err == nil && now != first {
			return fmt.Errorf("%w: it is not the first %s namespace", errInnerNamespace, name)
		}
	}
	return nil
}

// buildIterator assembles the program with the offsets of the running kernel,
// and returns it with the number of the function it is for.
func buildIterator() (program []instruction, target uint32, err error) {
	b, done, err := mapFile(typesFile)
	if err != nil {
		return nil, 0, err
	}
	defer done()
	d, err := parseBTF(b)
	if err != nil {
		return nil, 0, err
	}
	id, at, err := d.find("bpf_iter_task_file", map[string][]string{
		"task_struct": {"tgid", "group_leader", "start_boottime"},
		"file":        {"f_inode"},
		"inode":       {"i_mode", "i_ino"},
	})
	if err != nil {
		return nil, 0, err
	}
	return taskFileProgram(at), id, nil
}

// mapFile returns a file's content without copying it where the kernel can
// map it (type information: since Linux 6.16), else by reading.
func mapFile(path string) (b []byte, done func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if b, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE); err == nil {
		return b, func() { unix.Munmap(b) }, nil
	}
	b, err = os.ReadFile(path)
	return b, func() {}, err
}

// An instruction is struct bpf_insn of include/uapi/linux/bpf.h.
type instruction struct {
	code uint8
	regs uint8 // the destination in the lower half, as on all little-endian machines
	off  int16
	imm  int32
}

// Sizes of a memory access (include/uapi/linux/bpf_common.h).
const (
	word   = unix.BPF_W
	half   = unix.BPF_H
	double = unix.BPF_DW
)

func load(size, dst, src uint8, off uint32) instruction {
	return instruction{unix.BPF_LDX | unix.BPF_MEM | size, dst | src<<4, int16(off), 0}
}

func store(size uint8, off int16, src uint8) instruction {
	return instruction{unix.BPF_STX | unix.BPF_MEM | size, stack | src<<4, off, 0}
}

// skipIf jumps to the end, which is set once the length is known.
func skipIf(op, dst uint8, imm int32) instruction {
	return instruction{unix.BPF_JMP | op | unix.BPF_K, dst, toEnd, imm}
}

const (
	stack = 10 // the register with the frame's address
	toEnd = -1 // a jump still without its length
)

// taskFileProgram is called by the kernel with struct bpf_iter__task_file
// { meta, task, fd, file }, each eight bytes (__bpf_md_ptr), for every
// descriptor. It writes a holding for those that are sockets.
func taskFileProgram(at map[string]offsets) []instruction {
	const (
		sIFMT, sIFSOCK = 0xf000, 0xc000 // include/uapi/linux/stat.h
		seqWrite       = 127            // bpf_seq_write of enum bpf_func_id
	)
	p := []instruction{
		load(double, 6, 1, 8),  // r6 = ctx->task
		load(double, 7, 1, 24), // r7 = ctx->file
		skipIf(unix.BPF_JEQ, 6, 0),
		skipIf(unix.BPF_JEQ, 7, 0), // no file: the last call
		load(double, 8, 7, at["file"]["f_inode"]),
		skipIf(unix.BPF_JEQ, 8, 0),
		load(half, 2, 8, at["inode"]["i_mode"]),
		{unix.BPF_ALU64 | unix.BPF_AND | unix.BPF_K, 2, 0, sIFMT},
		skipIf(unix.BPF_JNE, 2, sIFSOCK),
		load(double, 3, 8, at["inode"]["i_ino"]),
		store(double, -8, 3),
		load(word, 3, 6, at["task_struct"]["tgid"]),
		store(word, -24, 3),
		load(word, 3, 1, 16), // ctx->fd
		store(word, -20, 3),
		// A thread comes on its own if its descriptors are not those of its
		// process (unshare(2), CLONE_FILES), and began later.
		load(double, 6, 6, at["task_struct"]["group_leader"]),
		load(double, 3, 6, at["task_struct"]["start_boottime"]),
		store(double, -16, 3),
		load(double, 1, 1, 0), // r1 = ctx->meta->seq
		load(double, 1, 1, 0),
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X, 2 | stack<<4, 0, 0},
		{unix.BPF_ALU64 | unix.BPF_ADD | unix.BPF_K, 2, 0, -int32(holdingSize)},
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 3, 0, int32(holdingSize)},
		{unix.BPF_JMP | unix.BPF_CALL, 0, 0, seqWrite},
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 0, 0, 0}, // return 0
		{unix.BPF_JMP | unix.BPF_EXIT, 0, 0, 0},
	}
	return endJumps(p)
}

// endJumps sets the length of jumps to the end: its last two instructions,
// which return 0.
func endJumps(p []instruction) []instruction {
	end := len(p) - 2
	for i := range p {
		if p[i].off == toEnd {
			p[i].off = int16(end - i - 1)
		}
	}
	return p
}

// openIterator loads the program and returns a descriptor to read its rows
// from. Program and link live as long as that.
func openIterator(program []instruction, target uint32) (int, error) {
	prog, err := loadProgram("limen_holders", unix.BPF_TRACE_ITER, program, target)
	if err != nil {
		return -1, err
	}
	defer unix.Close(prog)
	link, err := bpf(unix.BPF_LINK_CREATE, &struct {
		prog, target, attach, flags uint32
		info                        uint64
		infoSize, _                 uint32
	}{prog: uint32(prog), attach: unix.BPF_TRACE_ITER})
	if err != nil {
		return -1, err
	}
	defer unix.Close(link)
	return bpf(unix.BPF_ITER_CREATE, &struct{ link, flags uint32 }{link: uint32(link)})
}

// loadProgram hands a program to the kernel's verifier, by the name that
// bpftool shows, to be attached to a type of the kernel's. The fields are those
// of BPF_PROG_LOAD in union bpf_attr.
func loadProgram(name string, attach uint32, program []instruction, target uint32) (int, error) {
	license := []byte("Dual MIT/GPL\x00") // what limen calls in the kernel is for programs compatible with the GPL
	// As numbers, the addresses would not follow what they point at: without
	// this, a stack that grows takes the license with it.
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&program[0])
	pin.Pin(&license[0])
	attr := struct {
		kind, count              uint32
		program, license         uint64
		logLevel, logSize        uint32
		log                      uint64
		version, flags           uint32
		name                     [16]byte
		device, attach           uint32
		btf, funcSize            uint32
		funcs                    uint64
		funcCount, lineSize      uint32
		lines                    uint64
		lineCount, attachedTypes uint32
	}{
		kind: unix.BPF_PROG_TYPE_TRACING, count: uint32(len(program)),
		program: uint64(uintptr(unsafe.Pointer(&program[0]))), license: uint64(uintptr(unsafe.Pointer(&license[0]))),
		attach: attach, attachedTypes: target,
	}
	copy(attr.name[:len(attr.name)-1], name)
	for range 4 {
		// The verifier gives up when a signal comes, such as those by which
		// Go's scheduler preempts a thread.
		fd, err := bpf(unix.BPF_PROG_LOAD, &attr)
		if err != unix.EAGAIN {
			return fd, err
		}
	}
	return -1, unix.EAGAIN
}

// bpf is bpf(2). It returns a descriptor, which closes on exec.
func bpf[T any](command int, attr *T) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_BPF, uintptr(command), uintptr(unsafe.Pointer(attr)), unsafe.Sizeof(*attr))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}
