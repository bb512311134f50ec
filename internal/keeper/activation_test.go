package keeper

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestTheSocketUnitBehindSystemdIsNamed(t *testing.T) {
	root := tree(t,
		"/usr/lib/systemd/system/ssh.socket", "[Unit]\nDescription=x\n[Socket]\nListenStream=22\nAccept=no\n",
		"/usr/lib/systemd/system/ssh.service", "",
		"/usr/lib/systemd/system/cups.socket", "[Socket]\nListenStream=/run/cups/cups.sock\nListenStream=127.0.0.1:631\n",
		"/usr/lib/systemd/system/echo.socket", "[Socket]\nListenStream=[::1]:7\nListenDatagram=7\nAccept=yes\n",
		"/usr/lib/systemd/system/web.socket", "[Socket]\nListenStream=80\nService=nginx.service\n",
		"/run/systemd/generator/web.socket.d/addresses.conf", "[Socket]\nListenStream=\nListenStream=8080\n",
		"/etc/systemd/system/web.socket.d/addresses.conf", "[Socket]\nListenStream=\nListenStream=8081\n",
		"/usr/lib/systemd/system/alias.socket", "-> ssh.socket",
		"/usr/lib/systemd/system/masked.socket", "[Socket]\nListenStream=9\n",
		"/etc/systemd/system/masked.socket", "-> /dev/null",
		"/usr/lib/systemd/system/one.socket", "[Socket]\nListenStream=5000\n",
		"/usr/lib/systemd/system/two.socket", "[Socket]\nListenStream=5000\n",
		"/run/user/1000/systemd/user/app.socket", "[Socket]\nListenStream=3000\n",
	)
	const user = "/user.slice/user-1000.slice/user@1000.service/"
	for _, c := range []struct {
		claim  string
		e      string
		cgroup string
		made   string
		want   []string
		stop   string
	}{
		{"nobody has connected yet", "tcp/[::]:22", "/init.scope", "", []string{"systemd-socket ssh.socket", "systemd ssh.service"}, "sudo systemctl stop ssh.socket ssh.service"},
		{"the service has the socket", "tcp/[::]:22", "/system.slice/ssh.service", "/init.scope", []string{"systemd-socket ssh.socket", "systemd ssh.service"}, "sudo systemctl stop ssh.socket ssh.service"},
		{"an address", "tcp/127.0.0.1:631", "/init.scope", "/init.scope", []string{"systemd-socket cups.socket", "systemd cups.service"}, "sudo systemctl stop cups.socket cups.service"},
		{"a service for each connection", "tcp/[::1]:7", "/init.scope", "", []string{"systemd-socket echo.socket"}, "sudo systemctl stop echo.socket"},
		{"datagrams", "udp/[::]:7", "/init.scope", "", []string{"systemd-socket echo.socket"}, "sudo systemctl stop echo.socket"},
		{"a drop-in, of which /etc's counts", "tcp/[::]:8081", "/init.scope", "", []string{"systemd-socket web.socket", "systemd nginx.service"}, "sudo systemctl stop web.socket nginx.service"},
		{"a drop-in that is overridden", "tcp/[::]:8080", "/init.scope", "", nil, ""},
		{"what a drop-in took away", "tcp/[::]:80", "/init.scope", "", nil, ""},
		{"a mask", "tcp/[::]:9", "/init.scope", "", nil, ""},
		{"two units, neither of which runs", "tcp/[::]:5000", "/init.scope", "", nil, ""},
		{"two units, one of which runs", "tcp/[::]:5000", "/system.slice/two.service", "/init.scope", []string{"systemd-socket two.socket", "systemd two.service"}, "sudo systemctl stop two.socket two.service"},
		{"a user's", "tcp/[::]:3000", user + "init.scope", "", []string{"systemd-socket app.socket", "systemd-user app.service"}, "systemctl --user stop app.socket app.service"},
		{"a user's socket is not the system's", "tcp/[::]:3000", "/init.scope", "", nil, ""},
	} {
		f := &Finder{Root: root}
		got, gaps := within(t, f, Subject{Cgroup: c.cgroup, SocketCgroup: c.made, Socket: limen.MustParseEndpoint(c.e)})
		if diff := cmp.Diff(c.want, names(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.claim, diff)
		}
		if s := Next(got); s != c.stop {
			t.Errorf("%s: next is %q", c.claim, s)
		}
		if c.want == nil && (len(gaps) != 1 || gaps[0].What != "which socket unit of systemd holds "+c.e) {
			t.Errorf("%s: gaps %v", c.claim, gaps)
		}
	}
}

