package process

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNameOf(t *testing.T) {
	for _, test := range []struct{ executable, command, want string }{ // the command is split at bars
		// The executable decides, then the first argument, then the thread's name.
		{"/usr/sbin/nginx", "nginx: master process /usr/sbin/nginx -g daemon off;", "nginx"},
		{"/usr/lib/postgresql/16/bin/postgres", "postgres: checkpointer ", "postgres"},
		{"/srv/evil", "/usr/sbin/sshd|-D", "evil"},
		{"/opt/My App/a (b) c", "x", "a (b) c"},
		{"", "nginx: master process /usr/sbin/nginx -g daemon off;", "nginx"},
		{"", "sshd: ann@pts/0", "sshd"},
		{"", "/opt/My App/server", "server"},
		{"", "-bash", "bash"},
		{"", "worker thread of mine", "worker"},
		{"", "/usr/bin/node|/srv/shop/server.js", "node server.js"},
		{"", "", "comm"},
		{"", "/", "comm"},
		{"/usr/sbin/php-fpm8.2", "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)", "php-fpm8.2"},

		// Node and its like.
		{"/usr/bin/node", "node|server.js", "node server.js"},
		{"/usr/bin/node", "node|./server.js", "node server.js"},
		{"/usr/bin/node", "node|--inspect|-r|dotenv/config|--import|tsx|/srv/shop/server.js|--port|80", "node server.js"},
		{"/usr/bin/nodejs", "node", "nodejs"},
		{"/usr/bin/node", "node|-e|setInterval(x)", "node -e"},
		{"/usr/bin/node", "/usr/bin/node|/srv/shop/node_modules/.bin/next|dev", "next dev"},
		{"/usr/bin/node", "node|/srv/shop/node_modules/next/dist/bin/next|dev|--port|3000", "next dev"},
		{"/usr/bin/node", "node|node_modules/.pnpm/vite@5.0.0/node_modules/vite/bin/vite.js|--host", "vite"},
		{"/usr/bin/node", "node|/srv/node_modules/@angular/cli/bin/ng.js|serve", "ng serve"},
		{"/usr/bin/node", "node|/srv/node_modules/@nestjs/cli/lib/x.js", "@nestjs/cli"},
		{"/usr/bin/node", "node|/usr/lib/node_modules/npm/bin/npm-cli.js|run|dev", "npm run dev"},
		{"/usr/bin/node", "node|/srv/node_modules/jest-worker/build/processChild.js", "jest-worker"},
		{"/usr/bin/node", "npm run dev", "node (npm run dev)"},
		{"/usr/bin/node", "next-server (v14.1.0)", "node (next-server (v14.1.0))"},
		{"/usr/bin/deno", "deno|run|-A|main.ts", "deno run main.ts"},
		{"/usr/bin/bun", "bun|run|--hot|server.ts", "bun run server.ts"},
		{"/usr/bin/bun", "bun|/srv/node_modules/.bin/vite|build", "vite build"},

		// Python.
		{"/usr/bin/python3.11", "python3|-m|http.server|8000", "python -m http.server"},
		{"/usr/bin/python3.11", "python3|-um|http.server", "python -m http.server"},
		{"/usr/bin/python3.11", "python3|-mhttp.server", "python -m http.server"},
		{"/usr/bin/python3.11", "python3|-X|dev|-u|/srv/app.py", "python app.py"},
		{"/usr/bin/python3.11", "python3|-c|import os", "python -c"},
		{"/usr/bin/python3.11", "/venv/bin/python|/venv/bin/gunicorn|-w|4|-b|0.0.0.0:80|app:app", "gunicorn app:app"},
		{"/usr/bin/python3.11", "python|-m|uvicorn|--host|localhost:1|shop.main:app|--reload", "uvicorn shop.main:app"},
		{"/usr/bin/python3.11", "python|venv/bin/flask|--app|shop|run|--port|80", "flask run"},
		{"/usr/bin/python3.11", "python|/venv/bin/celery|-A|shop|worker|-l|info", "celery worker"},
		{"/usr/bin/python3.11", "/usr/bin/python3|/usr/bin/supervisord|-c|/etc/s.conf", "supervisord"},
		{"/usr/bin/python3.11", "gunicorn: master [app:app]", "python (gunicorn: master [app:app])"},
		{"/usr/bin/pypy3", "pypy3|manage.py|runserver", "pypy manage.py"},

		// The others.
		{"/usr/bin/ruby3.1", "ruby|bin/rails|server", "ruby bin/rails"},
		{"/usr/bin/ruby3.1", "ruby|-rbundler/setup|/usr/bin/bundle|exec|puma|-p|80", "bundle exec puma"},
		{"/usr/bin/perl", "perl|-Ilib|-T|/srv/daemon.pl", "perl daemon.pl"},
		{"/usr/bin/php8.2", "php|-d|x=1|-S|localhost:8000|-t|public", "php -S localhost:8000"},
		{"/usr/bin/php8.2", "php|artisan|serve", "php artisan"},
		{"/usr/lib/jvm/bin/java", "java|-Xmx1g|-cp|a.jar:b.jar|-jar|/srv/app.jar|run", "java -jar app.jar"},
		{"/usr/lib/jvm/bin/java", "java|-cp|a.jar|org.example.Main|x", "java org.example.Main"},
		{"/usr/bin/dotnet", "dotnet|/srv/Shop.dll", "dotnet Shop.dll"},
		{"/usr/bin/dotnet", "dotnet|watch|run|--project|Shop", "dotnet watch run --project Shop"},
		{"/usr/bin/bash", "-bash", "bash"},
		{"/usr/bin/dash", "sh|-c|npm run dev\necho", "dash -c npm run dev"},
		{"/usr/bin/bash", "bash|-lc|exec /srv/run --all", "bash -c exec /srv/run --all"},
		{"/usr/bin/bash", "bash|-eo|pipefail|./deploy.sh|--now", "bash deploy.sh"},
		{"/usr/bin/bash", "/bin/bash|--|-odd.sh", "bash -odd.sh"},
		{"/usr/bin/bash", "/bin/sh|/usr/local/bin/start-shop|/etc/x", "start-shop"},
		{"/bin/busybox", "httpd|-f|-p|80", "busybox httpd"},
		{"/bin/busybox", "busybox|httpd|-f", "busybox httpd"},
		{"/bin/busybox", "-sh", "busybox sh"},

		// Unfinished and hostile.
		{"/usr/bin/python3", "python3|-m", "python -m"},
		{"/usr/bin/bash", "bash|-c", "bash -c"},
		{"/usr/bin/node", "node|--|", "node"},
		{"/usr/bin/node", "|", "node"},
		{"/usr/bin/node", "node|node_modules/", "node node_modules/"},
		{"/srv/" + strings.Repeat("é", 80), "x", strings.Repeat("é", 59) + "…"},
		{"/srv/" + strings.Repeat("é", 60), "x", strings.Repeat("é", 60)},
		{"/srv/\xff", "x", "\ufffd"},
	} {
		var command []string
		if test.command != "" {
			command = strings.Split(test.command, "|")
		}
		if got := nameOf(test.executable, command, "comm"); got != test.want {
			t.Errorf("%s, %q: %q; want %q", test.executable, command, got, test.want)
		}
	}
}

