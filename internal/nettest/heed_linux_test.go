package nettest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// ignoredVar has a test say what a program ignores that it starts.
const ignoredVar = "LIMEN_TEST_IGNORED"

func TestWhatTestsStartIgnoresNoSignalOfATerminal(t *testing.T) {
	if os.Getenv(ignoredVar) != "" {
		status, err := exec.Command("cat", "/proc/self/status").Output()
		if err != nil {
			t.Fatal(err)
		}
		_, ignored, _ := strings.Cut(string(status), "SigIgn:")
		if mask := strings.Fields(ignored)[0]; strings.Trim(mask[len(mask)-1:], "048c") != "" { // proc_pid_status(5): the bits 0 and 1 are SIGHUP and SIGINT
			t.Errorf("it ignores %s", mask)
		}
		return
	}
	cmd := exec.Command("sh", "-c", `trap "" HUP INT; exec "$@"`, "sh", os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), ignoredVar+"=1")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}
