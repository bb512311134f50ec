package process

import (
	"fmt"
	"strings"
	"testing"
)

const statTail = " S 7 8 9 34817 11 4194304 101 0 0 0 1300 37 0 0 20 0 1 0 114923 3133440 411 18446744073709551615 1 2\n"

func TestParseStatTakesAnyByteInAName(t *testing.T) {
	for _, comm := range []string{"nginx", "", "a b", "a) S 1 1 1 1", "((()))", "line\nbreak", ")", "\xff\xfe"} {
		want := stat{comm: comm, state: 'S', parent: 7, session: 9, terminal: 34817, cpu: 1337, birth: 114923, resident: 411}
		if got, err := parseStat([]byte("6997 (" + comm + ")" + statTail)); err != nil || got != want {
			t.Errorf("name %q: %+v, %v; want %+v", comm, got, err, want)
		}
	}
}

func TestParseStatRefusesWhatIsNone(t *testing.T) {
	for _, s := range []string{"", "1", "1 (x", "1 x)", ")(", "1 (x)", "1 (x) S", "1 (x) S 1 2 3", "1 (x) S a" + statTail,
		"1 (x)" + strings.Replace(statTail, "114923", "999999999999999999999", 1)} {
		if got, err := parseStat([]byte(s)); err == nil {
			t.Errorf("%q: %+v; want an error", s, got)
		}
	}
}

func TestParseStatTakesNegativeNumbers(t *testing.T) {
	// A terminal with a large minor number is printed as a negative one, and
	// a process without one has -1 as its terminal's group.
	s := fmt.Sprintf("1 (x) S 0 0 0 %d -1 0 0 0 0 0 0 0 0 0 0 0 1 0 5 0 -3 0", int32(-0x7ffff800))
	got, err := parseStat([]byte(s))
	if want := (stat{comm: "x", state: 'S', terminal: 0x80000800, birth: 5}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("6997 (nginx)" + statTail))
	f.Add([]byte("1 () ) S 1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseStat(b)
		if err == nil && !strings.Contains(string(b), "("+s.comm+")") {
			t.Errorf("name %q is not in %q", s.comm, b)
		}
	})
}
