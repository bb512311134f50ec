package serve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// inotifyLimit is how many folders the users of a namespace may watch
// (user_namespaces(7)).
const inotifyLimit = "/proc/sys/user/max_inotify_watches"

// limitedVar says that a test runs where the limit is nobody else's.
const limitedVar = "LIMEN_SERVE_LIMITED"

// again runs a test once more, as root of a user namespace of its own.
func again(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), limitedVar+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		nettest.Skip(t, "needs a user namespace: "+err.Error())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestAWatchGoesOnWhereNoMoreFoldersMayBeWatched(t *testing.T) {
	if os.Getenv(limitedVar) == "" {
		again(t)
		return
	}
	must(t, os.WriteFile(inotifyLimit, []byte("3"), 0))
	dir := folderOf(t, map[string]string{"a/x": "1", "b/x": "1"}) // three folders
	notices := make(chan limen.Notice, 10)
	w := &watch{root: dir, notice: func(n limen.Notice) { notices <- n }}
	is := watched{t, dir, make(chan change, 1000)}
	ctx, stop := context.WithCancel(t.Context())
	ready := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { w.run(ctx, func() { close(ready) }, func(c change) { is.changes <- c }) })
	defer running.Wait()
	defer stop()
	<-ready
	write(t, filepath.Join(dir, "b/x"), "22")
	is.sees("/b/x")
	write(t, filepath.Join(dir, "c/x"), "1") // which is one too many
	if n := <-notices; n.Why != "there are more folders than one user may watch" || !strings.HasPrefix(n.Next, "sudo sysctl ") {
		t.Errorf("noticed %+v", n)
	}
	for c := range is.changes {
		if c.More {
			break
		}
	}
	write(t, filepath.Join(dir, "c/x"), "22")
	is.sees("/c/x")
}

// BenchmarkWatchingTwentyThousandFiles reports how much memory a program has
// that watches so many, in a thousand folders.
func BenchmarkWatchingTwentyThousandFiles(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		folder := filepath.Join(dir, fmt.Sprintf("%02d", i/100), fmt.Sprintf("%02d", i%100))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 20 {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("file-number-%02d.txt", j)), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		ctx, stop := context.WithCancel(b.Context())
		w := &watch{root: dir}
		w.run(ctx, func() {
			status, err := os.ReadFile("/proc/self/status")
			if err != nil {
				b.Fatal(err)
			}
			_, rss, _ := strings.Cut(string(status), "VmRSS:") // in kB (proc_pid_status(5))
			kb, _ := strconv.ParseFloat(strings.Fields(rss)[0], 64)
			b.ReportMetric(kb/1024, "MB")
			stop()
		}, func(change) {})
	}
}