func TestASocketMadeInsideAContainerIsNotOfThisSystemd(t *testing.T) {
	root := tree(t, "/usr/lib/systemd/system/ssh.socket", "[Socket]\nListenStream=22\n")
	s := Subject{Cgroup: "/lxc.payload.web/system.slice/ssh.service", SocketCgroup: "/lxc.payload.web/init.scope", Socket: at("[::]:22")}
	got, gaps := within(t, &Finder{Root: root}, s)
	if diff := cmp.Diff([]string{"systemd ssh.service", "lxc web"}, names(got)); diff != "" || len(gaps) > 0 {
		t.Error(gaps, diff)
	}
}

func TestProcessOneIsSystemdOnlyByNameWhereThereAreNoControlGroups(t *testing.T) {
	root := tree(t, "/usr/lib/systemd/system/ssh.socket", "[Socket]\nListenStream=22\n")
	s := Subject{Process: limen.Process{ProcessID: limen.ProcessID{PID: 1, Birth: 1}, Name: "systemd"}, Socket: at("[::]:22")}
	got, _ := within(t, &Finder{Root: root}, s)
	if len(got) != 2 || got[0].Name != "ssh.socket" || got[0].File != root+"/usr/lib/systemd/system/ssh.socket" {
		t.Errorf("got %+v", got)
	}
	s.Process.Name = "tini"
	if got, gaps := within(t, &Finder{Root: root}, s); len(got)+len(gaps) > 0 {
		t.Errorf("got %+v %v", got, gaps)
	}
}

func TestReadSocketUnit(t *testing.T) {
	var u socketUnit
	u.read(`
# ListenStream=1
; ListenStream=2
ListenStream=3
[Socket]
ListenStream = 22
ListenStream=0.0.0.0:23
ListenStream=\
# between a line and its continuation
   [fe80::1%eth0]:24
ListenDatagram=[::ffff:10.0.0.1]:25
ListenStream=@abstract
ListenStream=vsock:2:1234
ListenStream=0
ListenStream=65536
ListenStream=127.0.0.1:0
ListenStream=localhost:80
ListenSequentialPacket=26
Accept=TRUE
Service=a.service
[Install]
ListenStream=27
`)
	var got []string
	for _, l := range u.listens {
		got = append(got, l.transport.String()+" "+l.addr.String()+fmt.Sprint(" ", l.port))
	}
	want := []string{"tcp invalid IP 22", "tcp 0.0.0.0 23", "tcp fe80::1 24", "udp 10.0.0.1 25"}
	if diff := cmp.Diff(want, got); diff != "" || !u.accept || u.service != "a.service" {
		t.Errorf("%+v (-want +got):\n%s", u, diff)
	}
}

func FuzzReadSocketUnit(f *testing.F) {
	f.Add("[Socket]\nListenStream=22\nListenDatagram=[::1]:53\\\n x\nAccept=yes\n")
	f.Add("[Socket]\nListenStream=\\\n#\n\\\n")
	f.Fuzz(func(t *testing.T, s string) {
		u := socketUnit{name: "x.socket"}
		u.read(s)
		for _, l := range u.listens {
			if l.port == 0 || l.transport == 0 {
				t.Errorf("%q gave %v", s, l)
			}
		}
		for line := range logicalLines(s) {
			if strings.ContainsAny(line, "\n") {
				t.Errorf("%q is not a line", line)
			}
		}
		u.holds(at("[::]:22"))
		u.starts()
	})
}
