package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkRunStarts is how much later a program begins under limen run than
// without it, in turns, and how much memory limen and its guard take beside it
// when they have settled:
//
//	go test ./cmd/limen -run '^$' -bench 'RunStarts|RunSays|UpFifty' -benchtime 20x
func BenchmarkRunStarts(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	b.Setenv("HOME", b.TempDir())
	b.Chdir(b.TempDir())
	var plain, under []float64
	for b.Loop() {
		plain = append(plain, untilBegun(b, "date", "+%s%N"))
		under = append(under, untilBegun(b, limen, "run", "--quiet", "date", "+%s%N"))
	}
	cmd := exec.Command(limen, "run", "--quiet", "sleep", "100")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	<-time.After(5 * time.Second) // when what starting took has been given back
	memory := shareOf(b, cmd.Process.Pid)
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait() // how it ends is tested elsewhere
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(plain), "ms-plain")
	b.ReportMetric(middle(under), "ms-under-limen")
	b.ReportMetric(memory, "MiB")
}

// untilBegun is how long it takes from the start of a command until the program
// that says its time has begun, in milliseconds.
func untilBegun(b *testing.B, words ...string) float64 {
	b.Helper()
	began := time.Now()
	out, err := exec.Command(words[0], words[1:]...).Output()
	if err != nil {
		b.Fatal(err)
	}
	at, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return float64(at-began.UnixNano()) / 1e6
}

// telling is a server that says when it began to listen.
const telling = `
import http.server, os, time
s = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler)
print(time.time_ns(), flush=True)
s.serve_forever()
`

// BenchmarkRunSaysWhere is how long after a server can be connected to limen
// has said its URL.
func BenchmarkRunSaysWhere(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	b.Setenv("HOME", b.TempDir())
	b.Chdir(b.TempDir())
	var late []float64
	for b.Loop() {
		cmd := exec.Command(limen, "run", "--json", "python3", "-c", telling)
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		var listens int64
		for s := bufio.NewScanner(out); s.Scan(); {
			var said struct{ Event event }
			if err := json.Unmarshal(s.Bytes(), &said); err != nil {
				b.Fatal(err)
			}
			if l := said.Event.Line; l != nil && listens == 0 {
				listens, _ = strconv.ParseInt(l.Text, 10, 64)
			}
			if said.Event.Change == "answered" {
				late = append(late, float64(time.Now().UnixNano()-listens)/1e6)
				break
			}
		}
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(late), "ms-late")
}

// BenchmarkUpFifty is how much memory limen takes for fifty services, and how
// long until all of them run.
func BenchmarkUpFifty(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	b.Setenv("HOME", b.TempDir())
	dir := b.TempDir()
	b.Chdir(dir)
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, "[services.s%d]\ncommand = \"sleep 1000\"\nready = \"started\"\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "limen.toml"), []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	var took, memory []float64
	for b.Loop() {
		began := time.Now()
		if out, err := exec.Command(limen, "up", "-d").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		took = append(took, time.Since(began).Seconds()*1000)
		<-time.After(5 * time.Second)
		sockets, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".local/state/limen/run/*.sock"))
		if err != nil || len(sockets) != 1 {
			b.Fatalf("%v, %v", sockets, err)
		}
		pid, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(sockets[0]), ".sock"))
		if err != nil {
			b.Fatal(err)
		}
		memory = append(memory, shareOf(b, pid))
		if out, err := exec.Command(limen, "down").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(took), "ms-until-all-run")
	b.ReportMetric(middle(memory), "MiB")
}

// shareOf is how much memory a limen and its guard take, what they share with
// others counted by its share (Pss of proc_pid_smaps(5)), in MiB.
func shareOf(b *testing.B, pid int) (sum float64) {
	b.Helper()
	guard := guardOf(b, pid)
	for _, one := range []int{pid, guard} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", one))
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
				kib, err := strconv.ParseFloat(f[1], 64)
				if err != nil {
					b.Fatal(err)
				}
				sum += kib / 1024
			}
		}
	}
	return sum
}
