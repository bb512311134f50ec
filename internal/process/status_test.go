package process

import "testing"

func TestParseInnerPIDTakesTheLastOfSeveral(t *testing.T) {
	for status, want := range map[string]int{
		"":                                       0,
		"Name:\tx\nPid:\t5\n":                    0,
		"Name:\tx\nNSpid:\t5\nNSpgid:\t5\t6\n":   0,
		"Name:\tx\nNSpid:\t500\t1\nNSpgid:\t1\n": 1,
		"Name:\tx\nNSpid:\t500\t20\t7\n":         7,
		"Name:\tx\\nNSpid:\t5\t6\nNSpid:\t5\n":   0,
		"Name:\tx\nNSpid:\t5\t-6\n":              0,
		"Name:\tx\nNSpid:":                       0,
	} {
		if got := parseInnerPID([]byte(status)); got != want {
			t.Errorf("%q: %d; want %d", status, got, want)
		}
	}
}

func FuzzParseInnerPID(f *testing.F) {
	f.Add([]byte("Name:\tx\nNSpid:\t500\t20\t7\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := parseInnerPID(b); got < 0 {
			t.Errorf("%q: %d", b, got)
		}
	})
}
