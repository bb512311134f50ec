package project

import (
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// commandLine makes the process of an executable and its arguments.
func commandLine(executable string, args ...string) limen.Process {
	return limen.Process{Executable: executable, Command: args}
}

func TestACommandIsReadAsItsLanguageReadsIt(t *testing.T) {
	for _, c := range []struct {
		process limen.Process
		family  family
		names   []string
		files   []string
		module  string
	}{
		{commandLine("/usr/bin/node", "node", "-r", "./env.js", "--inspect", "server.js", "--port", "3000"),
			javaScript, []string{"node", "server.js"}, []string{"server.js"}, ""},
		{commandLine("/usr/bin/node", "node", "-e", "require('http')", "x"), javaScript, []string{"node"}, nil, ""},
		{commandLine("/usr/bin/node", "node", "node_modules/.bin/tsx", "server.ts"), javaScript, []string{"node", "server.ts"}, []string{"server.ts"}, ""},
		{commandLine("/usr/bin/node", "next-server (v15.0.1)", ""), javaScript, []string{"node", "next-server"}, nil, ""},
		{commandLine("/usr/bin/deno", "deno", "run", "-A", "main.ts"), javaScript, []string{"deno", "main.ts"}, []string{"main.ts"}, ""},
		{commandLine("/usr/bin/python3.13", "python3", "-X", "dev", "-m", "uvicorn.main", "app"), python, []string{"python", "uvicorn"}, nil, "uvicorn.main"},
		{commandLine("/usr/bin/pypy3.10", "/app/.venv/bin/python", "app.py"), python, []string{"pypy", "app.py"}, []string{"app.py"}, ""},
		{commandLine("/usr/bin/python3.13", "gunicorn: master [shop]"), python, []string{"python", "gunicorn"}, nil, ""},
		{commandLine("/usr/bin/ruby3.1", "ruby", "/usr/bin/bundle", "exec", "jekyll", "serve"), ruby, []string{"ruby", "jekyll"}, []string{"jekyll"}, ""},
		{commandLine("/usr/bin/php8.4", "php", "-S", "127.0.0.1:80", "-t", "public"), php, []string{"php"}, nil, ""},
		{commandLine("/usr/bin/java", "java", "-cp", "target/classes", "com.example.App", "x"), java, []string{"java", "com.example.App"}, []string{"target/classes"}, ""},
		{commandLine("/usr/bin/java", "java", "-Xmx1g", "-jar", "target/app.jar"), java, []string{"java", "app.jar"}, []string{"target/app.jar"}, ""},
		{commandLine("/usr/lib/erlang/bin/beam.smp", "beam.smp", "--", "-s", "mix", "--", "-extra", "/usr/bin/mix", "phx.server"),
			beam, []string{"beam.smp", "/usr/bin/mix", "phx.server"}, nil, ""},
		{commandLine("", "python3", "manage.py"), python, []string{"python", "manage.py"}, []string{"manage.py"}, ""}, // another user's
		{commandLine("/usr/bin/sleep", "vite", "--port", "3000"), native, []string{"sleep"}, nil, ""},
		{commandLine("/usr/bin/hugo"), native, []string{"hugo"}, nil, ""},
		{commandLine(""), native, []string{""}, nil, ""},
		{commandLine("", ""), native, []string{""}, nil, ""},
		{commandLine("/usr/bin/python3", "python3", "-m"), python, []string{"python", ""}, nil, ""},
	} {
		got := readCommand(c.process)
		if got.family != c.family || !slices.Equal(got.names, c.names) || !slices.Equal(got.files, c.files) || got.module != c.module {
			t.Errorf("readCommand(%q) = %+v, want %v %q %q %q", c.process.Command, got, c.family, c.names, c.files, c.module)
		}
	}
}

func TestFileNameIsThePackagesIfItIsInOne(t *testing.T) {
	for file, want := range map[string]string{
		"server.js":                          "server.js",
		"/app/node_modules/.bin/vite":        "vite",
		"/app/node_modules/vite/bin/vite.js": "vite",
		"node_modules/.pnpm/vite@7.0.0/node_modules/vite/bin/vite.js":                  "vite",
		"node_modules/@angular/cli/bin/ng.js":                                          "@angular/cli",
		"node_modules/@angular":                                                        "@angular",
		"/v/lib/python3.13/site-packages/streamlit/__main__.py":                        "streamlit",
		"/usr/lib/python3/dist-packages/ipykernel_launcher.py":                         "ipykernel_launcher",
		"/app/vendor/laravel/framework/src/Illuminate/Foundation/resources/server.php": "laravel/framework",
		"/app/vendor/bin/rackup":                                                       "rackup",
		"/app/.venv/bin/uvicorn":                                                       "uvicorn",
		"vendor/bundle/ruby/3.1.0/bin/puma":                                            "puma",
		"node_modules/":                                                                "",
		"":                                                                             "",
	} {
		if got := fileName(file); got != want {
			t.Errorf("fileName(%q) = %q, want %q", file, got, want)
		}
	}
}

func FuzzReadCommand(f *testing.F) {
	f.Add("/usr/bin/node", "node\x00--require\x00a\x00node_modules/@x/y")
	f.Add("/usr/bin/java", "java\x00-cp")
	f.Add("", "puma 6.4.2 (tcp://0.0.0.0:3000) [shop]")
	f.Fuzz(func(t *testing.T, executable, args string) {
		c := readCommand(commandLine(executable, strings.Split(args, "\x00")...))
		if len(c.names) == 0 {
			t.Error("a command without a name")
		}
		for _, r := range rules {
			c.says(r.words)
		}
	})
}

func TestNoRuleIsBehindOneThatSaysTheSame(t *testing.T) {
	for i, r := range rules {
		for _, before := range rules[:i] {
			if before.by != r.by || len(before.with) > 0 {
				continue
			}
			for _, w := range r.words {
				if slices.Contains(before.words, w) {
					t.Errorf("%s is never found by %q, which %s takes first", r.name, w, before.name)
				}
			}
			for _, p := range r.packages {
				if slices.Contains(before.packages, p) {
					t.Errorf("%s is never found by %q, which %s takes first", r.name, p, before.name)
				}
			}
		}
	}
}

func TestEveryRuleCanBeFound(t *testing.T) {
	manifested := map[family]bool{dotnet: true} // by its runtime configuration
	for _, m := range manifests {
		manifested[m.by] = true
	}
	for _, r := range rules {
		if len(r.packages)+len(r.with) > 0 && !manifested[r.by] {
			t.Errorf("%s: no manifest declares its packages", r.name)
		}
		if len(r.words)+len(r.packages) == 0 {
			t.Errorf("%s: nothing says so", r.name)
		}
		for _, w := range r.words {
			if line := lineFor(r, w); readCommand(commandLine(line[0], line...)).says([]string{w}) == "" {
				t.Errorf("%s: the command %q does not say %q", r.name, line, w)
			}
		}
	}
}

// lineFor returns a command line that is meant to say the word w of rule r.
func lineFor(r rule, w string) []string {
	words := strings.Fields(w)
	if r.runtime || r.by == native || words[0] == "php" {
		return words
	}
	i := slices.IndexFunc(languages, func(l language) bool { return l.family == r.by })
	line := languages[i].programs[:1:1]
	switch {
	case r.by == beam:
		line = append(line, "-extra", "mix")
	case r.by == javaScript && strings.HasPrefix(w, "@"):
		words[0] = "node_modules/" + w + "/cli.js"
	case strings.Contains(w, "/"):
		words[0] = "vendor/" + w + "/server.php"
	}
	return append(line, words...)
}
