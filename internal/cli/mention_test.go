package cli

import (
	"bytes"
	"testing"

	"github.com/limenhq/limen"
)

func TestACauseIsMentionedOnce(t *testing.T) {
	var said bytes.Buffer
	env := Env{Err: &said}.real()
	n := limen.Notice{What: "the daemon cannot be asked", Why: "it gives no sign of life", Next: "limen daemon stop"}
	env.config().Tell(n)
	env.config().Tell(n)
	env.mention(&limen.Error{What: "cannot ask the daemon", Why: n.Why})
	env.mention(&limen.Error{What: "cannot ask it", Why: "it is another's"})
	want := "limen: the daemon cannot be asked\n  why:  it gives no sign of life\n  next: limen daemon stop\nlimen: cannot ask it\n  why:  it is another's\n"
	if got := said.String(); got != want {
		t.Errorf("said:\n%s\nwant:\n%s", got, want)
	}
}
