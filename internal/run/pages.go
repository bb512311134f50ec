package run

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// A span is a part of a process's memory.
type span struct{ from, to uintptr }

// parseOwnPages reads /proc/PID/smaps (proc(5)), and returns the pages of a
// file that are as they are there, and read at most. Those that the linker has
// changed before it made them read-only, as in an executable whose place is not
// fixed, are Anonymous and would be lost.
func parseOwnPages(r io.Reader, file string) (all []span) {
	var own span
	for s := bufio.NewScanner(r); s.Scan(); {
		f := strings.Fields(s.Text())
		switch {
		case len(f) > 1 && !strings.HasSuffix(f[0], ":"):
			own = span{}
			if len(f) == 6 && f[5] == file && (f[1] == "r-xp" || f[1] == "r--p") {
				own = parseSpan(f[0])
			}
		case len(f) == 3 && f[0] == "Anonymous:" && f[1] == "0" && own.from < own.to:
			all = append(all, own)
		}
	}
	return all
}

// parseSpan reads "7f00-7f80"; an empty span if it cannot.
func parseSpan(s string) span {
	from, to, _ := strings.Cut(s, "-")
	a, err := strconv.ParseUint(from, 16, 64)
	b, err2 := strconv.ParseUint(to, 16, 64)
	if err != nil || err2 != nil || a >= b {
		return span{}
	}
	return span{uintptr(a), uintptr(b)}
}
