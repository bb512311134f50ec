package view

import (
	"net/netip"
	"time"

	"github.com/limenhq/limen"
)

// noon is when every snapshot and verdict of these tests was made.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var (
	nick = &limen.User{UID: 1000, Name: "nick"}
	root = &limen.User{UID: 0, Name: "root"}
)

// process returns a process that was started so long before noon.
func process(pid int, name string, up time.Duration) limen.Process {
	return limen.Process{
		ProcessID: limen.ProcessID{PID: pid, Birth: birth(up)}, Name: name,
		Started: noon.Add(-up), User: nick,
	}
}

// birth is when a process was started, in hundredths of a second since the
// machine was, which was 50 days before noon.
func birth(up time.Duration) uint64 {
	return uint64((50*24*time.Hour - up) / (10 * time.Millisecond))
}

func sole(p limen.Process) limen.Owner {
	return limen.Owner{Process: p, Role: limen.Sole, Proof: limen.Proved}
}

func within(o limen.Owner, all ...limen.Keeper) limen.Owner {
	o.Within, o.Keeper = all, &all[0]
	return o
}

func listener(endpoint string, reach limen.Reach, user *limen.User, owners ...limen.Owner) limen.Listener {
	e := limen.MustParseEndpoint(endpoint)
	l := limen.Listener{
		Endpoint: e, State: limen.Listening, Reach: reach, User: user,
		Families: []limen.Family{limen.IPv4}, Owners: owners, Socket: uint64(e.Port()),
		Namespace: 4026531840, Backlog: &limen.Backlog{Max: 128},
	}
	if e.Address().Is6() && !e.Address().Is4In6() {
		l.Families = []limen.Family{limen.IPv6}
	}
	if e.Transport == limen.UDP {
		l.State, l.Backlog = limen.Open, nil
	}
	return l
}

// node is a dev server as people have them.
func node() limen.Owner {
	p := process(4242, "node server.js", 2*time.Hour+5*time.Minute)
	p.Executable, p.Directory = "/usr/bin/node", "/home/nick/src/shop"
	p.Command = []string{"node", "server.js", "--port", "3000"}
	p.Project = &limen.Project{Name: "shop", Root: "/home/nick/src/shop", Manifest: "package.json", Branch: "main"}
	p.Framework = &limen.Framework{Name: "Next.js", Evidence: "next 15.0.1 in package.json"}
	p.Ancestors = []limen.Ancestor{
		{ProcessID: limen.ProcessID{PID: 4200, Birth: p.Birth - 40}, Name: "npm run dev"},
		{ProcessID: limen.ProcessID{PID: 4100, Birth: p.Birth - 9000}, Name: "zsh"},
		{ProcessID: limen.ProcessID{PID: 800, Birth: 3000}, Name: "tmux"}, {ProcessID: limen.ProcessID{PID: 1, Birth: 2}, Name: "systemd"},
	}
	return within(sole(p), limen.Keeper{Kind: limen.Tmux, Name: "dev"})
}

// nginx is a master with four workers on one socket.
func nginx() (all []limen.Owner) {
	master := process(812, "nginx", 12*24*time.Hour)
	master.User = root
	unit := limen.Keeper{Kind: limen.Systemd, Name: "nginx.service", PID: 812}
	m := within(sole(master), unit)
	m.Role = limen.Master
	all = append(all, m)
	for pid := 813; pid < 817; pid++ {
		w := process(pid, "nginx", 12*24*time.Hour)
		w.Ancestors = []limen.Ancestor{{ProcessID: master.ProcessID, Name: "nginx"}}
		o := within(sole(w), unit)
		o.Role = limen.Worker
		all = append(all, o)
	}
	return all
}

