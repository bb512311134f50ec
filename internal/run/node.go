package run

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// A node is one process in the tree of a guard.
type node struct {
	limen.ProcessID
	parent  int
	group   int // the number of its process group
	session int // of its session; 0 where that is not told
	threads int
	ended   bool // it only waits for its parent to ask how
}

// parseNode reads /proc/PID/stat; the numbers of the fields are those of
// proc_pid_stat(5). The name stands in parentheses and may hold any byte; what
// follows it never holds a parenthesis, so the last one ends it.
func parseNode(pid int, b []byte) (node, error) {
	end := bytes.LastIndexByte(b, ')')
	if end < 0 || end+3 >= len(b) {
		return node{}, errors.New("stat has no name in parentheses")
	}
	n := node{ProcessID: limen.ProcessID{PID: pid}}
	state := b[end+2]
	var fields [23]uint64 // those before 4 stay empty
	rest := b[end+3:]     // from the space before field 4
	for i := 4; i < len(fields); i++ {
		var ok bool
		if fields[i], rest, ok = nextNumber(rest); !ok {
			return node{}, fmt.Errorf("stat has no number in field %d", i)
		}
	}
	n.parent, n.group, n.session = int(fields[4]), int(fields[5]), int(fields[6])
	n.threads, n.Birth = int(fields[20]), fields[22]
	// A first thread that has ended is a zombie as long as others go on.
	n.ended = (state == 'Z' || state == 'X') && n.threads <= 1
	return n, nil
}

// nextNumber reads a decimal number after one space. Of a negative one, which
// none is that matters here, it returns 0.
func nextNumber(b []byte) (n uint64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != ' ' {
		return 0, nil, false
	}
	b = b[1:]
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	if negative {
		n = 0
	}
	return n, b[i:], 0 < i && i <= 20 // 20 digits are the most of a uint64
}

// parseChildren reads /proc/PID/task/TID/children: numbers, a space after each.
// It returns what is left of a number that b cuts.
func parseChildren(pids []int, b []byte) (_ []int, rest []byte) {
	for len(b) > 0 {
		end := bytes.IndexByte(b, ' ')
		if end < 0 {
			return pids, b
		}
		pid := 0
		for _, c := range b[:end] {
			if c < '0' || c > '9' || pid > 1<<31 {
				pid = -1
				break
			}
			pid = pid*10 + int(c-'0')
		}
		if pid > 0 {
			pids = append(pids, pid)
		}
		b = b[end+1:]
	}
	return pids, nil
}

// below returns the processes of a table that come of root, and those that
// known says are ours, with what comes of them. Parents stand before children.
func below(all []node, root int, known func(node) bool) []node {
	children := map[int][]int{}
	for i, n := range all {
		if n.PID != root {
			children[n.parent] = append(children[n.parent], i)
		}
	}
	var found []node
	taken := map[int]bool{root: true}
	take := func(i int) {
		if n := all[i]; !taken[n.PID] {
			taken[n.PID] = true
			found = append(found, n)
		}
	}
	descend := func(from int) {
		for ; from < len(found); from++ {
			for _, i := range children[found[from].PID] {
				take(i)
			}
		}
	}
	for _, i := range children[root] {
		take(i)
	}
	descend(0)
	for i, n := range all {
		if known(n) {
			from := len(found)
			take(i)
			descend(from)
		}
	}
	return slices.DeleteFunc(found, func(n node) bool { return n.ended })
}
