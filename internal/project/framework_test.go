package project

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// site is a directory with a manifest of every language.
var site = []string{
	"package.json", `{"name":"site","dependencies":{"next":"15.0.1","express":"^5.0.0"},"devDependencies":{"vite":"^7"}}`,
	"requirements.txt", "fastapi>=0.115\n",
	"Gemfile", "gem 'rails', '~> 8.0'\n",
	"composer.json", `{"require":{"laravel/framework":"^12.0"}}`,
	"pom.xml", "<groupId>org.springframework.boot</groupId>",
	"mix.exs", `{:phoenix, "~> 1.7"}`,
	"Cargo.toml", "[package]\nname = 'api'\n[dependencies]\naxum = '0.8'\n",
	"go.mod", "module site\n",
	"shop/__init__.py", "",
}

// Paths that begin with ./ in executables and arguments lie in the site.
var frameworks = []struct {
	executable, command string // with | between arguments
	name, evidence      string
}{
	{"/usr/bin/node", "node|./node_modules/.bin/vite|--port|3000", "Vite", "vite in the command line"},
	{"/usr/bin/node", "next-server (v15.0.1)", "Next.js", "next-server in the command line"},
	{"/usr/bin/node", "ng serve", "Angular", "ng in the command line"},
	{"/usr/bin/node", "node|server.js", "Next.js", "next 15.0.1 in package.json"},
	{"/usr/bin/node", "node|.", "Next.js", "next 15.0.1 in package.json"},
	{"/usr/bin/node", "node|node_modules/.bin/eslint_d", "", ""},
	{"/usr/bin/node", "node|/usr/lib/node_modules/npm/bin/npm-cli.js|run|dev", "", ""},
	{"/usr/bin/node", "node|/opt/elsewhere/server.js", "", ""},
	{"/usr/bin/node", "node", "", ""},
	{"/usr/bin/bun", "bun|run|server.ts", "Next.js", "next 15.0.1 in package.json"},
	{"/usr/bin/bun", "bun|/opt/elsewhere/server.ts", "Bun", "bun in the command line"},
	{"/usr/bin/deno", "deno|run|/opt/main.ts", "Deno", "deno in the command line"},

	{"/usr/bin/python3.13", "python3|manage.py|runserver", "Django", "manage.py runserver in the command line"},
	{"/usr/bin/python3.13", "python3|manage.py|shell", "FastAPI", "fastapi >=0.115 in requirements.txt"},
	{"/usr/bin/python3.13", "python3|./.venv/bin/uvicorn|main:app", "FastAPI", "uvicorn in the command line, fastapi >=0.115 in requirements.txt"},
	{"/usr/bin/python3.13", "python3|app.py", "FastAPI", "fastapi >=0.115 in requirements.txt"},
	{"/usr/bin/python3.13", "python3|-m|shop", "FastAPI", "fastapi >=0.115 in requirements.txt"},
	{"/usr/bin/python3.13", "python3|-m|http.server", "", ""},
	{"/usr/bin/python3.13", "python3|./.venv/bin/celery|worker", "", ""},
	{"/usr/bin/python3.13", "python3|-c|import app", "", ""},
	{"/usr/bin/python3.13", "gunicorn: master [shop]", "FastAPI", "gunicorn in the command line, fastapi >=0.115 in requirements.txt"},

	{"/usr/bin/ruby3.1", "puma 6.4.2 (tcp://0.0.0.0:3000) [site]", "Rails", "puma in the command line, rails ~> 8.0 in Gemfile"},
	{"/usr/bin/ruby3.1", "ruby|/usr/bin/bundle|exec|jekyll|serve", "Jekyll", "jekyll in the command line"},
	{"/usr/bin/ruby3.1", "ruby|bin/rails|server", "Rails", "rails in the command line"},

	{"/usr/bin/php8.4", "php|-S|127.0.0.1:8000|./vendor/laravel/framework/src/server.php", "Laravel", "laravel/framework in the command line"},
	{"/usr/bin/php8.4", "php|-S|127.0.0.1:8000", "Laravel", "php -S in the command line, laravel/framework ^12.0 in composer.json"},
	{"/usr/bin/php8.4", "php|worker.php", "Laravel", "laravel/framework ^12.0 in composer.json"},

	{"/usr/bin/java", "java|-cp|target/classes:/opt/x.jar|com.example.App", "Spring Boot", "org.springframework.boot in pom.xml"},
	{"/usr/bin/java", "java|-jar|target/site.jar", "Spring Boot", "org.springframework.boot in pom.xml"},
	{"/usr/bin/java", "java|-jar|/usr/share/jenkins.war", "", ""},
	{"/usr/bin/java", "java|-cp|/opt/kafka/libs/kafka.jar|kafka.Kafka", "", ""},

	{"/usr/lib/erlang/beam.smp", "beam.smp|--|-extra|/usr/bin/mix|phx.server", "Phoenix", "phx.server in the command line"},
	{"/usr/lib/erlang/beam.smp", "beam.smp|--|-extra|/usr/bin/mix|run", "Phoenix", "phoenix ~> 1.7 in mix.exs"},

	{"./target/debug/api", "target/debug/api", "Axum", "axum 0.8 in Cargo.toml"},
	{"./elsewhere/api", "api", "", ""},
	{"/usr/bin/hugo", "hugo|server", "Hugo", "hugo in the command line"},
	{"/usr/lib/postgresql/bin/postgres", "postgres|-D|data", "", ""},
	{"/usr/bin/sleep", "vite", "", ""},
	{"", "node|server.js", "Next.js", "next 15.0.1 in package.json"},
}

