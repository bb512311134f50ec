package main

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkWatchTells is how long after a port begins to listen limen watch has
// written its line, and whether ten thousand that open and close within five
// seconds are all told of:
//
//	go test ./cmd/limen -run '^$' -bench WatchTells -benchtime 200x
func BenchmarkWatchTells(b *testing.B) {
	nettest.NeedPrivate(b)
	w := startWatch(b, shipped(b), "watch", "--json")
	var took []time.Duration
	for b.Loop() {
		opened := time.Now()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		port := uint16(l.Addr().(*net.TCPAddr).Port)
		w.until(b, func(e told) bool { return e.Change == "opened" && e.Listener.Port == port })
		took = append(took, time.Since(opened))
		l.Close()
		w.until(b, func(e told) bool { return e.Change == "closed" && e.Listener.Port == port })
	}
	slices.Sort(took)

	const many = 10_000
	begun := time.Now()
	go func() {
		for i := range many {
			if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
				l.Close()
			}
			if rest := time.Duration(i)*5*time.Second/many - time.Since(begun); rest > time.Millisecond {
				<-time.After(rest)
			}
		}
	}()
	opened, closed := 0, 0
	w.until(b, func(e told) bool {
		switch e.Change {
		case "opened":
			opened++
		case "closed":
			closed++
		}
		return closed == many
	})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-99%")
	b.ReportMetric(float64(opened), "of-10000-opened")
	b.ReportMetric(float64(closed), "of-10000-closed")
	b.ReportMetric(float64(residentKiB(b, w.cmd.Process.Pid))/1024, "MiB")
}

// BenchmarkWatchLooking is what watching costs on a machine with 3,000
// processes and 2,000 listeners where the kernel tells nothing by itself: the
// share of one processor over ten seconds.
//
//	go test ./cmd/limen -run '^$' -bench WatchLooking -benchtime 1x
func BenchmarkWatchLooking(b *testing.B) {
	nettest.NeedRoot(b)
	nettest.Load(b, 3000, 20, 2000)
	setpriv := nettest.Need(b, "setpriv")
	w := startWatch(b, setpriv, "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all", shipped(b), "watch", "--json")
	var share float64
	for b.Loop() {
		before := used(b, w.cmd.Process.Pid)
		const span = 10 * time.Second
		<-time.After(span)
		share = 100 * float64(used(b, w.cmd.Process.Pid)-before) / float64(span)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(share, "%-of-a-processor")
}

// A told is an event as limen watch writes it.
type told struct {
	Change   string
	Listener struct{ Port uint16 }
}

// A watched is a limen watch that a benchmark reads.
type watched struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

// startWatch starts a watch and returns when it has begun.
func startWatch(b *testing.B, args ...string) *watched {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Signal(unix.SIGINT); cmd.Wait() })
	said := bufio.NewScanner(errs)
	for said.Scan() && !strings.HasPrefix(said.Text(), "watching") {
	}
	go func() {
		for said.Scan() { // so that it is never held up
		}
	}()
	return &watched{cmd, bufio.NewScanner(out)}
}

// until reads events until one is the one that is waited for.
func (w *watched) until(b *testing.B, is func(told) bool) {
	b.Helper()
	for w.lines.Scan() {
		var e told
		if err := json.Unmarshal(w.lines.Bytes(), &e); err != nil {
			b.Fatalf("%s: %v", w.lines.Text(), err)
		}
		if is(e) {
			return
		}
	}
	b.Fatalf("the watch has ended: %v", w.lines.Err())
}

// used is the processor time of a process, which the kernel counts in
// hundredths of a second (proc_pid_stat(5), utime and stime).
func used(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

// residentKiB is the memory of a process that is in use now.
func residentKiB(b *testing.B, pid int) int {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return n
}
