package process

import (
	"testing"
	"time"
)

func TestParseBootReadsTheStartOfTheMachine(t *testing.T) {
	want := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	if got := parseBoot([]byte("cpu  1 2\nintr 5\nbtime 1795230000\nprocesses 9\n")); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("%v; want %v", got, want)
	}
	for _, s := range []string{"", "btime 5", "\nbtime ", "\nbtime -1\n", "\nbtime 99999999999999999999\n", "\nbtime x\n"} {
		if got := parseBoot([]byte(s)); !got.IsZero() {
			t.Errorf("%q: %v; want none", s, got)
		}
	}
}

func TestTicksCannotOverflow(t *testing.T) {
	if got := ticks(250); got != 2500*time.Millisecond {
		t.Errorf("250 ticks are %v", got)
	}
	if got := ticks(1<<64 - 1); got < 290*365*24*time.Hour {
		t.Errorf("the most ticks are %v", got)
	}
}

func TestStartedIsUnknownWhereTheMachinesStartIs(t *testing.T) {
	r := Reader{Root: t.TempDir()}
	if got := r.started(100); !got.IsZero() {
		t.Errorf("started %v; want the zero time", got)
	}
}

func FuzzParseBoot(f *testing.F) {
	f.Add([]byte("cpu  1 2\nbtime 1795230000\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := parseBoot(b); got.Year() < 0 {
			t.Errorf("%q: %v", b, got)
		}
	})
}
