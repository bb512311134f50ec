package config

import (
	"fmt"
	"strconv"
	"strings"
)

// How much is kept of what goes through names: unless something else is set, at
// least, and at most.
const (
	usualTape = 64 << 20
	leastTape = 4 << 20 // two requests with their answers must have room
	mostTape  = 1 << 40
)

// A tap is what is set about recording what goes through.
type tap struct {
	Always *bool    `toml:"always"`
	Size   string   `toml:"size"`
	Ignore []string `toml:"ignore"`

	bytes int64
}

// IsAlways reports whether what goes through names is recorded also while nobody
// looks.
func (t tap) IsAlways() bool { return t.Always != nil && *t.Always }

// Bytes are how much is kept.
func (t tap) Bytes() int64 {
	if t.bytes == 0 {
		return usualTape
	}
	return t.bytes
}

// units are how large each is. Those of two letters are powers of ten (IEC
// 80000-13).
var units = []struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1}}

// readSize reads how much is to be kept, such as 64 MiB.
func readSize(text string) (int64, error) {
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 40)
		if err != nil {
			break
		}
		if int64(n) > mostTape/u.size || int64(n)*u.size < leastTape {
			return 0, fmt.Errorf("%q in tap.size is not between 4 MiB and 1024 GiB", text)
		}
		return int64(n) * u.size, nil
	}
	return 0, fmt.Errorf("%q in tap.size is no size", text)
}

// sayBytes is a size in the largest unit that has no fraction.
func sayBytes(n int64) string {
	for _, u := range units[:3] {
		if n%u.size == 0 {
			return fmt.Sprintf("%d %s", n/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