func TestFramework(t *testing.T) {
	root := tree(t, site...)
	in := func(s string) string {
		if rest, ok := strings.CutPrefix(s, "./"); ok {
			return filepath.Join(root, rest)
		}
		return s
	}
	f := &Finder{Home: filepath.Dir(root)}
	for _, c := range frameworks {
		p := limen.Process{Executable: in(c.executable), Directory: root}
		for arg := range strings.SplitSeq(c.command, "|") {
			p.Command = append(p.Command, in(arg))
		}
		var got limen.Framework
		if fw := f.Framework(p); fw != nil {
			got = *fw
		}
		if got.Name != c.name || got.Evidence != c.evidence {
			t.Errorf("%s %q: %q because of %q, want %q because of %q", c.executable, c.command, got.Name, got.Evidence, c.name, c.evidence)
		}
	}
}

func TestWithoutAProjectOnlyTheCommandSpeaks(t *testing.T) {
	f := new(Finder)
	for _, c := range []struct {
		line []string
		name string
	}{
		{[]string{"node", "node_modules/.bin/astro", "dev"}, "Astro"},
		{[]string{"python3", "-m", "uvicorn", "main:app"}, "uvicorn"},
		{[]string{"node", "server.js"}, ""},
		{[]string{"dotnet", "App.dll"}, ""},
		{nil, ""},
	} {
		got := ""
		if fw := f.Framework(limen.Process{Command: c.line}); fw != nil {
			got = fw.Name
		}
		if got != c.name {
			t.Errorf("%q: %q, want %q", c.line, got, c.name)
		}
	}
}

func TestTheNearestManifestSaysWhatItIsBuiltWith(t *testing.T) {
	root := tree(t,
		".git/HEAD", onMain, "package.json", `{"name":"mono","dependencies":{"next":"15"}}`,
		"apps/api/package.json", `{"name":"api","dependencies":{"express":"5.1.0"}}`)
	p := commandLine("/usr/bin/node", "node", "server.js")
	p.Directory = filepath.Join(root, "apps", "api")
	fw := new(Finder).Framework(p)
	if fw == nil || fw.Name != "Express" || fw.Evidence != "express 5.1.0 in package.json" {
		t.Errorf("Framework = %+v, want Express, not what another part of the repository uses", fw)
	}
}

func TestEvidenceHoldsNoSecret(t *testing.T) {
	p := commandLine("/usr/bin/node", "node", "server.js")
	p.Directory = tree(t, "package.json", `{"name":"x","dependencies":{"express":"git+https://user:secret@example.com/express.git"}}`)
	if fw := new(Finder).Framework(p); fw == nil || fw.Evidence != "express in package.json" {
		t.Errorf("Framework = %+v, want the package and nothing of where it comes from", fw)
	}
}

func BenchmarkFrameworkWarm(b *testing.B) {
	p := commandLine("/usr/bin/node", "node", "server.js")
	p.Directory = tree(b, site...)
	f := new(Finder)
	f.Framework(p)
	b.ReportAllocs()
	for b.Loop() {
		f.Framework(p)
	}
}
