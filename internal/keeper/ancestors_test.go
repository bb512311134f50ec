package keeper

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Command lines as these programs have them; | stands for the end of an
// argument.
func TestAncestorsAreKnownByWhatTheyRun(t *testing.T) {
	for _, c := range []struct {
		lines []string // parent first
		tty   string
		env   []string
		want  []string
		gaps  int
	}{
		// PM2
		{lines: []string{"PM2 v5.3.0: God Daemon (/root/.pm2)"}, env: []string{"name", "api", "pm_id", "0"}, want: []string{"pm2 api"}},
		{lines: []string{"PM2 v5.3.0: God Daemon (/root/.pm2)"}, env: []string{"pm_id", "3"}, want: []string{"pm2 3"}},
		{lines: []string{"PM2 v5.3.0: God Daemon (/root/.pm2)"}, want: []string{"pm2 pm2"}, gaps: 1},
		{lines: []string{"vim|PM2 v5: God Daemon"}},
		// supervisord
		{lines: []string{"/usr/bin/python3|/usr/bin/supervisord|-n|-c|/etc/supervisor/supervisord.conf"},
			env: []string{"SUPERVISOR_PROCESS_NAME", "web", "SUPERVISOR_GROUP_NAME", "web"}, want: []string{"supervisord web"}},
		{lines: []string{"/usr/bin/python3.11|-E|/usr/bin/supervisord"},
			env: []string{"SUPERVISOR_PROCESS_NAME", "web_00", "SUPERVISOR_GROUP_NAME", "web"}, want: []string{"supervisord web:web_00"}},
		{lines: []string{"supervisord"}, want: []string{"supervisord supervisord"}, gaps: 1},
		// runit, s6
		{lines: []string{"runsv|web", "runsvdir|-P|/etc/service"}, want: []string{"runit web"}},
		{lines: []string{"busybox|runsv|/srv/web/"}, want: []string{"runit web"}},
		{lines: []string{"runsv|/"}},
		{lines: []string{"s6-supervise|web", "s6-svscan|/run/service"}, want: []string{"s6 web"}},
		// watchers
		{lines: []string{"/usr/bin/node|--watch|a.js"}, want: []string{"watcher node --watch"}},
		{lines: []string{"/usr/bin/node|a.js|--watch"}},
		{lines: []string{"node|-r|ts-node/register|--watch|a.js"}, want: []string{"watcher node --watch"}},
		{lines: []string{"node|/srv/node_modules/.bin/nodemon|a.js"}, want: []string{"watcher nodemon"}},
		{lines: []string{"node|/srv/node_modules/tsx/dist/cli.mjs|watch|a.ts"}, want: []string{"watcher tsx watch"}},
		{lines: []string{"node|/srv/node_modules/tsx/dist/cli.mjs|a.ts"}},
		{lines: []string{"/srv/bin/python3.12|/srv/bin/uvicorn|app:app|--reload"}, want: []string{"watcher uvicorn --reload"}},
		{lines: []string{"python|-m|uvicorn|app:app|--reload"}, want: []string{"watcher uvicorn --reload"}},
		{lines: []string{"python|manage.py|runserver"}, want: []string{"watcher manage runserver"}},
		{lines: []string{"/go/bin/air|-c|.air.toml"}, want: []string{"watcher air"}},
		{lines: []string{"bash|-c|nodemon app.js"}},
		// foremen
		{lines: []string{"ruby3.1|/usr/bin/foreman|start"}, env: []string{"PS", "web.1"}, want: []string{"foreman foreman"}},
		{lines: []string{"node|/srv/node_modules/concurrently/dist/bin/concurrently.js|a|b"}, want: []string{"foreman concurrently"}},
		{lines: []string{"node|/srv/node_modules/@nx/cli/bin/x.js", "node|/srv/node_modules/nx/bin/nx.js|serve"}, want: []string{"foreman nx"}},
		{lines: []string{"tmux|-C|-L|overmind-shop-x1|new-session"}, want: []string{"foreman overmind", "tmux overmind-shop-x1"}},
		// tmux
		{lines: []string{"-zsh", "tmux|new|-s|dev"}, tty: "pts/3", env: []string{"TMUX", "/tmp/tmux-1000/default,799,0"}, want: []string{"tmux dev"}},
		{lines: []string{"-zsh", "tmux|new|-s|dev"}, env: []string{"TMUX", "/tmp/tmux-1000/default,799,4"}, want: []string{"tmux $4"}},
		{lines: []string{"-zsh", "tmux|new|-s|dev"}, env: []string{"TMUX", "/tmp/tmux-1000/default,5,0"}, want: []string{"tmux default"}},
		{lines: []string{"tmux|-S|/tmp/work"}, want: []string{"tmux work"}},
		{lines: []string{"tmux|-Lside"}, want: []string{"tmux side"}},
		// screen
		{lines: []string{"SCREEN|-S|dev"}, want: []string{"screen 800.dev"}},
		{lines: []string{"SCREEN"}, env: []string{"STY", "800.pts-0.box"}, want: []string{"screen 800.pts-0.box"}},
		{lines: []string{"SCREEN"}, env: []string{"STY", "7.other"}, want: []string{"screen 800"}},
		// SSH
		{lines: []string{"-bash", "sshd: nick@pts/0", "sshd: nick [priv]", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"},
			tty: "pts/0", want: []string{"ssh nick@pts/0"}},
		{lines: []string{"sshd-session: nick@notty", "sshd-session: nick [priv]", "sshd: /usr/sbin/sshd -D [listener]"}, want: []string{"ssh nick"}},
		{lines: []string{"sshd: nick [priv]"}, want: []string{"ssh nick"}},
		{lines: []string{"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"}},
		{lines: []string{"sshd: [accepted]"}},
		{lines: []string{"sshd: nick [preauth]"}},
		// cron
		{lines: []string{"/bin/sh|-c|backup", "/usr/sbin/CRON|-f", "/usr/sbin/cron|-f"}, want: []string{"cron cron"}},
		// editors
		{lines: []string{"/usr/bin/zsh|-i", "/usr/share/code/code|--type=utility"}, tty: "pts/1", want: []string{"ide code"}},
		{lines: []string{"/home/nick/.vscode-server/bin/1a/node|/home/nick/.vscode-server/bin/1a/out/server-main.js"}, want: []string{"ide vscode-server"}},
		{lines: []string{"/opt/idea/jbr/bin/java|-Didea.paths.selector=GoLand2025.2|com.intellij.idea.Main"}, want: []string{"ide goland"}},
		{lines: []string{"sh|/opt/goland/bin/goland.sh"}, want: []string{"ide goland"}},
		// terminals
		{lines: []string{"-zsh"}, tty: "pts/3", want: []string{"terminal zsh on pts/3"}},
		{lines: []string{"/usr/bin/fish"}, tty: "/dev/tty1", want: []string{"terminal fish on tty1"}},
		{lines: []string{"bash|-l"}},
		{lines: []string{"bash|start.sh"}, tty: "pts/3"},
		{lines: []string{"bash|-c|sleep 1"}, tty: "pts/3"},
		{lines: []string{"fish|-c|sleep 1"}, tty: "pts/3"},
	} {
		s := descendant(c.lines...)
		s.Terminal, s.Environ = c.tty, environ(c.env...)
		got, gaps := within(t, &Finder{}, s)
		if diff := cmp.Diff(c.want, names(got)); diff != "" || len(gaps) != c.gaps {
			t.Errorf("%q (-want +got):\n%s%v", c.lines, diff, gaps)
		}
	}
}

func TestAnAncestorThatMayNotBeSeenIsKnownByItsName(t *testing.T) {
	s := descendant("")
	s.Command = nil
	s.Process.Ancestors[0].Name = "node --watch"
	got, _ := within(t, &Finder{}, s)
	if diff := cmp.Diff([]string{"watcher node --watch"}, names(got)); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadProgram(f *testing.F) {
	for _, s := range []string{"node|-r|x|/a/node_modules/@b/c/d.js|watch", "python3.11|-m|uvicorn", "-", "bash|-c", "|", "tmux|-L|x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := readProgram(strings.Split(s, "|"))
		if len(p.names) == 0 || len(p.names) > 4 {
			t.Errorf("%q is called %q", s, p.names)
		}
		p.find(watchers)
		p.option("-s", "--session")
		sshLogin(s)
		tmuxSession(s, 1)
		shell(p)
	})
}
