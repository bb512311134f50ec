package run

import (
	"os"
	"path/filepath"
	"testing"
)

// A daemon forks, and its parent ends, twice in a row or more often. A look
// that falls between finds nobody, and that is not the end of the run.
func TestARunIsNotOverWhileADaemonIsBeingMade(t *testing.T) {
	settled := filepath.Join(t.TempDir(), "settled")
	p := shell(`next() { if [ $1 = 0 ]; then echo >"$SETTLED"; exec sleep 1000; fi; next $(($1-1)) & }; next 300`)
	p.Environment = append(p.Environment, "SETTLED="+settled)
	g := opened(t)
	r, o := started(t, g, p)
	isOver(t, r)
	for isSettled := false; !isSettled; {
		_, err := os.Stat(settled)
		isSettled = err == nil
		if ids, err := r.Members(t.Context()); err != nil || len(ids) == 0 {
			t.Fatalf("it has members %v, %v", ids, err)
		}
	}
	if _, err := r.Stop(t.Context(), patience); err != nil {
		t.Error(err)
	}
	o.end()
}
