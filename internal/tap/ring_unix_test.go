//go:build unix

package tap

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestAKillLosesTheLastMomentAlone(t *testing.T) {
	dir := t.TempDir()
	last := 0
	for range 3 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "TAP_TEST_WRITE="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		child.Process.Kill()
		io.Copy(io.Discard, out)
		child.Wait()
		all, err := Exchanges(t.Context(), dir, Question{Most: 1 << 20})
		if err != nil || len(all.Exchanges) < 1000 {
			t.Fatalf("%d, %v, %v", len(all.Exchanges), all.Gaps, err)
		}
		highest := last
		for _, x := range all.Exchanges {
			n, _ := strconv.Atoi(x.ID)
			if x.Open || x.Fault == "" && (x.Status != 201 || x.Received != 6) {
				t.Fatalf("%+v", x)
			}
			highest = max(highest, n)
		}
		if highest == last {
			t.Errorf("no number is higher than %d", last)
		}
		last = highest
	}
}

// A file that may grow no further is a disk that is full in the middle of a write.
func TestAFullDiskLosesWhatDoesNotFit(t *testing.T) {
	if os.Getenv("TAP_TEST_FULL") == "" {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAFullDiskLosesWhatDoesNotFit$")
		child.Env = append(os.Environ(), "TAP_TEST_FULL=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	dir := t.TempDir()
	said := make(chan limen.Gap, 10)
	p := open(t, dir, Config{Tell: func(g limen.Gap) { said <- g }})
	const most = 1000 // bytes: one request and a part of another
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	was := limit.Cur
	limit.Cur = most
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	told := watch(t, p, Watch{})
	pass(p, 0)
	if x := (<-told).Exchange; x == nil || x.ID != "1" {
		t.Errorf("told %+v", x)
	}
	missed := 0
	for n := range 5 {
		pass(p, n+1)
		missed += int((<-told).Missed)
	}
	limit.Cur = was
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	pass(p, 9)
	if x := (<-told).Exchange; x == nil || x.ID != "7" {
		t.Errorf("then told %+v", x)
	}
	end(t, p)
	all, err := Exchanges(t.Context(), dir, Question{})
	if err != nil || len(all.Exchanges)+missed != 7 || missed == 0 || len(said) != 1 {
		t.Errorf("%d kept, %d missed, %d gaps told, %v", len(all.Exchanges), missed, len(said), err)
	}
	if len(all.Gaps) != 1 || !strings.HasPrefix(all.Gaps[0].What, strconv.Itoa(missed)+" requests") {
		t.Errorf("%v", all.Gaps)
	}
}

func TestAPipeInPlaceOfASegmentIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	pass(p, 0)
	end(t, p)
	if err := syscall.Mkfifo(filepath.Join(dir, "a", segmentName(7)), 0o600); err != nil {
		nettest.Skip(t, "needs named pipes: "+err.Error())
	}
	if got := exchanges(t, dir, Question{}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	if err := os.Remove(filepath.Join(dir, "a", lockName)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "a", lockName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Config{}); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("a lock that leads elsewhere: %v", err)
	}
}
