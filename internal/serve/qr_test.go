package serve

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const anAddress = "http://192.168.1.20:8008/?token=2f9k3lq8w7ey5r1tzx4cvbn6ma"

// finder is the pattern in three corners of every code (ISO/IEC 18004, 6.3.3).
const finder = "#######\n#     #\n# ### #\n# ### #\n# ### #\n#     #\n#######\n"

// corner draws 7 by 7 modules from somewhere in a code.
func corner(isDark func(x, y int) bool, left, top int) string {
	var b strings.Builder
	for y := range 7 {
		for x := range 7 {
			b.WriteByte(" #"[index(isDark(left+x, top+y))])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wantSame looks whether a picture of a code is the code, with a margin of
// light around it.
func wantSame(t *testing.T, q QR, what string, isDark func(x, y int) bool) {
	t.Helper()
	size := q.code.Size
	for y := -quiet; y < size+quiet; y++ {
		for x := -quiet; x < size+quiet; x++ {
			if isDark(x, y) != q.code.Black(x, y) {
				t.Fatalf("%s: the module %d,%d is drawn dark: %t", what, x, y, isDark(x, y))
			}
		}
	}
	for _, c := range [][2]int{{0, 0}, {size - 7, 0}, {0, size - 7}} {
		if got := corner(isDark, c[0], c[1]); got != finder {
			t.Errorf("%s: the corner at %v is\n%s", what, c, got)
		}
	}
}

func TestACodeOnATerminalIsTheCode(t *testing.T) {
	q, err := NewQR(anAddress)
	if err != nil {
		t.Fatal(err)
	}
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, c := range []struct {
		what, text string
		ink        bool // drawn is dark
	}{{"Blocks", q.Blocks(), true}, {"PlainBlocks", q.PlainBlocks(), false}} {
		lines := strings.Split(strings.TrimSuffix(escapes.ReplaceAllString(c.text, ""), "\n"), "\n")
		wantSame(t, q, c.what, func(x, y int) bool {
			cell := []rune(lines[(y+quiet)/2])[x+quiet]
			half := (y + quiet) % 2
			drawn := cell == '█' || cell == '▀' && half == 0 || cell == '▄' && half == 1
			return drawn == c.ink
		})
	}
	for line := range strings.Lines(q.Blocks()) {
		if !strings.HasPrefix(line, "\x1b[") || !strings.HasSuffix(line, "\x1b[0m\n") {
			t.Errorf("a line leaves its colours on: %q", line)
		}
	}
	if strings.Contains(q.PlainBlocks(), "\x1b") {
		t.Error("the plain code has colours")
	}
}

func TestACodeOnAPageIsTheCode(t *testing.T) {
	q, err := NewQR(anAddress)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal([]byte(q.SVG()), new(struct{})); err != nil {
		t.Fatalf("SVG: %v", err)
	}
	dark := map[string]bool{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(q.SVG(), -1) {
		x, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[3])
		if m[3] != m[4] {
			t.Errorf("a run goes %s there and %s back", m[3], m[4])
		}
		for i := range n {
			dark[fmt.Sprint(x+i, " ", m[2])] = true
		}
	}
	wantSame(t, q, "SVG", func(x, y int) bool { return dark[fmt.Sprint(x+quiet, " ", y+quiet)] })
}

func TestATextThatNoCodeCanHoldIsRefused(t *testing.T) {
	if _, err := NewQR(strings.Repeat("x", 5000)); err == nil || !strings.Contains(err.Error(), "no code can hold 5000 bytes") {
		t.Errorf("NewQR: %v", err)
	}
}
