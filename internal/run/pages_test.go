package run

import (
	"slices"
	"strings"
	"testing"
)

// smaps is how Linux 6.18 writes it, with most lines left out.
const smaps = `00400000-01000000 r-xp 00000000 00:10 77                                 /bin/limen
Size:              12288 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me dw
01000000-01700000 r--p 00c00000 00:10 77                                 /bin/limen
Anonymous:             0 kB
01700000-01800000 r--p 01300000 00:10 77                                 /bin/limen
Anonymous:            64 kB
01800000-01900000 rw-p 01400000 00:10 77                                 /bin/limen
Anonymous:             0 kB
01900000-02900000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f000000-7f100000 r-xp 00000000 00:10 78                                 /lib/other
Anonymous:             0 kB
`

func TestOnlyPagesThatAreAsInTheFileAreGivenBack(t *testing.T) {
	want := []span{{0x400000, 0x1000000}, {0x1000000, 0x1700000}}
	if got := parseOwnPages(strings.NewReader(smaps), "/bin/limen"); !slices.Equal(got, want) {
		t.Errorf("%x; want %x", got, want)
	}
}

func FuzzParseOwnPages(f *testing.F) {
	f.Add(smaps, "/bin/limen")
	f.Fuzz(func(t *testing.T, text, file string) {
		for _, s := range parseOwnPages(strings.NewReader(text), file) {
			if s.from >= s.to {
				t.Errorf("%x", s)
			}
		}
	})
}
