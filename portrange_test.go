package limen_test

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestParsePortRangeReadsPortsAndRanges(t *testing.T) {
	for text, want := range map[string]limen.PortRange{
		"3000":       {From: 3000, To: 3000},
		":3000":      {From: 3000, To: 3000},
		"3000-3010":  {From: 3000, To: 3010},
		":3000-3010": {From: 3000, To: 3010},
		"1-65535":    {From: 1, To: 65535},
		"80-80":      {From: 80, To: 80},
	} {
		if got, err := limen.ParsePortRange(text); got != want || err != nil {
			t.Errorf("ParsePortRange(%q) is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ":", "-", "0", "0-10", "3010-3000", "1-65536", "3000-", "-3000", "3000-:3010", "1-2-3", "::80"} {
		if got, err := limen.ParsePortRange(text); err == nil {
			t.Errorf("ParsePortRange(%q) is %v, want an error", text, got)
		}
	}
}

func TestPortRangeHoldsBothItsEnds(t *testing.T) {
	r := limen.PortRange{From: 3000, To: 3010}
	for port, want := range map[uint16]bool{2999: false, 3000: true, 3005: true, 3010: true, 3011: false} {
		if got := r.Contains(port); got != want {
			t.Errorf("%v contains %d: %v, want %v", r, port, got, want)
		}
	}
}

func TestAnInvalidPortRangeHasNoText(t *testing.T) {
	for _, r := range []limen.PortRange{{}, {From: 2, To: 1}, {To: 80}} {
		if b, err := r.MarshalText(); err == nil {
			t.Errorf("%#v was written as %q", r, b)
		}
	}
}

func FuzzParsePortRange(f *testing.F) {
	for _, s := range []string{"3000", ":3000-3010", "1-65535", "0-1", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := limen.ParsePortRange(s)
		if err != nil {
			return
		}
		if again, err := limen.ParsePortRange(r.String()); again != r || err != nil {
			t.Errorf("%q was read as %v, and that as %v, %v", s, r, again, err)
		}
		if !r.Contains(r.From) || !r.Contains(r.To) {
			t.Errorf("%q was read as %v, which lacks its own ends", s, r)
		}
	})
}
