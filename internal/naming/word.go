package naming

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A source is where a word for a program may come from.
type source struct {
	doc    string
	word   func(Facts, limen.Process) string
	beside bool // what has such a word stands beside the project's own programs
}

// sources are tried in this order. The first word that says something tells a
// program from others of its project.
var sources = []source{
	{"a tool beside the project's programs, by what it answers: `storybook`, `metrics`, `docs`; it never has the plain name", tool, true},
	{"the directory in the project that it works in: `api` in services/api", directory, false},
	{"the project's own file that it runs: `worker` for worker.js, `api` for api/index.js or bin/api", file, false},
	{"what it is built with: `vite`, `django`, `next-js`", framework, false},
	{"what the program is called: `caddy`, `http-server`", program, false},
}

// wordFor returns the word for who listens, empty if nothing says one. What the
// project itself is called says nothing.
func wordFor(f Facts, project limen.Project, taken string) (word string, isBeside bool) {
	p := f.owner().Process
	p.Project = &project
	for _, s := range sources {
		if w := slug(s.word(f, p)); w != "" && w != taken && !isNumber(w) {
			return w, s.beside
		}
	}
	return "", false
}

// isNumber reports whether a word is what tells a program by its port: two
// programs, one called so and one at that port, would be taken for one.
func isNumber(word string) bool {
	digits, ok := strings.CutPrefix(word, "p")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// tools are products that are no part of what a project makes.
var tools = map[string]string{
	"Storybook":                "storybook",
	"Prometheus":               "metrics",
	"Prometheus node exporter": "metrics",
	"Grafana":                  "metrics",
	"Swagger UI":               "docs",
	"Jupyter Server":           "jupyter",
}

// talks are protocols that are no part of it, either.
var talks = map[string]string{"webdriver": "webdriver", "mcp": "mcp"}

func tool(f Facts, _ limen.Process) string {
	if f.Service == nil {
		return ""
	}
	if word := tools[f.Service.Product]; word != "" {
		return word
	}
	return talks[f.Service.Protocol]
}

func directory(_ Facts, p limen.Process) string { return deepest(inside(p.Project, p.Directory)) }

// file is the name of the file of the project that a process runs: the program
// itself, or the script that the process is called after.
func file(_ Facts, p limen.Process) string {
	path := p.Executable
	for word := range strings.FieldsSeq(p.Name) {
		if i := slices.IndexFunc(p.Command, func(arg string) bool { return filepath.Base(arg) == filepath.Base(word) }); i > 0 && slices.Contains(scripts, filepath.Ext(word)) {
			path = p.Command[i]
			break
		}
	}
	if path != "" && !filepath.IsAbs(path) && p.Directory != "" {
		path = filepath.Join(p.Directory, path)
	}
	steps := inside(p.Project, strings.TrimSuffix(path, filepath.Ext(path)))
	if slices.ContainsFunc(steps, isForeign) {
		return ""
	}
	return deepest(steps)
}

func framework(_ Facts, p limen.Process) string {
	if p.Framework == nil {
		return ""
	}
	return p.Framework.Name
}

// program is the word of a process's name that is not the interpreter: vite of
// "vite dev", http.server of "python -m http.server".
func program(_ Facts, p limen.Process) string {
	words := strings.Fields(p.Name)
	if len(words) > 2 && slices.Contains(interpreters, words[0]) && words[1] == "-m" {
		return words[2]
	}
	if len(words) == 0 || slices.Contains(interpreters, words[0]) || slices.Contains(generic, slug(words[0])) {
		return ""
	}
	return words[0]
}

// inside returns the steps from a project's root to a path below it, none if it
// does not lie there.
func inside(p *limen.Project, path string) []string {
	if p == nil || !filepath.IsAbs(path) {
		return nil
	}
	rest, err := filepath.Rel(p.Root, path)
	if err != nil || rest == "." || !filepath.IsLocal(rest) {
		return nil
	}
	return strings.Split(rest, string(filepath.Separator))
}

// deepest returns the last step that says something.
func deepest(steps []string) string {
	for _, s := range slices.Backward(steps) {
		if w := slug(s); w != "" && !slices.Contains(generic, w) {
			return w
		}
	}
	return ""
}

// scripts are the endings of files that interpreters run.
var scripts = []string{
	".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".py", ".rb", ".ru", ".php", ".pl",
	".jar", ".dll", ".exs", ".lua", ".sh",
}

// generic are what programs and directories are called everywhere, and what
// therefore tells none from another.
var generic = []string{
	"index", "main", "app", "apps", "start", "run", "dev", "serve", "cli", "manage", "wsgi", "asgi",
	"config", "init", "mod", "cmd", "pkg", "packages", "services", "src", "lib", "dist", "build",
	"out", "output", "bin", "target", "debug", "release", "tmp", "scripts", "script", "exe",
	"internal",
}

// isForeign reports whether a directory holds the work of others, or of a tool.
func isForeign(step string) bool {
	return step == "node_modules" || step == "site-packages" || step == "vendor" || step == "venv" || strings.HasPrefix(step, ".")
}

// interpreters are programs that say nothing of what they run.
var interpreters = []string{
	"node", "nodejs", "bun", "deno", "python", "pypy", "ruby", "php", "perl", "java", "dotnet",
	"bash", "sh", "dash", "zsh", "busybox", "npm", "npx", "pnpm", "yarn", "go", "cargo",
}