func FuzzNameOf(f *testing.F) {
	f.Add("/usr/bin/node", "node|node_modules/.bin/next|dev", "MainThread")
	f.Add("/usr/bin/python3.11", "python|-um|gunicorn|-w|4|app:app", "python")
	f.Add("", "postgres: checkpointer", "postgres")
	f.Add("/bin/bash", "bash|-lc|x", "bash")
	f.Fuzz(func(t *testing.T, executable, command, comm string) {
		name := nameOf(executable, strings.Split(command, "|"), comm)
		if !utf8.ValidString(name) || utf8.RuneCountInString(name) > nameLimit {
			t.Errorf("%q, %q, %q: %q", executable, command, comm, name)
		}
		if name == "" && executable+command+comm != "" && comm != "" {
			t.Errorf("%q, %q, %q: no name", executable, command, comm)
		}
	})
}

func TestAFileOfSeveralNamesIsCalledByTheOneItWasGiven(t *testing.T) {
	for first, want := range map[string]string{
		"redis-server 127.0.0.1:6379": "redis-server",
		"/usr/bin/redis-server":       "redis-server",
		"nginx":                       "redis-check-rdb", // which it cannot be
	} {
		if got := nameOf("/usr/bin/redis-check-rdb", []string{first}, "redis-server"); got != want {
			t.Errorf("%q: %q; want %q", first, got, want)
		}
	}
}
