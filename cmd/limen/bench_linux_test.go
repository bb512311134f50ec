package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// The benchmarks here run whole programs, limen and ss in turns, so that both
// meet the same machine: what counts is the ratio of their medians. They need
// root and a private network:
//
//	go test ./cmd/limen -run '^$' -bench Against -benchtime 15x

// BenchmarkAgainstSSLoaded is a machine with 3,000 processes of 20 descriptors
// each and 2,000 listeners.
func BenchmarkAgainstSSLoaded(b *testing.B) {
	nettest.NeedRoot(b)
	nettest.Load(b, 3000, 20, 2000)
	against(b)
}

// BenchmarkAgainstSSIdle is a machine on which next to nothing runs.
func BenchmarkAgainstSSIdle(b *testing.B) {
	nettest.Listen(b, "tcp", "127.0.0.1:3000")
	against(b)
}

// A contender is a command line that is measured.
type contender struct {
	name string
	args []string
	home string // what it remembers is kept there from run to run; empty for anew each time
	took []time.Duration
}

func against(b *testing.B) {
	ss, limen := nettest.Need(b, "ss"), shipped(b)
	port := aPort(b, ss)
	home := b.TempDir() // list comes first, and fills it for both
	all := []*contender{
		{name: "ss", args: []string{ss, "-Hltnp"}},
		{name: "list", args: []string{limen, "list"}},
		{name: "why", args: []string{limen, "why", port}},
		{name: "list-warm", args: []string{limen, "list"}, home: home},
		{name: "why-warm", args: []string{limen, "why", port}, home: home},
		{name: "version", args: []string{limen, "version"}},
	}
	if setpriv, err := exec.LookPath("setpriv"); err == nil {
		// Without these, the kernel loads no program of ours.
		noBPF := []string{setpriv, "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all"}
		all = append(all,
			&contender{name: "setpriv", args: append(noBPF, "true")},
			&contender{name: "list-walk", args: append(slices.Clone(noBPF), limen, "list")},
			&contender{name: "why-walk", args: append(slices.Clone(noBPF), limen, "why", port)},
			&contender{name: "list-walk-warm", args: append(slices.Clone(noBPF), limen, "list"), home: home},
			&contender{name: "why-walk-warm", args: append(slices.Clone(noBPF), limen, "why", port), home: home})
	}
	for b.Loop() {
		for _, c := range all {
			c.run(b)
		}
	}
	base := all[0].median()
	b.ReportMetric(0, "ns/op") // of all together, which means nothing
	b.ReportMetric(float64(base.Microseconds())/1000, "ss-ms")
	for _, c := range all[1:] {
		b.ReportMetric(float64(c.median())/float64(base), c.name+"/ss")
		b.ReportMetric(float64(c.median().Microseconds())/1000, c.name+"-ms")
	}
}

func (c *contender) run(b *testing.B) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	home := c.home
	if home == "" {
		home = b.TempDir()
	}
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME=")
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v", strings.Join(c.args, " "), err)
	}
	c.took = append(c.took, time.Since(began))
}

func (c *contender) median() time.Duration {
	slices.Sort(c.took)
	return c.took[len(c.took)/2]
}

// shipped builds the program as it is shipped.
func shipped(b *testing.B) string {
	file := filepath.Join(b.TempDir(), "limen")
	cmd := exec.Command(nettest.Need(b, "go"), "build", "-trimpath", "-ldflags=-s -w", "-o", file, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("cannot build limen: %v\n%s", err, out)
	}
	return file
}

// aPort returns a port that something listens on.
func aPort(b *testing.B, ss string) string {
	out, err := exec.Command(ss, "-Hltn").Output()
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(out))
	if len(fields) < 4 {
		b.Fatal("nothing listens")
	}
	return fields[3][strings.LastIndexByte(fields[3], ':')+1:]
}
