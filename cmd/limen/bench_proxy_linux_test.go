package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkNamesAgainst is how many requests for a name are answered in a
// second, and what one costs, beside nginx, caddy and portless, with one
// upstream for all of them. They take turns, so that what else the machine does
// hits all. portless is compared with where it is on the path.
//
//	go test ./cmd/limen -run '^$' -bench NamesAgainst -benchtime 5x
func BenchmarkNamesAgainst(b *testing.B) {
	nettest.Need(b, "h2load")
	upstream := startStatic(b)
	all := []*rival{limenAsRival(b, upstream), nginxAsRival(b, upstream), caddyAsRival(b, upstream)}
	if file, err := exec.LookPath("portless"); err == nil {
		all = append(all, portlessAsRival(b, file, upstream))
	}
	for _, way := range []struct {
		name, scheme string
		options      []string
	}{
		{"http1", "http", []string{"--h1"}},
		{"https1", "https", []string{"--h1"}},
		{"h2", "https", []string{"-m", "4"}},
	} {
		for _, size := range []string{"1k", "100k"} {
			b.Run(way.name+"-"+size, func(b *testing.B) {
				for _, r := range all {
					r.rates, r.costs = nil, nil
				}
				for i := 0; b.Loop(); i++ {
					for j := range all {
						all[(i+j)%len(all)].ask(b, way.scheme, size, way.options)
					}
				}
				b.ReportMetric(0, "ns/op") // h2load's own time
				for _, r := range all {
					b.ReportMetric(middle(r.rates), r.name+"-req/s")
					b.ReportMetric(middle(r.costs)*1e6, r.name+"-cpu-us/req")
				}
			})
		}
	}
}

// A rival is one of those that take turns.
type rival struct {
	name  string
	at    map[string]string // where it is asked, by scheme
	pids  []int
	rates []float64 // requests in a second
	costs []float64 // seconds of processor for each
}

var loaded = regexp.MustCompile(`finished in ([\d.]+)(m?s), [\s\S]*requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed`)

// ask lets h2load ask over 64 connections for two seconds.
func (r *rival) ask(b *testing.B, scheme, size string, options []string) {
	b.Helper()
	before := processorOf(b, r.pids)
	args := append([]string{"-t1", "-c64", "-D2", "--connect-to=" + r.at[scheme]}, options...)
	out, err := exec.Command("h2load", append(args, scheme+"://shop.localhost/"+size)...).CombinedOutput()
	m := loaded.FindSubmatch(out)
	if err != nil || m == nil || string(m[4]) != "0" {
		b.Fatalf("%s: h2load says %v\n%s", r.name, err, out)
	}
	n, _ := strconv.ParseFloat(string(m[3]), 64) // digits, by the pattern
	r.rates = append(r.rates, n/2)
	r.costs = append(r.costs, (processorOf(b, r.pids)-before)/n)
}

// await waits until a rival answers in both schemes.
func (r *rival) await(b *testing.B) {
	b.Helper()
	for scheme, at := range r.at {
		eventually(b, r.name+" answers over "+scheme, func() bool {
			option := []string{"-n1", "-c1", "--h1", "--connect-to=" + at, scheme + "://shop.localhost/1k"}
			out, _ := exec.Command("h2load", option...).CombinedOutput() // it may not be there yet
			return bytes.Contains(out, []byte("status codes: 1 2xx"))
		})
	}
}

// startProgram starts a rival, which ends with the benchmark.
func startProgram(b *testing.B, c *exec.Cmd) (pid int) {
	b.Helper()
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		c.Wait() // it is only compared with
		if b.Failed() {
			b.Logf("%s said\n%s", c.Path, said.String())
		}
	})
	return c.Process.Pid
}

// childrenOf are the workers of a process.
func childrenOf(b *testing.B, pid int) (all []int) {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range strings.Fields(string(text)) {
		n, _ := strconv.Atoi(f) // the kernel writes numbers
		all = append(all, n)
	}
	return all
}

// nginxConfig is what nginx as a server of files and as a proxy has in common.
const nginxConfig = `user root; daemon off; pid %[1]s/pid; error_log stderr crit; worker_processes auto; events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
%[2]s }`

func startNginxWith(b *testing.B, rest string) (pid int) {
	b.Helper()
	nettest.NeedRoot(b)
	dir := b.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxConfig, dir, rest), 0o644); err != nil {
		b.Fatal(err)
	}
	return startProgram(b, exec.Command(nettest.Need(b, "nginx"), "-c", file, "-p", dir))
}

