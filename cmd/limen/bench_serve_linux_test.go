package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
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

// BenchmarkServeAgainstNginx is how many requests the whole program answers in
// a second, and what one costs it, beside nginx, which serves the same folder.
// The two take turns, so that what else the machine does hits both. wrk asks,
// over connections that stay open, from the same machine:
//
//	go test ./cmd/limen -run '^$' -bench ServeAgainstNginx -benchtime 6x
func BenchmarkServeAgainstNginx(b *testing.B) {
	nettest.Need(b, "wrk")
	folder := b.TempDir()
	past := time.Now().Add(-time.Hour)
	sizes := []struct {
		name        string
		bytes       int64
		connections int
	}{{"1k.html", 1 << 10, 16}, {"100k.bin", 100 << 10, 16}, {"100m.bin", 100 << 20, 4}}
	for _, s := range sizes {
		f := filepath.Join(folder, s.name)
		if err := os.WriteFile(f, bytes.Repeat([]byte("x"), int(s.bytes)), 0o644); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(f, past, past); err != nil {
			b.Fatal(err)
		}
	}
	servers := []*webServer{startLimenServe(b, folder), startNginx(b, folder)}
	for _, s := range sizes {
		b.Run(s.name, func(b *testing.B) {
			for _, w := range servers {
				w.rates, w.costs = nil, nil
			}
			for i := 0; b.Loop(); i++ {
				for j := range servers {
					servers[(i+j)%len(servers)].ask(b, s.name, s.connections)
				}
			}
			b.ReportMetric(0, "ns/op") // wrk's own time
			for _, w := range servers {
				b.ReportMetric(middle(w.rates), w.name+"-req/s")
				b.ReportMetric(middle(w.costs)*1e6, w.name+"-cpu-us/req")
			}
			b.ReportMetric(middle(servers[0].rates)/middle(servers[1].rates), "of-nginx")
			b.ReportMetric(middle(servers[0].costs)/middle(servers[1].costs), "cpu-of-nginx")
		})
	}
}

// BenchmarkServeStarts is how long after its start the whole program has
// answered a request, and how much memory it has then.
func BenchmarkServeStarts(b *testing.B) {
	folder := b.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte("hello"), 0o644); err != nil {
		b.Fatal(err)
	}
	limen := shipped(b)
	var took, memory []float64
	for b.Loop() {
		port := freePort(b)
		began := time.Now()
		cmd := exec.Command(limen, "serve", folder, "--port", port)
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		for {
			answer, err := http.Get("http://127.0.0.1:" + port + "/")
			if err == nil {
				took = append(took, time.Since(began).Seconds()*1000)
				answer.Body.Close()
				break
			}
			if time.Since(began) > 10*time.Second {
				b.Fatal(err)
			}
			<-time.After(200 * time.Microsecond)
		}
		memory = append(memory, residentOf(b, cmd.Process.Pid)/(1<<20))
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait() // how it ends is tested elsewhere
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(took), "ms-to-first-200")
	b.ReportMetric(middle(memory), "MiB-resident")
}

// A webServer is one of those that take turns.
type webServer struct {
	name    string
	address string
	pids    []int

	rates []float64 // requests in a second
	costs []float64 // seconds of processor for each
}

var requestsPerSecond = regexp.MustCompile(`(\d+) requests in ([\d.]+)(m?s|m)`)

// ask lets wrk ask for two seconds.
func (w *webServer) ask(b *testing.B, name string, connections int) {
	before := processorOf(b, w.pids)
	out, err := exec.Command("wrk", "-t1", fmt.Sprintf("-c%d", connections), "-d2", "http://"+w.address+"/"+name).CombinedOutput()
	if err != nil {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	m := requestsPerSecond.FindSubmatch(out)
	if m == nil || bytes.Contains(out, []byte("Non-2xx")) {
		b.Fatalf("%s: wrk says\n%s", w.name, out)
	}
	n, _ := strconv.ParseFloat(string(m[1]), 64)       // digits, by the pattern
	seconds, _ := strconv.ParseFloat(string(m[2]), 64) // likewise
	w.rates = append(w.rates, n/seconds)
	w.costs = append(w.costs, (processorOf(b, w.pids)-before)/n)
}

func startLimenServe(b *testing.B, folder string) *webServer {
	port := freePort(b)
	cmd := exec.Command(shipped(b), "serve", folder, "--port", port, "--quiet")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait() // how it ends is tested elsewhere
	})
	w := &webServer{name: "limen", address: "127.0.0.1:" + port, pids: []int{cmd.Process.Pid}}
	w.await(b)
	return w
}

// startNginx starts nginx as Debian sets it up, without its log: limen writes
// none here either.
func startNginx(b *testing.B, folder string) *webServer {
	nginx := nettest.Need(b, "nginx")
	port, dir := freePort(b), b.TempDir()
	config := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log stderr crit; worker_processes auto; events { worker_connections 768; }
http { access_log off; sendfile on; tcp_nopush on; types { text/html html; } default_type application/octet-stream;
client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen 127.0.0.1:%[2]s; root %[3]s; } }`, dir, port, folder)
	if os.Geteuid() == 0 {
		config = "user root; " + config // to read what only root may
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(nginx, "-c", file, "-p", dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait() // it is only compared with
	})
	w := &webServer{name: "nginx", address: "127.0.0.1:" + port}
	w.await(b)
	children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for _, pid := range strings.Fields(string(children)) {
		n, _ := strconv.Atoi(pid) // the kernel writes numbers
		w.pids = append(w.pids, n)
	}
	return w
}

func (w *webServer) await(b *testing.B) {
	eventually(b, w.name+" answers", func() bool {
		answer, err := http.Get("http://" + w.address + "/1k.html")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		n, err := io.Copy(io.Discard, answer.Body)
		return err == nil && n == 1<<10 && answer.StatusCode == http.StatusOK
	})
}

// processorOf is how many seconds of processor some processes have used
// (fields 14 and 15 of proc_pid_stat(5), in hundredths).
func processorOf(b *testing.B, pids []int) (seconds float64) {
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')'):]))
		for _, f := range fields[12:14] {
			n, _ := strconv.ParseFloat(f, 64) // the kernel writes numbers
			seconds += n / 100
		}
	}
	return seconds
}

// residentOf is how much memory a process has (field 2 of proc_pid_statm(5), in
// pages).
func residentOf(b *testing.B, pid int) float64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		b.Fatal(err)
	}
	n, _ := strconv.ParseFloat(strings.Fields(string(statm))[1], 64) // the kernel writes numbers
	return n * float64(os.Getpagesize())
}

func middle(all []float64) float64 {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}
