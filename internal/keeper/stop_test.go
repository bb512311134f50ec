package keeper

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"github.com/limenhq/limen"
)

func TestStop(t *testing.T) {
	container := &limen.Container{ID: id}
	for _, c := range []struct {
		k    limen.Keeper
		want string
	}{
		{limen.Keeper{Kind: limen.Systemd, Name: "nginx.service"}, "sudo systemctl stop nginx"},
		{limen.Keeper{Kind: limen.Systemd, Name: `a\x2db@1.service`}, `sudo systemctl stop 'a\x2db@1'`},
		{limen.Keeper{Kind: limen.Systemd, Name: "nginx.service", Container: container}, ""},
		{limen.Keeper{Kind: limen.SystemdUser, Name: "x.service"}, "systemctl --user stop x"},
		{limen.Keeper{Kind: limen.SystemdSocket, Name: "ssh.socket"}, "sudo systemctl stop ssh.socket"},
		{limen.Keeper{Kind: limen.SystemdSocket, Name: "a.socket", File: "/etc/systemd/user/a.socket"}, "systemctl --user stop a.socket"},
		{limen.Keeper{Kind: limen.Docker, Name: "shop-db-1", Container: container}, "docker stop shop-db-1"},
		{limen.Keeper{Kind: limen.Podman, Name: "db", Container: container}, "podman stop db"},
		{limen.Keeper{Kind: limen.Containerd, Name: id[:12], Container: container}, ""},
		{limen.Keeper{Kind: limen.Kubernetes, Name: "x", Container: container}, ""},
		{limen.Keeper{Kind: limen.LXC, Name: "web", Container: container}, ""},
		{limen.Keeper{Kind: limen.PM2, Name: "api"}, "pm2 stop api"},
		{limen.Keeper{Kind: limen.PM2, Name: "pm2"}, ""}, // could not be named
		{limen.Keeper{Kind: limen.Supervisord, Name: "web:web_00"}, "supervisorctl stop web:web_00"},
		{limen.Keeper{Kind: limen.Supervisord, Name: "supervisord"}, ""},
		{limen.Keeper{Kind: limen.Runit, Name: "web"}, "sv down web"},
		{limen.Keeper{Kind: limen.Runit, Name: "web", File: "/etc/service/web"}, "sv down /etc/service/web"},
		{limen.Keeper{Kind: limen.S6, Name: "web"}, ""},
		{limen.Keeper{Kind: limen.S6, Name: "web", File: "/run/service/web"}, "s6-svc -d /run/service/web"},
		{limen.Keeper{Kind: limen.Watcher, Name: "nodemon", PID: 812}, "kill 812"},
		{limen.Keeper{Kind: limen.Watcher, Name: "nodemon"}, ""},
		{limen.Keeper{Kind: limen.Foreman, Name: "foreman", PID: 1}, ""},
		{limen.Keeper{Kind: limen.Tmux, Name: "dev", PID: 5}, ""},
		{limen.Keeper{Kind: limen.Terminal, Name: "zsh on pts/3"}, ""},
		{limen.Keeper{}, ""},
	} {
		if got := Stop(c.k); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.k.Kind, c.k.Name, got, c.want)
		}
	}
}

func TestNextIsNothingWhereNothingKeeps(t *testing.T) {
	if s := Next(nil); s != "" {
		t.Errorf("got %q", s)
	}
	if s := Next([]limen.Keeper{{Kind: limen.SSH, Name: "nick"}, {Kind: limen.Docker, Name: "a"}}); s != "docker stop a" {
		t.Errorf("got %q", s)
	}
}

// hostile are names that a process or an image could choose.
var hostile = []string{
	"", "-f", "--all", "a'b", `a\'; touch pwned; '`, `a\`, `a\\`, "a\nb", "a\rb", "a\x00b", "a\x1b[2Jb", "a\x7fb", "a\u202eb",
	"a\u200bb", "a\u00a0b", "a\u3164b", "\xff", "a!b", " a", "a ", strings.Repeat("a", 256), "\ufffd",
}

// odd are names that need quoting, and can be quoted.
var odd = []string{
	"my app", "$(touch pwned)", "`touch pwned`", "a;b", "a&b", "a|b", "a>b", "a*b", "a?b", "[a]", "{a,b}", "~", "#a", `a"b`,
	`a\x2db`, "$HOME", "a=b", "%self", "(a)", "übung", "日本",
}

func TestAHostileNameGivesNoCommand(t *testing.T) {
	for _, name := range hostile {
		if s := Stop(limen.Keeper{Kind: limen.Docker, Name: name}); s != "" {
			t.Errorf("%q gave %q", name, s)
		}
	}
}

func TestAnOddNameIsOneWordToEveryShell(t *testing.T) {
	shells := 0
	for _, shell := range []string{"sh", "bash", "dash", "zsh", "fish", "ksh", "tcsh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		shells++
		for _, name := range odd {
			word, ok := quote(name)
			if !ok {
				t.Errorf("%q is refused", name)
				continue
			}
			cmd := exec.Command(path, "-c", "printf '<%s>' "+word)
			cmd.Dir = t.TempDir()
			out, err := cmd.Output()
			if err != nil || string(out) != "<"+name+">" {
				t.Errorf("%s reads %s as %q, %v", shell, word, out, err)
			}
		}
	}
	if shells == 0 {
		t.Skip("no shell is installed")
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range append(hostile, odd...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		word, ok := quote(s)
		if !ok {
			return
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(word, "'"), "'")
		if inner != s || strings.HasPrefix(word, "-") || strings.ContainsFunc(word, unicode.IsControl) {
			t.Errorf("%q became %q", s, word)
		}
		if inner == word && strings.ContainsAny(word, " \t$`\"'\\;&|<>(){}[]*?~#!=%^") {
			t.Errorf("%q is not quoted", word)
		}
	})
}
