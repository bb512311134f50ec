package sockets

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// stat is a process's stat file with that name, born at 12345.
func stat(name string) string {
	return "812 (" + name + ") S 1 812 812 0 -1 4194560 2031 0 12 0 5 3 0 0 20 0 4 0 12345 1234567168 3172 18446744073709551615 1 1 0\n"
}

func TestParseBirthTrustsNoName(t *testing.T) {
	for _, name := range []string{
		"", "nginx", "a b", "(", ")", ") S 1", "x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 666 (y", "a\nb", "\x00\xff", "kworker/0:1-eve",
		strings.Repeat(")", 63),
	} {
		if got, ok := parseBirth([]byte(stat(name))); got != 12345 || !ok {
			t.Errorf("%q: %d, %v", name, got, ok)
		}
	}
}

func TestParseBirthRefusesWhatIsCut(t *testing.T) {
	whole := stat("x")
	for end := range strings.Index(whole, "12345") {
		if got, ok := parseBirth([]byte(whole[:end])); ok {
			t.Errorf("%q: %d", whole[:end], got)
		}
	}
	if got, ok := parseBirth([]byte(strings.Replace(whole, "12345", "-1", 1))); ok {
		t.Errorf("a negative one: %d", got)
	}
}

func TestParseNameTakesAllOfIt(t *testing.T) {
	for _, name := range []string{"", "curl", "a b", "(", ")", ") S 1", "a\nb", "\x00\xff"} {
		if got := parseName([]byte(stat(name))); got != name {
			t.Errorf("%q: %q", name, got)
		}
	}
	for _, text := range []string{"", "1", "1 (", "1 )(", "1 )"} {
		if got := parseName([]byte(text)); got != "" {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestTheNewestNumberIsTheLastOfTheLoad(t *testing.T) {
	for text, want := range map[string]int{
		"0.20 0.18 0.12 1/80 11206\n": 11206, "9.94 11.01 10.38 3/4194304 4194303\n": 4194303,
		"": 0, "\n": 0, "0.20 0.18 0.12 1/80\n": 0, "0.20 0.18 0.12 1/80 x\n": 0, "0.20 0.18 0.12 1/80 -1\n": 0,
		"0.20 0.18 0.12 1/80 0\n": 0, "0.20 0.18 0.12 1/80 2147483648\n": 0, "0.20 0.18 0.12 1/80 99999999999999999999\n": 0,
	} {
		if got, ok := parseNewest([]byte(text)); ok != (want > 0) || ok && got != want {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
	}
}

func TestParseSocketLinkTakesOnlySockets(t *testing.T) {
	for link, want := range map[string]uint64{"socket:[0]": 0, "socket:[12345]": 12345, "socket:[18446744073709551615]": 1<<64 - 1} {
		if got, ok := parseSocketLink([]byte(link)); got != want || !ok {
			t.Errorf("%s: %d, %v", link, got, ok)
		}
	}
	for _, link := range []string{
		"", "socket:", "socket:[", "socket:[]", "socket:[1", "socket:[12", "socket:[123\x00", "socket:[ 1]", "socket:[1 ]", "socket:[+1]", "socket:[-1]", "socket:[0x1]",
		"socket:[1]]", "socket:[1] (deleted)", "/tmp/socket:[1]", "pipe:[1]", "anon_inode:[eventfd]", "socket:[18446744073709551616]",
	} {
		if got, ok := parseSocketLink([]byte(link)); ok {
			t.Errorf("%s: %d", link, got)
		}
	}
}

func TestParseDigitsEndsAtTheFirstOtherByteAndNeverWraps(t *testing.T) {
	for text, want := range map[string]uint64{"0": 0, "7 8": 7, "12]": 12, "18446744073709551615": 1<<64 - 1, "00000000000000000000001": 1} {
		if got, ok := parseDigits([]byte(text)); got != want || !ok {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", " 1", "-1", "x", "18446744073709551616", "99999999999999999999", strings.Repeat("9", 1000)} {
		if got, ok := parseDigits([]byte(text)); ok {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func FuzzParseBirth(f *testing.F) {
	f.Add([]byte(stat("nginx")))
	f.Add([]byte("1 () S"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, ok := parseBirth(b)
		if !ok {
			return
		}
		// As a name, the whole line changes nothing.
		if again, _ := parseBirth([]byte("1 (" + string(b) + string(b[bytes.LastIndexByte(b, ')'):]))); again != n {
			t.Errorf("%q: %d, and as a name %d", b, n, again)
		}
	})
}

func FuzzParseSocketLink(f *testing.F) {
	f.Add([]byte("socket:[12345]"))
	f.Add([]byte("socket:[18446744073709551616]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, ok := parseSocketLink(b)
		if !ok {
			return
		}
		if again, ok := parseSocketLink(fmt.Appendf(nil, "socket:[%d]", n)); !ok || again != n {
			t.Errorf("%q is %d, and that is %d, %v", b, n, again, ok)
		}
	})
}
