package probe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/limenhq/limen"
)

func TestOwnersAreKnownByTheirWords(t *testing.T) {
	run := func(name string, args ...string) limen.Owner {
		return limen.Owner{Process: limen.Process{Name: name, Command: args}}
	}
	image := run("postgres", "postgres")
	image.Within = []limen.Keeper{{Kind: limen.Docker, Name: "db", Container: &limen.Container{Image: "registry.example:5000/library/pgvector:16@sha256:00"}}}
	unit := run("", "")
	unit.Within = []limen.Keeper{{Kind: limen.Systemd, Name: "postgresql@15-main.service"}}
	framework := run("node", "node", "server.js")
	framework.Process.Framework = &limen.Framework{Name: "Next.js"}
	for _, c := range []struct {
		name  string
		owner limen.Owner
		want  string
	}{
		{"a program", run("redis-server", "/usr/bin/redis-server", "127.0.0.1:6379"), "127.0.0 127.0.0.1:6379 redis-server"},
		{"a program with its version", run("postgres-16"), "postgres-16 postgres"},
		{"a module of Python", run("python3", "python3", "-m", "http.server", "8000"), "http.server http 8000 python3 python"},
		{"a script", run("python3", "/usr/bin/python3.11", "/srv/shop/manage.py", "runserver"), "manage manage.py runserver python3.11 python python3"},
		{"a package of npm", run("node", "node", "/srv/node_modules/.bin/../vite/bin/vite.js"), ".bin vite vite.js node"},
		{"a class of Java", run("java", "java", "-cp", "x.jar", "org.apache.zookeeper.server.Main"), "x.jar org apache zookeeper server main java"},
		{"a title that it chose itself", run("nginx", "nginx: master process /usr/sbin/nginx"), "nginx"},
		{"an image", image, "pgvector postgres"},
		{"a unit", unit, "postgresql"},
		{"a framework", framework, "next.js server server.js node"},
		{"Windows", run("", `C:\Program Files\Redis\Redis-Server.EXE`), "redis-server"},
	} {
		if diff := cmp.Diff(c.want, strings.Join(ownerWords([]limen.Owner{c.owner}), " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func FuzzOwnerWords(f *testing.F) {
	f.Add("node", "/srv/node_modules/@a/b/c.js", "x:y@z")
	f.Add("", "-m", "")
	f.Fuzz(func(t *testing.T, name, arg, image string) {
		o := limen.Owner{
			Process: limen.Process{Name: name, Executable: arg, Command: []string{name, arg, name, image}},
			Within:  []limen.Keeper{{Kind: limen.Systemd, Name: arg, Container: &limen.Container{Image: image}}},
		}
		words := ownerWords([]limen.Owner{o})
		if len(words) > mostWords {
			t.Errorf("%d words", len(words))
		}
		named(All, words)
	})
}
