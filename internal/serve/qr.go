package serve

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// A QR is a text as a code that phones read.
type QR struct{ code *qr.Code }

// quiet is how many light modules must surround a code (ISO/IEC 18004, 6.3.8).
const quiet = 4

// NewQR makes the code of a text, which is an address as a rule. It fails for a
// text that is longer than any code can hold, about 2 KB.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M) // 15 % of it may be unreadable
	if err != nil {
		return QR{}, fmt.Errorf("no code can hold %d bytes: %w", len(text), err)
	}
	return QR{code}, nil
}

// isDark reports whether a module is dark; those around the code are light.
func (q QR) isDark(x, y int) bool { return q.code.Black(x, y) }

// Blocks is the code for a terminal: two rows of modules in each line. Readers
// want dark on light, so the colours are set, and the code is right on a dark
// terminal and on a light one.
func (q QR) Blocks() string {
	const blackOnWhite, off = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
	return q.lines(blackOnWhite, off+"\n", func(upper, lower bool) string {
		return halves[index(upper)+2*index(lower)]
	})
}

// PlainBlocks is the code for a terminal that shows no colours. Its light
// modules are drawn, for nearly all of those are dark.
func (q QR) PlainBlocks() string {
	return q.lines("", "\n", func(upper, lower bool) string {
		return halves[index(!upper)+2*index(!lower)]
	})
}

// halves draw two modules, the upper one as the lower bit.
var halves = [...]string{" ", "▀", "▄", "█"}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lines draws two rows of modules in each line.
func (q QR) lines(before, after string, draw func(upper, lower bool) string) string {
	var b strings.Builder
	for y := -quiet; y < q.code.Size+quiet; y += 2 {
		b.WriteString(before)
		for x := -quiet; x < q.code.Size+quiet; x++ {
			b.WriteString(draw(q.isDark(x, y), q.isDark(x, y+1)))
		}
		b.WriteString(after)
	}
	return b.String()
}

// SVG is the code for a page: one path, of runs of dark modules.
func (q QR) SVG() string {
	var b strings.Builder
	side := q.code.Size + 2*quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img" aria-label="QR code"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side, side, side)
	for y := range q.code.Size {
		for x := 0; x < q.code.Size; x++ {
			start := x
			for x < q.code.Size && q.isDark(x, y) {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+quiet, y+quiet, x-start, x-start)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String()
}
