package lease

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/limenhq/limen"
)

// A pattern is something that makes a number stay in the mind.
type pattern struct {
	why string
	has func(digits string) bool
}

// patterns are all patterns, those that are remembered best first.
var patterns = []pattern{
	{"one digit all through", isRepeat},
	{"a ladder", isLadder},
	{"a word on a calculator's display", isWord},
	{"one pair of digits, said twice", isPairTwice},
	{"the same from both ends", isPalindrome},
	{"a round number", isRound},
}

// memorable says why a port is remembered, or nothing.
func memorable(port uint16) string {
	digits := strconv.Itoa(int(port))
	for _, p := range patterns {
		if p.has(digits) {
			if isWord(digits) {
				return fmt.Sprintf("%s: %s", p.why, turned(digits))
			}
			return p.why
		}
	}
	return ""
}

// remembered are the ports of a range that are remembered, best first, and
// short ones before long ones.
func remembered(r limen.PortRange) []uint16 {
	var all []uint16
	rank := map[uint16]int{}
	for port := int(r.From); port <= int(r.To); port++ {
		digits := strconv.Itoa(port)
		if i := slices.IndexFunc(patterns, func(p pattern) bool { return p.has(digits) }); i >= 0 {
			all = append(all, uint16(port))
			rank[uint16(port)] = len(digits)*len(patterns) + i
		}
	}
	slices.SortStableFunc(all, func(a, b uint16) int { return rank[a] - rank[b] })
	return all
}

func isRepeat(d string) bool {
	for i := range d {
		if d[i] != d[0] {
			return false
		}
	}
	return true
}

// isLadder reports whether each digit is one more than that before it, or one
// less.
func isLadder(d string) bool {
	if len(d) < 3 {
		return false
	}
	step := int(d[1]) - int(d[0])
	if step != 1 && step != -1 {
		return false
	}
	for i := 1; i < len(d); i++ {
		if int(d[i])-int(d[i-1]) != step {
			return false
		}
	}
	return true
}

// words are numbers that show a word when a calculator is held upside down.
var words = []string{
	"8008", "3704", "3507", "7735", "7738", "7718", "7105", "7714", "7734", "5508", "5507", "5537", "3045", "4509", "3573", "3215", "31773",
}

func isWord(d string) bool { return slices.Contains(words, d) }

// turned is what a calculator's display shows upside down.
func turned(d string) string {
	const shown = "OIZEhSgLBG" // of 0 to 9
	var b []byte
	for i := len(d) - 1; i >= 0; i-- {
		b = append(b, shown[d[i]-'0'])
	}
	return string(b)
}

func isPairTwice(d string) bool { return len(d) == 4 && d[:2] == d[2:] }

func isPalindrome(d string) bool {
	for i := range len(d) / 2 {
		if d[i] != d[len(d)-1-i] {
			return false
		}
	}
	return true
}

func isRound(d string) bool {
	return len(d) >= 4 && d[len(d)-3:] == "000"
}
