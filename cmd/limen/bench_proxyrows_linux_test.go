package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkProxyBeside compares limen with nginx, row by row, and others likewise:
// limen while it keeps what goes through, limen while somebody looks at that, caddy, and portless where it is on the path. In
// one run, each sample of a second stands between two of nginx, and is counted as the
// ratio to their mean; the figures are medians of as many of these as -benchtime
// says. It prints a table for docs/performance.md. As root, with nothing else to do:
//
//	go test ./cmd/limen -run '^$' -bench ProxyBeside -benchtime 6x
//	go test ./cmd/limen -run '^$' -bench 'ProxyBeside/^h1-1k-64$' -benchtime 12x
func BenchmarkProxyBeside(b *testing.B) {
	nettest.Need(b, "h2load")
	nettest.Need(b, "wrk")
	upstream := startStatic(b)
	nginx := nginxAsRival(b, upstream)
	all := []*rival{limenAsRival(b, upstream), recordingAsRival(b, upstream), tappedAsRival(b, upstream), caddyAsRival(b, upstream)}
	if file, err := exec.LookPath("portless"); err == nil {
		all = append(all, portlessAsRival(b, file, upstream))
	}
	var table bytes.Buffer
	fmt.Fprintln(&table, "\n| | | req/s | of nginx | processor, of nginx | p99, of nginx | PSS |\n|---|---|---:|---:|---:|---:|---:|")
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			pairs := map[*rival][]pair{}
			for b.Loop() {
				before := nginx.sample(b, w)
				for _, r := range all {
					own := r.sample(b, w)
					after := nginx.sample(b, w)
					pairs[r] = append(pairs[r], pair{own, before, after})
					before = after
				}
			}
			b.ReportMetric(0, "ns/op")
			rounds := pairs[all[0]]
			fmt.Fprintf(&table, "| %s | nginx | %.0f | 1 | 1 (%.1f µs) | 1 (%.1f ms) | %.1f MiB |\n", w.text, of(rounds, pair.flankRate), 1e6*of(rounds, pair.flankCost), 1e3*of(rounds, pair.flankLate), of(rounds, pair.flankMemory)/(1<<20))
			for _, r := range all {
				p := pairs[r]
				b.ReportMetric(of(p, pair.rate), r.name+"-of-nginx")
				fmt.Fprintf(&table, "| | %s | %.0f | %.2f | %.2f | %.2f | %.1f MiB |\n", r.name,
					of(p, func(p pair) float64 { return p.own.rate }), of(p, pair.rate), of(p, pair.cost), of(p, pair.late), of(p, func(p pair) float64 { return p.own.memory })/(1<<20))
			}
		})
	}
	fmt.Println(table.String()) // a benchmark of others has no log of its own
}

// A workload is a row of the table.
type workload struct {
	name, text string
	scheme     string
	file       string
	options    []string // of wrk, or of h2load where it is HTTPS, for which wrk cannot name a host
}

var workloads = []workload{
	{"h1-1k-64", "HTTP/1.1, 1 KB, 64 connections", "http", "1k", []string{"-c64"}},
	{"h1-100k-64", "HTTP/1.1, 100 KB, 64 connections", "http", "100k", []string{"-c64"}},
	{"h1-1m-64", "HTTP/1.1, 1 MB, 64 connections", "http", "1m", []string{"-c64"}},
	{"h1-1k-1", "HTTP/1.1, 1 KB, one connection", "http", "1k", []string{"-c1"}},
	{"https-1k-64", "HTTPS, HTTP/1.1, 1 KB, 64 connections", "https", "1k", []string{"-c64", "--h1"}},
	{"h2-1k-4x16", "HTTPS, h2, 1 KB, 4 connections of 16 streams", "https", "1k", []string{"-c4", "-m16"}},
	{"h2-1m-4x4", "HTTPS, h2, 1 MB, 4 connections of 4 streams", "https", "1m", []string{"-c4", "-m4"}},
}

// A sample is what a second of a workload was like.
type sample struct {
	rate   float64 // requests in a second
	cost   float64 // seconds of processor for each
	late   float64 // seconds that 99 of 100 take at most
	memory float64 // bytes, as PSS, in the middle of it
}

// A pair is a sample between two of nginx.
type pair struct{ own, before, after sample }

func (p pair) flankRate() float64   { return (p.before.rate + p.after.rate) / 2 }
func (p pair) flankCost() float64   { return (p.before.cost + p.after.cost) / 2 }
func (p pair) flankLate() float64   { return (p.before.late + p.after.late) / 2 }
func (p pair) flankMemory() float64 { return (p.before.memory + p.after.memory) / 2 }
func (p pair) rate() float64        { return p.own.rate / p.flankRate() }
func (p pair) cost() float64        { return p.own.cost / p.flankCost() }
func (p pair) late() float64        { return p.own.late / p.flankLate() }

