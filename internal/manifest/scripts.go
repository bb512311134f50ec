package manifest

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A manager installs packages, and runs the scripts of a package.json.
type manager struct {
	name  string
	locks []string // files that it leaves
}

// managers are those that are known. The last is the one that comes with node.
var managers = []manager{
	{"pnpm", []string{"pnpm-lock.yaml"}},
	{"yarn", []string{"yarn.lock"}},
	{"bun", []string{"bun.lock", "bun.lockb"}},
	{"npm", []string{"package-lock.json", "npm-shrinkwrap.json"}},
}

// readScripts reads the scripts that are asked for from a package.json. They
// are run by the project's own package manager.
func readScripts(r *reader, text string, asked []string) {
	var pkg struct {
		Name    string          `json:"name"`
		Manager string          `json:"packageManager"`
		Scripts json.RawMessage `json:"scripts"`
	}
	text = unmarked(text)
	at := position{file: r.project.File}
	if err := json.Unmarshal([]byte(text), &pkg); err != nil {
		if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
			at.line = 1 + strings.Count(text[:wrong.Offset], "\n")
		}
		r.mistakes.add(at, "", "this is not a package.json: %s", strings.TrimPrefix(err.Error(), "json: "))
		return
	}
	var scripts map[string]string
	if pkg.Scripts != nil && json.Unmarshal(pkg.Scripts, &scripts) != nil {
		r.mistakes.add(at, `write "scripts": {"dev": "…"}`, "its scripts are not names with a text for each")
		return
	}
	r.project.Name = pkg.Name
	run := r.manager(pkg.Manager)
	for _, script := range asked {
		if _, ok := scripts[script]; !ok {
			known := make([]string, 0, len(scripts))
			for name := range scripts {
				known = append(known, name)
			}
			slices.Sort(known)
			r.mistakes.add(at, instead(script, known), "there is no script %.80q", script)
			continue
		}
		place := at
		place.line = lineOf(text, string(pkg.Scripts), script)
		a := App{Name: label(script), Line: place.line, Directory: r.project.Directory}
		if a.Name == "" {
			r.mistakes.add(place, "give it a name with a letter or a digit", "%.80q cannot be part of a host name", script)
			continue
		}
		for _, word := range []string{run, "run", script} {
			a.command = append(a.command, literal(word, place))
		}
		r.app(a, script, place)
	}
}

// manager returns the package manager of the project: the one it declares, as
// "pnpm@9.1.0" (docs.npmjs.com, "package.json", packageManager), or the one
// whose lock file is nearest.
func (r *reader) manager(declared string) string {
	name, _, _ := strings.Cut(declared, "@")
	for _, m := range managers {
		if m.name == name {
			return name
		}
	}
	for above := range upward(r.project.Directory, r.root) {
		for _, m := range managers {
			for _, lock := range m.locks {
				if _, err := os.Stat(filepath.Join(above, lock)); err == nil {
					return m.name
				}
			}
		}
	}
	return managers[len(managers)-1].name
}

// lineOf returns the line of a package.json that a script's name stands in; 0
// if it is written in a way that hides it.
func lineOf(all, scripts, script string) int {
	quoted, err := json.Marshal(script)
	start := strings.Index(all, scripts)
	if err != nil || start < 0 {
		return 0
	}
	i := strings.Index(scripts, string(quoted))
	if i < 0 {
		return 0
	}
	return 1 + strings.Count(all[:start+i], "\n")
}
