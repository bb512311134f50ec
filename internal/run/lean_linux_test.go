package run

import "testing"

func TestALeanProcessGoesOn(t *testing.T) {
	Lean()
	g := opened(t) // reads pages that were given back
	r, o := started(t, g, shell("echo fine"))
	o.until("fine")
	if got := isOver(t, r); got.Code != 0 {
		t.Errorf("%+v", got)
	}
}