// of is the median of something of all pairs.
func of(all []pair, what func(pair) float64) float64 {
	var values []float64
	for _, p := range all {
		values = append(values, what(p))
	}
	return middle(values)
}

// sample has a rival do a workload for a second.
func (r *rival) sample(b *testing.B, w workload) sample {
	b.Helper()
	ask := askByWrk
	if w.scheme == "https" {
		ask = askByH2load
	}
	before := processorOf(b, r.pids)
	memory := make(chan float64, 1)
	half := time.AfterFunc(500*time.Millisecond, func() { memory <- proportionOf(r.pids) })
	defer half.Stop()
	n, seconds, late := ask(b, r, w)
	return sample{rate: n / seconds, cost: (processorOf(b, r.pids) - before) / n, late: late, memory: <-memory}
}

var (
	wrkLate = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	wrkUnit = map[string]float64{"us": 1e-6, "ms": 1e-3, "s": 1}
)

func askByWrk(b *testing.B, r *rival, w workload) (n, seconds, late float64) {
	b.Helper()
	args := append([]string{"-t1", "-d1", "--latency", "-H", "Host: shop.localhost"}, w.options...)
	out, err := exec.Command("wrk", append(args, "http://"+r.at["http"]+"/"+w.file)...).CombinedOutput()
	m, l := requestsPerSecond.FindSubmatch(out), wrkLate.FindSubmatch(out)
	if err != nil || m == nil || l == nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		b.Fatalf("%s: wrk says %v\n%s", r.name, err, out)
	}
	n, _ = strconv.ParseFloat(string(m[1]), 64) // digits, by the pattern, as are the others
	seconds, _ = strconv.ParseFloat(string(m[2]), 64)
	late, _ = strconv.ParseFloat(string(l[1]), 64)
	return n, seconds * wrkUnit[string(m[3])], late * wrkUnit[string(l[2])]
}

func askByH2load(b *testing.B, r *rival, w workload) (n, seconds, late float64) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "took")
	args := append([]string{"-t1", "-D1", "--log-file=" + file, "--connect-to=" + r.at["https"]}, w.options...)
	out, err := exec.Command("h2load", append(args, "https://shop.localhost/"+w.file)...).CombinedOutput()
	m := loaded.FindSubmatch(out)
	if err != nil || m == nil || string(m[4]) != "0" {
		b.Fatalf("%s: h2load says %v\n%s", r.name, err, out)
	}
	n, _ = strconv.ParseFloat(string(m[3]), 64) // digits, by the pattern
	return n, 1, latest(b, file)
}

// latest reads what 99 of 100 requests took at most from a log of h2load: on each
// line the time of its beginning, its status, and how long it took, in microseconds.
func latest(b *testing.B, file string) float64 {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var took []float64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 {
			us, _ := strconv.ParseFloat(fields[2], 64) // h2load writes numbers
			took = append(took, us/1e6)
		}
	}
	slices.Sort(took)
	if len(took) == 0 {
		b.Fatal("h2load has written no log")
	}
	return took[len(took)*99/100]
}

// proportionOf is the memory of processes, of which what several share counts for
// each in part (proc_pid_smaps(5), Pss). It is 0 where that may not be read.
func proportionOf(pids []int) (bytes float64) {
	for _, pid := range pids {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		_, rest, _ := strings.Cut(string(text), "\nPss:")
		var kib float64
		fmt.Sscan(rest, &kib)
		bytes += kib * 1024
	}
	return bytes
}

// recordingAsRival is limen while it keeps what goes through, and nobody looks.
func recordingAsRival(b *testing.B, upstream string) *rival {
	h := newHouse(b, readable(b), 0)
	settings := b.TempDir()
	file := filepath.Join(settings, "limen", "config.toml")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.WriteFile(file, []byte("[tap]\nalways = true\n"), 0o600)); err != nil {
		b.Fatal(err)
	}
	h.env = append(h.env, "XDG_CONFIG_HOME="+settings)
	return routedAsRival(b, h, upstream, "limen-recording")
}

// tappedAsRival is limen while somebody looks at all that goes through it.
func tappedAsRival(b *testing.B, upstream string) *rival {
	h := newHouse(b, readable(b), 0)
	r := routedAsRival(b, h, upstream, "limen-tapped")
	ctx, end := context.WithCancel(context.Background())
	tap := h.command(ctx, "tap", "shop", "--json")
	said, err := tap.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := tap.Start(); err != nil {
		b.Fatal(err)
	}
	read := make(chan bool)
	go func() {
		io.Copy(io.Discard, said) // until it ends
		close(read)
	}()
	b.Cleanup(func() {
		end()
		<-read
		tap.Wait() // it was killed
	})
	return r
}
