package nettest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// again runs this test binary anew with one of the tests below that do
// nothing unless asked.
func again(t *testing.T, test string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^"+test+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), append(env, "GORACE=atexit_sleep_ms=0", askedVar+"=yes", "TMPDIR="+t.TempDir())...)
	cmd.Stderr = os.Stderr
	return cmd
}

// askedVar asks the tests that do nothing by themselves.
const askedVar = "LIMEN_NETTEST_ASKED"

func asked() bool { return os.Getenv(askedVar) != "" }

func TestPrivateNetworkHoldsNothing(t *testing.T) {
	NeedPrivate(t)
	for _, table := range tables {
		for _, row := range readTable(t, table) {
			// Connections of earlier tests linger in TIME_WAIT, without a number.
			const number = 9
			if row[number] != "0" {
				t.Errorf("%s has %q", table, row)
			}
		}
	}
}

func TestSayWhere(t *testing.T) {
	if !asked() {
		return
	}
	os.Stdout.WriteString("here: " + namespace() + " " + Why() + "\n")
}

// whereIs returns the network in which TestSayWhere runs.
func whereIs(t *testing.T, cmd *exec.Cmd) (where, why string) {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if said, ok := strings.CutPrefix(line, "here: "); ok {
			where, why, _ = strings.Cut(strings.TrimSpace(said), " ")
		}
	}
	return where, why
}

func TestABinaryStartedInsideDoesNotNest(t *testing.T) {
	NeedPrivate(t)
	if where, _ := whereIs(t, again(t, "TestSayWhere")); where != namespace() {
		t.Errorf("it runs in %s, and was started in %s", where, namespace())
	}
}

func TestABinaryStartedOutsideEnters(t *testing.T) {
	NeedPrivate(t)
	// To a binary without the variable, this network is the real one.
	if where, why := whereIs(t, again(t, "TestSayWhere", stageVar+"=")); where == namespace() {
		t.Errorf("it stayed: %s", why)
	}
}

func TestAStrayVariableMakesNothingPrivate(t *testing.T) {
	t.Setenv(stageVar, isThere+" "+namespace())
	if Private() {
		t.Error("the network that the variable calls real passes for private")
	}
	if Why() == "" {
		t.Error("no reason is given")
	}
}

func TestWhyRepeatsTheRefusal(t *testing.T) {
	t.Setenv(stageVar, isReal+" no such luck")
	if got := Why(); Private() || got != "no such luck" {
		t.Errorf("private %v, why %q", Private(), got)
	}
}

func TestTheExitCodeIsThatOfTheTests(t *testing.T) {
	NeedPrivate(t)
	if err := again(t, "TestFail", stageVar+"=").Run(); err == nil || err.Error() != "exit status 1" {
		t.Errorf("a failed test gave: %v", err)
	}
}

func TestFail(t *testing.T) {
	if !asked() {
		return
	}
	t.Fail()
}

func TestStrictFailsWhatWouldSkip(t *testing.T) {
	for mode, ends := range map[string]string{"": "", "strict": "exit status 1"} {
		said := ""
		if err := again(t, "TestNeedNothingReal", "LIMEN_TEST="+mode).Run(); err != nil {
			said = err.Error()
		}
		if said != ends {
			t.Errorf("with LIMEN_TEST=%q it ended with %q, want %q", mode, said, ends)
		}
	}
}

func TestNeedNothingReal(t *testing.T) {
	if !asked() {
		return
	}
	Need(t, "a-program-that-nobody-has")
}

// FuzzStaysInside is here because a fuzzing test binary starts itself again.
func FuzzStaysInside(f *testing.F) {
	f.Fuzz(func(t *testing.T, _ int) {
		if os.Getenv(stageVar) == "" {
			t.Error("a worker runs outside")
		}
	})
}

// tables are where Linux lists its sockets (proc_pid_net(5)).
var tables = []string{"tcp", "tcp6", "udp", "udp6"}

// readTable returns the rows of one of the tables, each in its fields, as the
// calling thread's network has them.
func readTable(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	f, err := os.Open("/proc/thread-self/net/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Scan() // the header
	for s.Scan() {
		rows = append(rows, strings.Fields(s.Text()))
	}
	return rows
}
