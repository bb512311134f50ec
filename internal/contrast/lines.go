package contrast

import (
	"strconv"
	"strings"
)

// lines compares two texts line by line. A line that was replaced is one
// difference.
func (d *differences) lines(part, before, after string) {
	b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
	at := func(i int) string { return part + " line " + strconv.Itoa(i+1) }
	for _, e := range edits(b, a) {
		for i := range max(e.gone, e.come) {
			switch {
			case i < e.gone && i < e.come:
				d.add(at(e.before+i), sayLine(b[e.before+i]), sayLine(a[e.after+i]))
			case i < e.gone:
				d.add(at(e.before+i), sayLine(b[e.before+i]), "")
			default:
				d.add(at(e.after+i), "", sayLine(a[e.after+i]))
			}
		}
	}
}

// sayLine is a line as it is shown: one that is empty is told from one that is
// not there, and how it ends is seen.
func sayLine(line string) string {
	if strings.TrimSpace(line) != line || line == "" {
		return strconv.Quote(line)
	}
	return line
}

// An edit is some lines of a text that stand in the place of others.
type edit struct {
	before, gone int // where those were, and how many
	after, come  int // where these are, and how many
}

// mostEdits is how many lines may have come or gone before it is no use to look
// for what stayed between them. The time grows by its square.
const mostEdits = 1000

// edits are what makes one text of another: as few lines as can be (Myers, An
// O(ND) Difference Algorithm and Its Variations, 1986).
func edits(before, after []string) (all []edit) {
	head, tail := 0, 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	b, a := before[head:], after[head:]
	for tail < min(len(b), len(a)) && b[len(b)-1-tail] == a[len(a)-1-tail] {
		tail++
	}
	b, a = b[:len(b)-tail], a[:len(a)-tail]
	if len(b) == 0 && len(a) == 0 {
		return nil
	}
	stays, ok := common(b, a)
	if !ok {
		return []edit{{head, len(b), head, len(a)}}
	}
	i, j := 0, 0
	for _, s := range append(stays, [2]int{len(b), len(a)}) {
		if s[0] > i || s[1] > j {
			all = append(all, edit{head + i, s[0] - i, head + j, s[1] - j})
		}
		i, j = s[0]+1, s[1]+1
	}
	return all
}

// common are the lines that stay, by their places in both. It reports false if
// too few do.
func common(b, a []string) (stays [][2]int, ok bool) {
	limit := min(len(b)+len(a), mostEdits)
	reach := make([]int, 2*limit+3) // how far one comes in b on each diagonal, by limit+1+k
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), reach[limit+1-d:limit+2+d]...)) // of the step before, as far as it went
		for k := -d; k <= d; k += 2 {
			at := limit + 1 + k
			x := reach[at-1] + 1
			if k == -d || k != d && reach[at-1] < reach[at+1] {
				x = reach[at+1]
			}
			for x < len(b) && x-k < len(a) && b[x] == a[x-k] {
				x++
			}
			if reach[at] = x; x >= len(b) && x-k >= len(a) {
				return walkBack(trace, len(b), len(a)), true
			}
		}
	}
	return nil, false
}

// walkBack goes the way back to the beginning, and gathers what stayed.
func walkBack(trace [][]int, x, y int) (stays [][2]int) {
	for d := len(trace) - 1; d >= 0; d-- {
		reached := func(k int) int { return trace[d][k+d] }
		k := x - y
		from, start := k, 0
		if d > 0 {
			from = k - 1
			if k == -d || k != d && reached(k-1) < reached(k+1) {
				from = k + 1
			}
			start = reached(from)
		}
		left := start // where the straight part of this step begins
		if from == k-1 {
			left++
		}
		for x > left && y > left-k {
			x, y = x-1, y-1
			stays = append(stays, [2]int{x, y})
		}
		x, y = start, start-from
	}
	for i, j := 0, len(stays)-1; i < j; i, j = i+1, j-1 {
		stays[i], stays[j] = stays[j], stays[i]
	}
	return stays
}