// machine is a snapshot with everything that a table has to cope with.
func machine() limen.Snapshot {
	dual := listener("tcp/[::]:80", limen.World, root, nginx()...)
	dual.Families = []limen.Family{limen.IPv4, limen.IPv6}

	twin := func(pid int) limen.Listener {
		o := sole(process(pid, "python3 app.py", 3*time.Minute))
		o.Role = limen.Peer
		l := listener("tcp/0.0.0.0:8000", limen.Network, nick, o)
		l.Socket = uint64(pid)
		return l
	}

	maybe := sole(process(700, "sshd", 12*24*time.Hour))
	maybe.Proof = limen.Candidate
	maybe.Process.User = root
	maybe = within(maybe, limen.Keeper{Kind: limen.Systemd, Name: "ssh.service"})

	stray := process(5151, "vite", 3*24*time.Hour)
	stray.Orphan, stray.Deleted = true, true
	stray.Project = &limen.Project{Name: "shop", Root: "/home/nick/src/shop-fix", Branch: "fix", Worktree: "shop-fix"}
	stray.Directory = "/home/nick/src/shop-fix"

	db := within(sole(process(991, "postgres", 40*24*time.Hour)), limen.Keeper{
		Kind: limen.Docker, Name: "shop-db-1",
		Container: &limen.Container{ID: "abc", Image: "postgres:16", Project: "shop", Service: "db"},
	})
	db.Process.User = &limen.User{UID: 999}

	dns := listener("udp/127.0.0.53:53", limen.Self, &limen.User{UID: 101, Name: "systemd-resolve"})
	dns.Device = "lo"

	return limen.Snapshot{
		Machine: "desk", Time: noon,
		Listeners: []limen.Listener{
			listener("tcp/127.0.0.1:3000", limen.Self, nick, node()),
			dual,
			twin(901), twin(902),
			listener("tcp/0.0.0.0:22", limen.World, root, maybe),
			listener("tcp/[::1]:5173", limen.Self, nick, sole(stray)),
			listener("tcp/172.17.0.1:5432", limen.Machine, &limen.User{UID: 999}, db),
			listener("tcp/[::ffff:127.0.0.1]:9000", limen.Self, nick, sole(process(77, "java", 90*time.Second))),
			listener("udp/[fe80::1%eth0]:546", limen.Network, root),
			dns,
			listener("tcp/127.0.0.1:8888", limen.Self, nick, sole(process(88, "日本語サーバー", time.Hour))),
		},
		Gaps: []limen.Gap{{
			What: "the sockets of 12 processes of other users", Why: "only root may look into them", Next: "run limen as root",
		}},
	}
}

// forgeries are listeners of programs that chose their names to deceive.
func forgeries() limen.Snapshot {
	s := limen.Snapshot{Machine: "desk", Time: noon}
	for i, name := range []string{
		"nginx (812)", "a (1) and b", "maybe sshd", "hidden: user root", "x  22  0.0.0.0  root", ` "quoted",pid=1`,
		"line\nbreak", "\x1b[2J\x1b]0;title\a", "evil\u202egnp.exe", "zero\u200bwidth", "bytes\xff\x9b2J", "\u0085\u2028\u2029", "=HYPERLINK(\"http://x\")",
		"-bash", "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo", "private\ue000", "tag\U000e0041", "",
	} {
		p := process(1000+i, name, time.Hour)
		p.Command = []string{name, "$(touch pwned)", ""}
		p.Directory = "/tmp/" + name
		p.Project = &limen.Project{Name: name, Root: "/tmp/" + name, Branch: name, Worktree: name}
		s.Listeners = append(s.Listeners, limen.Listener{
			Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(netip.IPv6Loopback(), uint16(1000+i))},
			State:    limen.Listening, Reach: limen.Self, User: &limen.User{UID: 1, Name: name}, Device: name,
			Owners: []limen.Owner{within(sole(p), limen.Keeper{Kind: "new\x1b", Name: name})},
		})
	}
	s.Gaps = []limen.Gap{{What: "gap\x1b[31m", Why: "why\nnext: rm", Next: "\u202e"}}
	return s
}
