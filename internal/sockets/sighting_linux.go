package sockets

import (
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// Helpers of enum bpf_func_id in include/uapi/linux/bpf.h. The last one that
// came decides what limen needs.
const (
	ktimeGetNS        = 5
	getSocketCookie   = 46 // for tracing since Linux 5.12
	probeReadUser     = 112
	probeReadKernel   = 113
	ringbufOutput     = 130
	getCurrentTaskBTF = 158
)

// sightingFields are what the program reads of the kernel's structures.
var sightingFields = map[string][]string{
	"sock":        {"sk_protocol", "sk_socket", "sk_uid", "sk_max_ack_backlog"},
	"sock_common": {"skc_family", "skc_num", "skc_rcv_saddr", "skc_v6_rcv_saddr", "skc_bound_dev_if", "skc_net"},
	"net":         {"ns"},
	"ns_common":   {"inum"},
	"socket":      {"file"},
	"file":        {"f_inode"},
	"inode":       {"i_ino"},
	"task_struct": {"tgid", "group_leader", "start_boottime", "comm", "mm"},
	"mm_struct":   {"arg_start", "arg_end"},
}

// A sightingPlan is all that the program depends on.
type sightingPlan struct {
	at         map[string]offsets
	v6only     uint32 // the byte of struct sock_common with skc_ipv6only
	v6onlyMask uint8
	namespace  limen.Namespace // the one to watch
	ring, lost int             // descriptors of maps: where sightings go, and how many found no room
}

// program is called by the kernel before a socket changes its state, with the
// arguments of the tracepoint inet_sock_set_state (include/trace/events/sock.h)
// { sk, oldstate, newstate }, each eight bytes. It writes a sighting of every
// TCP socket of the namespace that begins or ceases to listen.
//
// A socket that a listener makes for a connection begins as its copy, and so
// leaves the state LISTEN too, but not for CLOSE. MPTCP, SCTP and DCCP come
// here as well; of an MPTCP socket the first subflow is TCP, and shares its
// inode for as long as both are open.
func (s sightingPlan) program() []instruction {
	const (
		context = 6 // callee-saved registers, with what is in them
		state   = 7
		task    = 8
		sock    = 9
	)
	common, task0 := s.at["sock_common"], s.at["task_struct"]
	p := []instruction{
		move(context, 1),
		load(double, state, context, 16),
		{unix.BPF_JMP32 | unix.BPF_JEQ | unix.BPF_K, state, 3, tcpListen}, // then the old one does not matter
		load(double, 2, context, 8),
		skipIf32(unix.BPF_JNE, 2, tcpListen),
		skipIf32(unix.BPF_JNE, state, tcpClose),
		load(double, sock, context, 0),
		load(half, 2, sock, s.at["sock"]["sk_protocol"]),
		skipIf32(unix.BPF_JNE, 2, ipTCP),
		load(double, 2, sock, common["skc_net"]),
		load(word, 2, 2, s.at["net"]["ns"]+s.at["ns_common"]["inum"]),
		skipIf32(unix.BPF_JNE, 2, int32(s.namespace)),
	}
	for at := int16(0); at < sightOpened; at += 8 { // or the verifier would refuse to hand it out
		p = append(p, instruction{unix.BPF_ST | unix.BPF_MEM | double, stack, at - sightOpened, 0})
	}
	p = append(p, call(ktimeGetNS), note(double, sightWhen, 0), note(half, sightState, state))
	for _, f := range []struct {
		size   uint8
		from   uint32
		noteAt int16
	}{
		{half, common["skc_family"], sightFamily},
		{half, common["skc_num"], sightPort},
		{word, common["skc_rcv_saddr"], sightV4},
		{word, common["skc_bound_dev_if"], sightDevice},
		{word, s.at["sock"]["sk_uid"], sightUID},
		{word, s.at["sock"]["sk_max_ack_backlog"], sightBacklog},
	} {
		p = append(p, load(f.size, 2, sock, f.from), note(f.size, f.noteAt, 2))
	}
	p = append(p,
		load(unix.BPF_B, 2, sock, s.v6only),
		instruction{unix.BPF_ALU64 | unix.BPF_AND | unix.BPF_K, 2, 0, int32(s.v6onlyMask)},
		note(half, sightV6Only, 2),

		// A pointer that is none reads as 0 (BPF_PROBE_MEM), so the inode of
		// a socket without a file has the number 0.
		load(double, 2, sock, s.at["sock"]["sk_socket"]),
		load(double, 2, 2, s.at["socket"]["file"]),
		load(double, 2, 2, s.at["file"]["f_inode"]),
		load(double, 2, 2, s.at["inode"]["i_ino"]),
		note(double, sightNumber, 2),
	)
	p = append(p, move(1, sock), call(getSocketCookie), note(double, sightCookie, 0))
	p = append(p, copyTo(sightV6, 16, sock, common["skc_v6_rcv_saddr"])...)

	caller := []instruction{
		call(getCurrentTaskBTF),
		load(word, 2, 0, task0["tgid"]),
		note(word, sightPID, 2),
		load(double, task, 0, task0["group_leader"]),
		load(double, 2, task, task0["start_boottime"]),
		note(double, sightBirth, 2),
	}
	caller = append(caller, copyTo(sightName, sightArgs-sightName, task, task0["comm"])...)
	caller = append(caller,
		load(double, task, task, task0["mm"]),
		load(double, 3, task, s.at["mm_struct"]["arg_start"]),
		load(double, 2, task, s.at["mm_struct"]["arg_end"]),
		instruction{unix.BPF_ALU64 | unix.BPF_SUB | unix.BPF_X, 2 | 3<<4, 0, 0},
		instruction{unix.BPF_JMP | unix.BPF_JLE | unix.BPF_K, 2, 1, argsLimit},
		set(2, argsLimit),
		note(word, sightArgsSize, 2),
		move(1, stack), add(1, sightArgs-sightOpened),
		call(probeReadUser), // memory that is not there right now is left at zero
		set(3, sightOpened),
	)
	p = append(p, set(3, sightClosed),
		instruction{unix.BPF_JMP32 | unix.BPF_JNE | unix.BPF_K, state, int16(len(caller)), tcpListen})
	p = append(p, caller...)
	p = append(p, loadMap(1, unix.BPF_PSEUDO_MAP_FD, s.ring)...)
	p = append(p,
		move(2, stack), add(2, -sightOpened),
		set(4, 0),
		call(ringbufOutput),
		skipIf(unix.BPF_JEQ, 0, 0),
	)
	p = append(p, loadMap(1, unix.BPF_PSEUDO_MAP_VALUE, s.lost)...)
	p = append(p,
		set(2, 1),
		instruction{unix.BPF_STX | unix.BPF_ATOMIC | double, 1 | 2<<4, 0, unix.BPF_ADD},
		set(0, 0), // return 0
		instruction{unix.BPF_JMP | unix.BPF_EXIT, 0, 0, 0},
	)
	return endJumps(p)
}

// note writes a register into the sighting, which is made on the stack.
func note(size uint8, at int16, src uint8) instruction { return store(size, at-sightOpened, src) }

// copyTo copies memory that a register points to, so far on, into the sighting.
func copyTo(at, size int32, src uint8, off uint32) []instruction {
	return []instruction{
		move(1, stack), add(1, at-sightOpened),
		set(2, size),
		move(3, src), add(3, int32(off)),
		call(probeReadKernel),
	}
}

func move(dst, src uint8) instruction {
	return instruction{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X, dst | src<<4, 0, 0}
}

func set(dst uint8, imm int32) instruction {
	return instruction{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, dst, 0, imm}
}

func add(dst uint8, imm int32) instruction {
	return instruction{unix.BPF_ALU64 | unix.BPF_ADD | unix.BPF_K, dst, 0, imm}
}

func call(helper int32) instruction {
	return instruction{unix.BPF_JMP | unix.BPF_CALL, 0, 0, helper}
}

// skipIf32 is skipIf on the lower half of a register.
func skipIf32(op, dst uint8, imm int32) instruction {
	return instruction{unix.BPF_JMP32 | op | unix.BPF_K, dst, toEnd, imm}
}

// loadMap puts a map, or the address of its first value, into a register. It
// takes the room of two instructions.
func loadMap(dst uint8, kind uint8, fd int) []instruction {
	return []instruction{{unix.BPF_LD | unix.BPF_IMM | double, dst | kind<<4, 0, int32(fd)}, {}}
}
