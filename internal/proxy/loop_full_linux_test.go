package proxy

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

const fewVariable = "LIMEN_TEST_FEW_DESCRIPTORS"

// A client may leave its loop where no descriptor is left, and stay away.
func TestAClientLeavesALoopWithoutAnotherDescriptor(t *testing.T) {
	if os.Getenv(fewVariable) == "" {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$") // the limit is a process's
		again.Env = append(os.Environ(), fewVariable+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	s := standHot(t, Config{}, behind(t, greet), nil)
	c := s.dial(t)
	c.say(getShop)
	c.hear("GET")
	whenMoored(t, s, 1)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 3, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before)
	for g := range s.front.crowd.all {
		g.Conn.(*swift).SyscallConn()
	}
	for range 3 {
		c.say(getShop)
		if status, body := c.hear("GET"); status != 200 || body != "GET /" {
			t.Errorf("it is answered with %d, %q", status, body)
		}
	}
	if n := moored(s); n > 0 {
		t.Errorf("%d clients lie at a loop", n)
	}
}