// startStatic serves some files to all rivals.
func startStatic(b *testing.B) (port string) {
	b.Helper()
	folder, port := b.TempDir(), freePort(b)
	for name, size := range map[string]int{"1k": 1 << 10, "100k": 100 << 10, "1m": 1 << 20} {
		if err := os.WriteFile(filepath.Join(folder, name), bytes.Repeat([]byte("x"), size), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	startNginxWith(b, fmt.Sprintf("server { listen 127.0.0.1:%s; root %s; }", port, folder))
	eventually(b, "the upstream answers", func() bool {
		a, err := http.Get("http://127.0.0.1:" + port + "/1k")
		if err != nil {
			return false
		}
		return a.Body.Close() == nil && a.StatusCode == http.StatusOK
	})
	return port
}

func limenAsRival(b *testing.B, upstream string) *rival {
	return routedAsRival(b, newHouse(b, readable(b), 0), upstream, "limen")
}

// routedAsRival is a limen whose house has what else it needs.
func routedAsRival(b *testing.B, h *house, upstream, name string) *rival {
	b.Helper()
	h.wake()
	h.limen("route", "add", "shop", upstream)
	r := &rival{name: name, pids: []int{h.pid()}, at: map[string]string{"http": h.door(80), "https": h.door(443)}}
	r.await(b)
	return r
}

// certificate is one for the name, of limen's, so that all have the same kind.
func certificate(b *testing.B) (cert, key string) {
	b.Helper()
	h := newHouse(b, readable(b), 0)
	dir := b.TempDir()
	c := h.command(context.Background(), "cert", "shop.localhost")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("limen cert: %v\n%s", err, out)
	}
	return filepath.Join(dir, "shop.localhost.pem"), filepath.Join(dir, "shop.localhost-key.pem")
}

func nginxAsRival(b *testing.B, upstream string) *rival {
	cert, key := certificate(b)
	plain, secret := freePort(b), freePort(b)
	pid := startNginxWith(b, fmt.Sprintf(`upstream shop { server 127.0.0.1:%s; keepalive 64; }
server { listen 127.0.0.1:%s; listen 127.0.0.1:%s ssl http2; ssl_certificate %s; ssl_certificate_key %s; server_name shop.localhost;
location / { proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; } }`, upstream, plain, secret, cert, key))
	r := &rival{name: "nginx", at: map[string]string{"http": "127.0.0.1:" + plain, "https": "127.0.0.1:" + secret}}
	r.await(b)
	r.pids = childrenOf(b, pid)
	return r
}

func caddyAsRival(b *testing.B, upstream string) *rival {
	cert, key := certificate(b)
	plain, secret, dir := freePort(b), freePort(b), b.TempDir()
	file := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(file, fmt.Appendf(nil, `{
	admin off
	auto_https off
}
http://shop.localhost:%s {
	reverse_proxy 127.0.0.1:%s
}
https://shop.localhost:%s {
	tls %s %s
	reverse_proxy 127.0.0.1:%s
}
`, plain, upstream, secret, cert, key, upstream), 0o644); err != nil {
		b.Fatal(err)
	}
	c := exec.Command(nettest.Need(b, "caddy"), "run", "--config", file, "--adapter", "caddyfile")
	c.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	r := &rival{name: "caddy", at: map[string]string{"http": "127.0.0.1:" + plain, "https": "127.0.0.1:" + secret}}
	r.pids = []int{startProgram(b, c)}
	r.await(b)
	return r
}

// portlessAsRival starts its proxy twice, because one port of it speaks either.
// It runs as nobody, so that it puts its authority into no store.
func portlessAsRival(b *testing.B, file, upstream string) *rival {
	r := &rival{name: "portless", at: map[string]string{}}
	for scheme, options := range map[string][]string{"http": {"--no-tls"}, "https": nil} {
		home, err := os.MkdirTemp("", "portless")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { os.RemoveAll(home) })
		if err := os.Chown(home, nobody, nobody); err != nil {
			b.Fatal(err)
		}
		port := freePort(b)
		run := func(args ...string) *exec.Cmd {
			c := exec.Command("env", append([]string{file}, args...)...)
			c.Env, c.Dir = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "PORTLESS_STATE_DIR=" + home}, home
			runAs(c, nobody)
			return c
		}
		pid := startProgram(b, run(append([]string{"proxy", "start", "--foreground", "-p", port}, options...)...))
		<-time.After(2 * time.Second) // it makes its authority
		if out, err := run("alias", "shop", upstream).CombinedOutput(); err != nil {
			b.Fatalf("portless alias: %v\n%s", err, out)
		}
		r.pids = append(r.pids, pid)
		r.at[scheme] = "127.0.0.1:" + port
	}
	r.await(b)
	return r
}
