package limen_test

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestRangesMeetWhereTheStandardSays(t *testing.T) {
	// RFC 6335, section 6.
	for port, want := range map[uint16]limen.Range{
		0: limen.SystemRange, 1: limen.SystemRange, 1023: limen.SystemRange,
		1024: limen.UserRange, 3000: limen.UserRange, 49151: limen.UserRange,
		49152: limen.DynamicRange, 62893: limen.DynamicRange, 65535: limen.DynamicRange,
	} {
		if got := limen.RangeOf(port); got != want {
			t.Errorf("%d is in the %v range, want %v", port, got, want)
		}
	}
}
