package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// realServers are started in a directory that has their file and a certificate,
// where PORT is where they listen.
var realServers = []struct {
	name    string
	program string
	args    []string
	file    string
	text    string
	target  string // what else than the port
	want    string // of the answer to a PUT or, where want begins so, to a GET
}{
	{"node", "node", []string{"s.js"}, "s.js", `require("http").createServer((q, a) => {
		a.writeEarlyHints({link: "</a.css>; rel=preload"}); a.setHeader("Trailer", "X-Sum")
		q.on("data", b => a.write(b)); q.on("end", () => { a.addTrailers({"X-Sum": "1"}); a.end(" from node") })
	}).listen(PORT, "::1")`, "", "hello from node"},
	{"node with TLS", "node", []string{"s.js"}, "s.js", `const fs = require("fs")
	require("https").createServer({key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem")}, (q, a) => q.pipe(a)).listen(PORT)`, "", "hello"},
	{"node with HTTP/2 alone", "node", []string{"s.js"}, "s.js", `require("http2").createServer((q, a) => q.pipe(a)).listen(PORT)`, "h2c://localhost:", "hello"},
	{"python", "python3", []string{"-m", "http.server", "PORT"}, "index.html", "hello from python", "", "GET hello from python"},
	{"php", "php", []string{"-S", "localhost:PORT", "s.php"}, "s.php", `<?php echo file_get_contents("php://input"), " from ", $_SERVER["HTTP_HOST"];`, "", "hello from shop.localhost"},
	{"nginx with TLS", "nginx", []string{"-p", ".", "-c", "n.conf", "-e", "stderr"}, "n.conf", `daemon off; pid n.pid; error_log stderr; events {}
	http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
	server { listen 127.0.0.1:PORT ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; location / { return 200 "hello from nginx for $http_host"; } } }`, "", "hello from nginx for shop.localhost"},
}

// Whatever it speaks, and whichever loopback it took: the first request waits
// until it listens, and has its answer.
func TestRealServersAnswer(t *testing.T) {
	for _, s := range realServers {
		t.Run(s.name, func(t *testing.T) {
			program := nettest.Need(t, s.program)
			dir := t.TempDir()
			certify(t, dir)
			_, port, _ := net.SplitHostPort(free(t))
			put := strings.NewReplacer("PORT", port)
			if err := os.WriteFile(filepath.Join(dir, s.file), []byte(put.Replace(s.text)), 0o644); err != nil {
				t.Fatal(err)
			}
			route := lead(t, s.target+port)
			at := stand(t, Config{Patience: time.Minute}, route)
			cmd := exec.Command(program)
			for _, arg := range s.args {
				cmd.Args = append(cmd.Args, put.Replace(arg))
			}
			cmd.Dir = dir
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
			var printed strings.Builder
			cmd.Stderr = &printed
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait()
			defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			want, isGet := strings.CutPrefix(s.want, "GET ")
			method := "PUT"
			if isGet {
				method = "GET"
			}
			for range 3 {
				res, body := ask(t, at, method, "/", strings.NewReader("hello"))
				if res.StatusCode != 200 || body != want {
					t.Fatalf("%s %q\n%s", res.Status, body, printed.String())
				}
				if s.name == "node" && res.Trailer.Get("X-Sum") != "1" {
					t.Errorf("trailers %v", res.Trailer)
				}
			}
		})
	}
}

// certify writes a certificate that nobody trusts, and its key.
func certify(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	cert, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name, kind string
		der        []byte
	}{{"cert.pem", "CERTIFICATE", cert}, {"key.pem", "PRIVATE KEY", der}} {
		if err := os.WriteFile(filepath.Join(dir, f.name), pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
