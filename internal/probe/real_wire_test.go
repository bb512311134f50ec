package probe

import (
	"net/netip"
	"regexp"
	"strconv"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// wires are real servers, and settings of them, that are not among the knowns.
var wires = []struct {
	name  string
	probe Probe
	server
	port           uint16 // if it takes no other
	product        string
	version        string // a pattern; empty if it does not tell
	authentication limen.Authentication
}{
	{name: "memcached that wants a login", probe: Memcached, authentication: limen.AuthenticationRequired,
		server: server{Program: "memcached", Args: []string{"-l", "127.0.0.1", "-p", "{port}", "-U", "0", "-Y", "{dir}/users", "-u", "nobody"},
			Files: map[string]string{"users": "limen:secret\n"}}},
	{name: "mosquitto that wants a login", probe: MQTT, authentication: limen.AuthenticationRequired,
		server: server{Program: "mosquitto", Args: []string{"-c", "{dir}/conf"}, Files: map[string]string{"conf": "listener {port} 127.0.0.1\nallow_anonymous false\n"}}},
	{name: "mosquitto that does not", probe: MQTT, product: "Mosquitto", version: `^\d+\.\d+\.\d+`, authentication: limen.AuthenticationNone,
		server: server{Program: "mosquitto", Args: []string{"-c", "{dir}/conf"}, Files: map[string]string{"conf": "listener {port} 127.0.0.1\nallow_anonymous true\n"}}},
	{name: "nats that does not want a login", probe: NATS, product: "NATS", version: `^\d+\.\d+\.\d+`, authentication: limen.AuthenticationNone,
		server: server{Program: "nats-server", Args: []string{"-a", "127.0.0.1", "-p", "{port}"}}},
	{name: "aiosmtpd", probe: SMTP, product: "aiosmtpd", version: `^\d+\.\d+`,
		server: server{Program: "/usr/bin/aiosmtpd", Args: []string{"-n", "-l", "{addr}"}}},
	{name: "dovecot imap", probe: IMAP, product: "Dovecot", authentication: limen.AuthenticationRequired, server: dovecot("imap")},
	{name: "dovecot pop3", probe: POP3, product: "Dovecot", authentication: limen.AuthenticationRequired, server: dovecot("pop3")},
	{name: "tigervnc", probe: VNC, authentication: limen.AuthenticationNone,
		server: server{Program: "Xtigervnc", Root: true, Args: []string{":87", "-rfbport", "{port}", "-localhost", "-SecurityTypes", "None", "-nolisten", "unix"}}},
	{name: "x11 that lets in who comes", probe: X11, port: 6086, product: "X.Org", version: `^\d+\.\d+\.\d+$`, authentication: limen.AuthenticationNone,
		server: server{Program: "Xvfb", Root: true, Args: []string{":86", "-listen", "tcp", "-nolisten", "unix", "-ac"}}},
	{name: "x11 that does not", probe: X11, port: 6085, authentication: limen.AuthenticationRequired,
		server: server{Program: "Xvfb", Root: true, Args: []string{":85", "-listen", "tcp", "-nolisten", "unix", "-auth", "{dir}/none"}, Files: map[string]string{"none": "\x01\x00\x00\x00\x00\x00\x00\x12MIT-MAGIC-COOKIE-1\x00\x100123456789abcdef"}}},
	{name: "rsync", probe: Rsync,
		server: server{Program: "rsync", Args: []string{"--daemon", "--no-detach", "--port={port}", "--address=127.0.0.1", "--config={dir}/conf"},
			Files: map[string]string{"conf": "use chroot = no\nlog file = {dir}/log\n[files]\npath = {dir}\n"}}},
	{name: "git", probe: Git,
		server: server{Program: "git", Args: []string{"daemon", "--listen=127.0.0.1", "--port={port}", "--base-path={dir}", "{dir}"}}},
	{name: "microsocks", probe: SOCKS, authentication: limen.AuthenticationNone,
		server: server{Program: "microsocks", Args: []string{"-i", "127.0.0.1", "-p", "{port}"}}},
	{name: "microsocks that wants a login", probe: SOCKS, authentication: limen.AuthenticationRequired,
		server: server{Program: "microsocks", Args: []string{"-i", "127.0.0.1", "-p", "{port}", "-u", "limen", "-P", "secret"}}},
	{name: "pgbouncer", probe: Postgres, product: "PgBouncer", authentication: limen.AuthenticationRequired,
		server: server{Program: "pgbouncer", Args: []string{"{dir}/conf"},
			Files: map[string]string{"conf": "[databases]\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = md5\nauth_file = {dir}/users\n", "users": ""}}},
	{name: "samba", probe: SMB,
		server: server{Program: "smbd", Root: true, Args: []string{"--foreground", "--no-process-group", "--debug-stdout", "-p", "{port}", "-s", "{dir}/conf"},
			Files: map[string]string{"conf": "[global]\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nlock directory = {dir}\nstate directory = {dir}\ncache directory = {dir}\npid directory = {dir}\nprivate dir = {dir}\nncalrpc dir = {dir}/rpc\nserver services =\ndisable spoolss = yes\n"}}},
}

// dovecot waits for one protocol, and lets nobody in.
func dovecot(protocol string) server {
	return server{Program: "dovecot", Root: true, Args: []string{"-F", "-c", "{dir}/conf"}, Files: map[string]string{
		"conf": "base_dir = {dir}/run\nstate_dir = {dir}/state\nlog_path = /dev/stderr\nssl = no\nlisten = 127.0.0.1\nprotocols = " + protocol +
			"\npassdb {\n driver = static\n args = nopassword=n password=secret\n}\nuserdb {\n driver = static\n args = uid=nobody gid=nogroup home={dir}\n}\n" +
			"service " + protocol + "-login {\n inet_listener " + protocol + " {\n port = {port}\n }\n inet_listener " + protocol + "s {\n port = 0\n }\n}\n",
	}}
}

func TestRealServersTellWhatTheyAre(t *testing.T) {
	nettest.NeedPrivate(t)
	for _, w := range wires {
		t.Run(w.name, func(t *testing.T) {
			if w.Root {
				nettest.NeedRoot(t)
			}
			at := freePort(t)
			if w.port != 0 {
				at = netip.MustParseAddrPort("127.0.0.1:" + strconv.Itoa(int(w.port)))
			}
			target := w.startAt(t, at)
			got := ask(t, w.probe, target)
			if got.Protocol != w.probe.Name || got.Product != w.product || got.Authentication != w.authentication || got.Confidence != limen.Exchanged {
				t.Errorf("it is taken for %+v", got)
			}
			if (w.version == "") != (got.Version == "") || !regexp.MustCompile(w.version).MatchString(got.Version) {
				t.Errorf("version %q, want %q", got.Version, w.version)
			}
			s, err := identified(t, target)
			if err != nil || s.Protocol != got.Protocol || s.Product != got.Product {
				t.Errorf("where nothing is known of its owner, it is taken for %+v, %v", s, err)
			}
		})
	}
}
