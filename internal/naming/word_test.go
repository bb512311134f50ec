package naming

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestTheWordOfAProgram(t *testing.T) {
	shop := in("/src/shop", "shop")
	for _, test := range []struct{ directory, executable, name, command, framework, product, want string }{
		{"", "/usr/bin/node", "node api.js", "node server/api.js", "Express", "", "api"},
		{"", "/usr/bin/node", "node index.js", "node api/index.js", "", "", "api"},
		{"", "/usr/bin/node", "node api/index.js", "node api/index.js", "", "", "api"},
		{"", "/usr/bin/node", "node index.js", "node src/index.js", "Express", "", "express"},
		{"", "/usr/bin/node", "node server.js", "node --import ./trace.js server.js", "", "", "server"},
		{"services/billing/src", "/usr/bin/node", "node server.js", "node server.js", "", "", "billing"},
		{"apps", "/usr/bin/node", "vite", "node node_modules/.bin/vite --config ./web.config.ts", "Vite", "", "vite"},
		{"", "/usr/bin/node", "next dev", "node node_modules/.bin/next dev", "Next.js", "", "next-js"},
		{"", "/usr/bin/node", "storybook dev", "node node_modules/.bin/storybook dev", "Storybook", "Storybook", "storybook"},
		{"", "/usr/bin/python3", "python manage.py", "python manage.py runserver", "Django", "", "django"},
		{"", "/usr/bin/python3", "python -m http.server", "python -m http.server", "", "", "http-server"},
		{"", "/usr/bin/python3", "gunicorn app:app", "python venv/bin/gunicorn app:app", "", "", "gunicorn"},
		{"", "/usr/bin/node", "node app.js", "node app.js", "", "", ""},
		{"", "/usr/bin/node", "node shop.js", "node shop.js", "", "", ""}, // as the project
		{"", "/src/shop/bin/worker", "worker", "bin/worker", "Gin", "", "worker"},
		{"", "/src/shop/target/debug/shop", "shop", "target/debug/shop", "Axum", "", "axum"},
		{"", "/tmp/go-build1/b001/exe/api", "api", "/tmp/go-build1/b001/exe/api", "", "", "api"},
		{"", "/tmp/go-build1/b001/exe/main", "main", "/tmp/go-build1/b001/exe/main", "", "", ""},
		{"", "/usr/sbin/caddy", "caddy", "caddy run", "", "Caddy", "caddy"},
		{"", "/src/shop/node_modules/esbuild/bin/esbuild", "esbuild", "esbuild --serve", "", "", "esbuild"},
		{"", "/opt/prometheus", "prometheus", "prometheus", "", "Prometheus", "metrics"},
		{"", "", "", "", "", "", ""},
	} {
		p := limen.Process{
			Name: test.name, Executable: at(test.executable), Directory: filepath.Join(shop.Root, filepath.FromSlash(test.directory)),
			Command: strings.Fields(test.command), Project: shop,
		}
		if test.framework != "" {
			p.Framework = &limen.Framework{Name: test.framework}
		}
		f := seen(3000, p)
		f.Service.Product = test.product
		if got, _ := wordFor(f, *shop, "shop"); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func TestAToolNeverHasThePlainName(t *testing.T) {
	f := seen(6006, limen.Process{Name: "storybook", Project: in("/src/shop", "shop")})
	f.Service.Product = "Storybook"
	if p, why := Propose(f); p.Name != "storybook.shop.localhost" {
		t.Errorf("%+v, %q", p, why)
	}
}

func TestEverySourceOfAWordIsNeeded(t *testing.T) {
	shop := in("/src/shop", "shop")
	f := seen(3000, limen.Process{
		Name: "node d.js", Command: []string{"node", "c/d.js"}, Executable: at("/usr/bin/node"),
		Directory: filepath.Join(shop.Root, "b"), Framework: &limen.Framework{Name: "e"}, Project: shop,
	})
	f.Service.Product = "Storybook"
	p := &f.Listener.Owners[0].Process
	for _, step := range []struct {
		want string
		then func()
	}{
		{"storybook", func() { f.Service.Product = "" }},
		{"b", func() { p.Directory = shop.Root }},
		{"d", func() { p.Command = nil }},
		{"e", func() { p.Framework, p.Name = nil, "f g" }},
		{"f", func() { p.Name = "" }},
		{"", func() {}},
	} {
		if got, _ := wordFor(f, *shop, "shop"); got != step.want {
			t.Errorf("%q; want %q", got, step.want)
		}
		step.then()
	}
}
