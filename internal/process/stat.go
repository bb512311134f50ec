package process

import (
	"bytes"
	"errors"
	"fmt"
)

// A stat is the part of /proc/PID/stat that matters here. The numbers of the
// fields are those of proc_pid_stat(5).
type stat struct {
	comm     string // 2: the name of its first thread, at most 15 bytes of its own choice
	state    byte   // 3
	parent   int    // 4
	session  int    // 6
	terminal uint32 // 7: a device number
	cpu      uint64 // 14 and 15: in ticks, by the program and for it in the kernel
	birth    uint64 // 22: in ticks since boot
	resident uint64 // 24: in pages; the kernel counts lazily and may be some dozen off
}

// ended reports whether the process has ended and only waits for its parent
// to ask how: Z is a zombie, X is on its way out.
func (s stat) ended() bool { return s.state == 'Z' || s.state == 'X' }

// parseStat reads /proc/PID/stat. The name stands in parentheses and may hold
// any byte, parentheses, spaces and newlines among them; what follows it
// never holds a parenthesis, so the last one ends it.
func parseStat(b []byte) (stat, error) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open || end+3 >= len(b) {
		return stat{}, errors.New("stat has no name in parentheses")
	}
	s := stat{comm: string(b[open+1 : end]), state: b[end+2]}
	rest := b[end+3:] // from the space before field 4
	for field := 4; field <= 24; field++ {
		n, negative, tail, ok := nextNumber(rest)
		if !ok {
			return stat{}, fmt.Errorf("stat has no number in field %d", field)
		}
		rest = tail
		switch field {
		case 4:
			s.parent = int(n)
		case 6:
			s.session = int(n)
		case 7:
			s.terminal = uint32(n)
			if negative { // printed as a signed number; minors from 2^19 on set its highest bit
				s.terminal = -s.terminal
			}
		case 14, 15:
			s.cpu += n
		case 22:
			s.birth = n
		case 24:
			if !negative {
				s.resident = n
			}
		}
	}
	return s, nil
}

// nextNumber reads a decimal number after one space.
func nextNumber(b []byte) (n uint64, negative bool, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != ' ' {
		return 0, false, nil, false
	}
	b = b[1:]
	if len(b) > 0 && b[0] == '-' {
		negative, b = true, b[1:]
	}
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	return n, negative, b[i:], 0 < i && i <= 20 // 20 digits are the most of a uint64
}
