package main

import (
	"io"
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkWaitAgainstWaitPort is how long after a port begins to listen the
// whole program that waits for it has ended. The port opens at moments that fit
// to no pause between two looks. wait-port is npm's, and is measured in the
// same run if it is on the path:
//
//	go test ./cmd/limen -run '^$' -bench Wait -benchtime 20x
func BenchmarkWaitAgainstWaitPort(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	all := []*contender{{name: "limen", args: []string{limen, "wait", "3000"}}}
	if setpriv, err := exec.LookPath("setpriv"); err == nil {
		// Without these, the kernel tells limen of nothing, and it has to look.
		all = append(all, &contender{name: "limen-looking", args: []string{
			setpriv, "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all", limen, "wait", "3000",
		}})
	}
	if peer, err := exec.LookPath("wait-port"); err == nil {
		all = append(all, &contender{name: "wait-port", args: []string{peer, "--output", "silent", "127.0.0.1:3000"}})
	} else {
		b.Log("wait-port is not installed, and not measured: npm install --global wait-port")
	}
	for i := 0; b.Loop(); i++ {
		for _, c := range all {
			c.waitFor(b, 600*time.Millisecond+time.Duration(i*7919%97)*time.Millisecond)
		}
	}
	b.ReportMetric(0, "ns/op") // mostly the time until the port opens
	for _, c := range all {
		b.ReportMetric(float64(c.median().Microseconds())/1000, c.name+"-ms-late")
		b.ReportMetric(float64(slices.Max(c.took).Microseconds())/1000, c.name+"-ms-most")
	}
}

// waitFor runs a contender, opens the port for which it waits after a while,
// and takes the time from there to its end.
func (c *contender) waitFor(b *testing.B, after time.Duration) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	<-time.After(after)
	l, err := net.Listen("tcp", "127.0.0.1:3000")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	opened := time.Now()
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%s: %v", c.name, err)
	}
	c.took = append(c.took, time.Since(opened))
}
