//go:build darwin || freebsd

package sockets

import (
	"os/exec"
	"testing"

	"github.com/limenhq/limen"
)

func TestARunThatHasEndedOrHasASuccessorIsNotRunning(t *testing.T) {
	id := me(t).ProcessID
	if !(Reader{}).isRunning(id) {
		t.Errorf("%+v is this test, and runs", id)
	}
	if before := (limen.ProcessID{PID: id.PID, Birth: id.Birth - 1}); (Reader{}).isRunning(before) {
		t.Errorf("%+v had the number before this test", before)
	}
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if ended := (limen.ProcessID{PID: cmd.Process.Pid, Birth: id.Birth}); (Reader{}).isRunning(ended) {
		t.Errorf("%+v has ended", ended)
	}
}
