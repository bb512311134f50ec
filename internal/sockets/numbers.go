package sockets

import (
	"bytes"
	"encoding/binary"
)

// littleEndian reports whether this machine puts the low byte first.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// parseBirth reads the start time from a process's stat file: field 22, in
// clock ticks since boot (proc_pid_stat(5)). The second field is the name in
// parentheses, which can hold anything, so fields are counted from the last
// parenthesis on.
func parseBirth(stat []byte) (uint64, bool) {
	end := len(stat) - 1
	for end >= 0 && stat[end] != ')' {
		end--
	}
	if end < 0 {
		return 0, false
	}
	field := 2
	for i := end + 1; i < len(stat); i++ {
		if stat[i] != ' ' {
			continue
		}
		if field++; field == 22 {
			return parseDigits(stat[i+1:])
		}
	}
	return 0, false
}

// parseName reads the name of a process from its stat file: the second field, in
// parentheses, which can hold anything. The kernel keeps 15 bytes of it.
func parseName(stat []byte) string {
	begin, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if begin < 0 || end < begin {
		return ""
	}
	return string(stat[begin+1 : end])
}

// parseNewest reads from /proc/loadavg the number that was given to a process or a
// thread last (proc_loadavg(5)).
func parseNewest(loadavg []byte) (pid int, ok bool) {
	fields := bytes.Fields(loadavg)
	if len(fields) < 5 {
		return 0, false
	}
	n, ok := parseDigits(fields[4])
	return int(n), ok && 0 < n && n <= 1<<31-1
}

// parseSocketLink reads "socket:[12345]", as the link of a descriptor says.
func parseSocketLink(link []byte) (number uint64, ok bool) {
	const prefix = "socket:["
	end := len(link) - 1
	if end <= len(prefix) || string(link[:len(prefix)]) != prefix || link[end] != ']' {
		return 0, false
	}
	for _, c := range link[len(prefix):end] {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	return parseDigits(link[len(prefix):end])
}

// parseDigits reads the number that b begins with.
func parseDigits(b []byte) (n uint64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		d := uint64(c - '0')
		if n > (1<<64-1-d)/10 {
			return 0, false
		}
		n, ok = n*10+d, true
	}
	return n, ok
}
