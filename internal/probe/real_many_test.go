package probe

import (
	"context"
	"encoding/xml"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A known server is one of which it is known what it should be taken for.
type known struct {
	server
	protocol, product string
	version           bool // it tells its exact version
}

const python = "/usr/bin/python3" // which has the modules that Debian packages

// knowns are the servers that people have on one machine, each in its own way.
var knowns = []known{
	{server{Program: "mosquitto", Args: []string{"-c", "{dir}/conf"},
		Files: map[string]string{"conf": "listener {port} 127.0.0.1\nallow_anonymous true\n"}}, "mqtt", "Mosquitto", true},
	{server{Program: "/usr/sbin/sshd", Root: true, Args: []string{"-D", "-e", "-f", "{dir}/conf", "-h", "{dir}/key"},
		Before: [][]string{{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "{dir}/key"}, {"mkdir", "-p", "/run/sshd"}},
		Files:  map[string]string{"conf": "Port {port}\nListenAddress 127.0.0.1\nPidFile none\n"}}, "ssh", "OpenSSH", true},
	{server{Program: "vsftpd", Root: true, Args: []string{"{dir}/conf"},
		Files: map[string]string{"conf": "listen=YES\nlisten_port={port}\nlisten_address=127.0.0.1\nanonymous_enable=NO\nlocal_enable=YES\nbackground=NO\nsecure_chroot_dir={dir}\nseccomp_sandbox=NO\n"}}, "ftp", "vsftpd", true},
	{server{Program: "etcd", Args: []string{"--data-dir", "{dir}/data", "--listen-client-urls", "http://{addr}", "--advertise-client-urls", "http://{addr}", "--listen-peer-urls", "http://127.0.0.1:0"}, Ready: "serving insecure client requests"}, "http", "etcd", true},
	{server{Program: "squid", Args: []string{"-N", "-f", "{dir}/conf"},
		Files: map[string]string{"conf": "http_port 127.0.0.1:{port}\npid_filename none\naccess_log none\ncache_log {dir}/log\ncache deny all\ncoredump_dir {dir}\nnetdb_filename none\npinger_enable off\n"}}, "http-proxy", "Squid", true},
	{server{Program: "mariadbd", Args: []string{"--no-defaults", "--datadir={dir}/data", "--bind-address=127.0.0.1", "--port={port}", "--socket={dir}/socket", "--pid-file={dir}/pid"},
		Before: [][]string{{"mariadb-install-db", "--no-defaults", "--datadir={dir}/data", "--auth-root-authentication-method=normal", "--skip-test-db"}}}, "mysql", "MariaDB", true},
	{server{Program: "slapd", Args: []string{"-d", "0", "-f", "{dir}/conf", "-h", "ldap://{addr}/"},
		Files: map[string]string{"conf": "include /etc/ldap/schema/core.schema\npidfile {dir}/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix dc=test\ndirectory {dir}\n"}}, "ldap", "OpenLDAP", false},
	{server{Program: "nats-server", Args: []string{"-a", "127.0.0.1", "-p", "{port}"}}, "nats", "NATS", true},
	{server{Program: "radicale", Args: []string{"--config", "{dir}/conf"},
		Files: map[string]string{"conf": "[server]\nhosts = {addr}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = {dir}/data\n"}}, "caldav", "Radicale", false},
	{server{Program: "dnsmasq", Args: []string{"-k", "-C", "/dev/null", "-p", "{port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts", "--pid-file={dir}/pid", "--user=nobody"}}, "dns", "dnsmasq", true},
	{server{Program: "/usr/lib/postgresql/15/bin/postgres", Args: []string{"-D", "{dir}/data", "-h", "127.0.0.1", "-p", "{port}", "-k", "{dir}"},
		Before: [][]string{{"/usr/lib/postgresql/15/bin/initdb", "-D", "{dir}/data", "-A", "trust", "--no-sync"}}}, "postgresql", "PostgreSQL", false},
	{server{Program: "redis-server", Args: []string{"--port", "{port}", "--bind", "127.0.0.1", "--save", ""}}, "redis", "Redis", true},
	{server{Program: "php", Args: []string{"-S", "{addr}", "-t", "{dir}"}, Files: map[string]string{"index.php": "<?php echo 'hello';"}}, "http", "PHP", true},
	{server{Program: python, Args: []string{"-m", "http.server", "-b", "127.0.0.1", "{port}"}}, "http", "Python http.server", true},
	{server{Program: python, Args: []string{"{dir}/app.py"},
		Files: map[string]string{"app.py": "from werkzeug.serving import run_simple\nfrom werkzeug.wrappers import Response\nrun_simple('127.0.0.1', {port}, Response('hello'))\n"}}, "http", "Werkzeug", true},
	{server{Program: python, Args: []string{"{dir}/manage.py", "runserver", "--noreload", "{addr}"},
		Files: map[string]string{"manage.py": "import sys\nfrom django.conf import settings\nif not settings.configured: settings.configure(DEBUG=True, ROOT_URLCONF='manage', SECRET_KEY='x', ALLOWED_HOSTS=['*'])\nurlpatterns = []\nfrom django.core.management import execute_from_command_line\nif __name__ == '__main__': execute_from_command_line(sys.argv)\n"}}, "http", "Django", false},
	{server{Program: "node", Args: []string{"{dir}/server.js"},
		Files: map[string]string{"server.js": "require('http').createServer((q, r) => r.end('hello')).listen({port}, '127.0.0.1')\n"}}, "http", "Node.js", false},
	{server{Program: "node", Args: []string{"--inspect={addr}", "-e", "setInterval(() => {}, 1000)"}}, "devtools", "Node.js", true},
	{server{Program: "nginx", Args: []string{"-p", "{dir}", "-e", "{dir}/log", "-c", "{dir}/conf"},
		Files: map[string]string{"conf": nginxConf("{addr}", "")}}, "http", "nginx", true},
	{server{Program: "nginx", Args: []string{"-p", "{dir}", "-e", "{dir}/log", "-c", "{dir}/conf"},
		Before: [][]string{{"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "{dir}/key", "-out", "{dir}/cert", "-subj", "/CN=localhost", "-days", "30"}},
		Files:  map[string]string{"conf": nginxConf("{addr} ssl", "ssl_certificate {dir}/cert; ssl_certificate_key {dir}/key;")}}, "https", "nginx", true},
	{server{Program: "apache2", Args: []string{"-X", "-d", "{dir}", "-f", "{dir}/conf"},
		Files: map[string]string{"conf": "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\nLoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\nListen {addr}\nServerName localhost\nPidFile {dir}/pid\nErrorLog {dir}/log\nDocumentRoot {dir}\n"}}, "http", "Apache", true},
	{server{Program: "tinyproxy", Args: []string{"-d", "-c", "{dir}/conf"},
		Files: map[string]string{"conf": "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\nAllow 127.0.0.1\n"}}, "http-proxy", "tinyproxy", true},
	{server{Program: "memcached", Args: []string{"-l", "127.0.0.1", "-p", "{port}", "-U", "0", "-u", "nobody"}}, "memcached", "memcached", true},
}

func nginxConf(listen, more string) string {
	return "daemon off; master_process off; pid {dir}/pid; events {} http { access_log off; " +
		"client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; " +
		"server { listen " + listen + "; " + more + " } }"
}

// startAll starts all known servers that this machine has, each on an odd
// port, and returns where they are, in their order. Connections are counted.
func startAll(t testing.TB, connections *atomic.Int32) (there []known, targets []Target) {
	for _, k := range knowns {
		at := k.start(t)
		at.Owners = []limen.Owner{{Process: limen.Process{
			ProcessID: limen.ProcessID{PID: 1000 + len(targets), Birth: 1},
			Name:      filepath.Base(k.Program), Command: k.commandAt(at),
		}}}
		plain := at
		at.Dial = func(ctx context.Context) (net.Conn, error) {
			connections.Add(1)
			return plain.connect(ctx)
		}
		there, targets = append(there, k), append(targets, at)
	}
	return there, targets
}

// commandAt is the command line as its owner shows it.
func (k known) commandAt(at Target) []string {
	args := []string{k.Program}
	fill := strings.NewReplacer("{dir}", "/srv", "{port}", strconv.Itoa(int(at.Endpoint.Port())), "{addr}", at.Endpoint.Addr.String())
	for _, a := range k.Args {
		args = append(args, fill.Replace(a))
	}
	return args
}

// isCovered reports whether All and Sites have what recognises the server.
func (k known) isCovered() bool {
	return slices.ContainsFunc(All, func(p Probe) bool { return p.Name == k.protocol && p.Opening == nil }) ||
		slices.ContainsFunc(Sites, func(s Site) bool { return s.Name == k.product })
}

func TestRealServersAreAllIdentified(t *testing.T) {
	nettest.NeedPrivate(t)
	for _, k := range knowns {
		t.Run(k.product+" "+k.protocol, func(t *testing.T) {
			if !k.isCovered() {
				nettest.Skip(t, "needs a probe or a site for "+k.product)
			}
			at := k.start(t)
			for _, owners := range [][]limen.Owner{nil, {{Process: limen.Process{Name: filepath.Base(k.Program), Command: k.commandAt(at)}}}} {
				at.Owners = owners
				s, err := identified(t, at)
				if err != nil {
					t.Errorf("owner known %t: %v", owners != nil, err)
				} else if s.Protocol != k.protocol || owners != nil && (s.Product != k.product || k.version && s.Version == "") {
					t.Errorf("owner known %t: it is taken for %s %q %q, %s", owners != nil, s.Protocol, s.Product, s.Version, s.Confidence)
				}
			}
		})
	}
}

// BenchmarkIdentifyServers asks the known servers all at once. Where they are
// not hidden, what it costs is the figure of docs/performance.md.
func BenchmarkIdentifyServers(b *testing.B) {
	nettest.NeedPrivate(b)
	var connections atomic.Int32
	there, targets := startAll(b, &connections)
	for _, hidden := range []bool{false, true} {
		b.Run("hidden="+strconv.FormatBool(hidden), func(b *testing.B) {
			asked := slices.Clone(targets)
			for i := range asked {
				if hidden {
					asked[i].Owners = nil
				}
			}
			var protocols, products, versions int
			connections.Store(0)
			for b.Loop() {
				protocols, products, versions = 0, 0, 0
				for i, a := range IdentifyAll(b.Context(), asked) {
					if a.Err == nil && a.Service.Protocol == there[i].protocol {
						protocols++
						if a.Service.Product == there[i].product {
							products++
							if a.Service.Version != "" {
								versions++
							}
						}
					} else if !hidden {
						b.Logf("%s: %+v, %v", there[i].product, a.Service, a.Err)
					}
				}
			}
			b.ReportMetric(float64(len(asked)), "servers")
			b.ReportMetric(float64(protocols), "protocols")
			b.ReportMetric(float64(products), "products")
			b.ReportMetric(float64(versions), "versions")
			b.ReportMetric(float64(connections.Load())/float64(b.N), "connections")
		})
	}
	b.Run("nmap", func(b *testing.B) {
		nmap := nettest.Need(b, "nmap")
		var ports []string
		for _, t := range targets {
			ports = append(ports, strconv.Itoa(int(t.Endpoint.Port())))
		}
		var report nmapReport
		for b.Loop() {
			out, err := exec.Command(nmap, "-sV", "-n", "-Pn", "-p", strings.Join(ports, ","), "-oX", "-", "127.0.0.1").Output()
			if report = (nmapReport{}); err != nil || xml.Unmarshal(out, &report) != nil {
				b.Fatal(err)
			}
		}
		var products, versions float64
		for _, p := range report.Ports {
			if p.Service.Product != "" {
				products++
			}
			if p.Service.Version != "" {
				versions++
			}
		}
		b.ReportMetric(float64(len(report.Ports)), "servers")
		b.ReportMetric(products, "products") // right or wrong
		b.ReportMetric(versions, "versions")
	})
}

// An nmapReport is what nmap -oX writes, as far as it is counted here.
type nmapReport struct {
	Ports []struct {
		Service struct {
			Product string `xml:"product,attr"`
			Version string `xml:"version,attr"`
		} `xml:"service"`
	} `xml:"host>ports>port"`
}
