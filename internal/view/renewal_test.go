package view

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestARenewalIsToldInEveryFormat(t *testing.T) {
	r := limen.Renewal{
		From: "https://localhost/=1+1\x1b.csv", File: "/home/nick/.cache/limen/iana.dat",
		Before: limen.Edition{Source: "a list", Date: "2026-09-17", Entries: 7098},
		After:  limen.Edition{Source: "IANA's list of 2026-11-01", Date: "2026-11-01", Entries: 7247},
		Added:  12, Removed: 3, Changed: 5,
	}
	for _, f := range Formats {
		var b strings.Builder
		if err := Renewal(&b, r, f, Options{Home: "/home/nick"}); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		checkGolden(t, "renewal/"+f.Name, b.String())
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s lets foreign bytes through: %q", f.Name, b.String())
		}
	}
	if got := differences(limen.Renewal{}); got != "it says the same as the one before" {
		t.Errorf("no difference is told as %q", got)
	}
}
