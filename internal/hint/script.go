package hint

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// A runner runs the scripts of a package.json.
type runner struct {
	program     string
	commands    []string // words that a script's name follows
	shorthands  []string // scripts that are commands themselves
	anyScript   bool     // all scripts are, but for its own commands
	own         []string // these
	directories []string // options that name the directory of the package
	elsewhere   []string // options and words for packages that only it can find
	fenced      bool     // it reads options at any place, so a script's stand behind "--"
	keeps       bool     // it keeps the first "--" for itself, or some version of it does
	programs    bool     // what is no script is the name of an installed program
}

// runners are all of them. Deno's tasks are left out: deno.json is JSON with
// comments.
var runners = []runner{
	{
		program: "npm", commands: []string{"run", "run-script"}, shorthands: []string{"start", "test"},
		directories: []string{"--prefix"}, elsewhere: []string{"-w", "--workspace", "-ws", "--workspaces"}, fenced: true,
	},
	{
		program: "pnpm", commands: []string{"run", "run-script"}, anyScript: true, own: []string{"add", "install", "i", "build", "deploy", "server", "create", "init"},
		directories: []string{"-C", "--dir"}, elsewhere: []string{"-r", "--recursive", "-F", "--filter", "-w", "--workspace-root"}, programs: true,
	},
	{
		program: "yarn", commands: []string{"run"}, anyScript: true, own: []string{"add", "install", "create", "init"},
		directories: []string{"--cwd"}, elsewhere: []string{"workspace", "workspaces"}, keeps: true, programs: true,
	},
	{
		program: "bun", commands: []string{"run"}, anyScript: true, own: []string{"add", "install", "build", "test", "create", "init"},
		directories: []string{"--cwd"}, elsewhere: []string{"-F", "--filter"}, keeps: true, programs: true,
	},
}

// A call is a script that a runner was asked for.
type call struct {
	runner    runner
	script    string
	arguments []string // what follows the name
	directory string
	elsewhere string // the word that says that the package is another one
	bare      bool   // it was named without "run"
}

// call reads the line as one of a runner.
func (l line) call() (call, bool) {
	if len(l.words) == 0 {
		return call{}, false
	}
	name := nameOf(l.words[0])
	for _, r := range runners {
		if r.program == name {
			return r.read(l)
		}
	}
	return call{}, false
}

// read finds the script's name behind the runner's options.
func (r runner) read(l line) (call, bool) {
	c := call{runner: r, directory: l.directory, bare: true}
	words := l.words[1:]
	for i := 0; i < len(words); i++ {
		word := words[i]
		name, value, isJoined := strings.Cut(word, "=")
		switch {
		case slices.Contains(r.elsewhere, name):
			c.elsewhere = word
			return c, true
		case slices.Contains(r.directories, name):
			if !isJoined {
				if i++; i == len(words) {
					return c, false
				}
				value = words[i]
			}
			c.directory = resolve(c.directory, value)
		case strings.HasPrefix(word, "-"):
		case c.bare && slices.Contains(r.commands, word):
			c.bare = false
		case c.script == "":
			c.script, c.arguments = word, words[i+1:]
			if !r.fenced {
				return c, r.takes(c)
			}
		}
		if word == "--" {
			break
		}
	}
	return c, c.script != "" && r.takes(c)
}

// takes reports whether a runner takes the word for a script's name.
func (r runner) takes(c call) bool {
	return !c.bare || slices.Contains(r.shorthands, c.script) || r.anyScript && !slices.Contains(r.own, c.script)
}

// enter goes from a call into the script it names, or the program.
func (c Command) enter(l line, called call) (inner line, ok bool) {
	inner = l
	if called.elsewhere != "" {
		inner.seal("%.80q chooses a package that only %s can find", called.elsewhere, called.runner.program)
		return inner, false
	}
	r := called.runner
	pkg := c.manifest(called.directory)
	text, isScript := pkg.script(called.script)
	switch {
	case isScript:
	case r.programs:
		inner.words = slices.Concat([]string{called.script}, called.arguments)
		inner.language = r.program
		return inner, true
	default:
		inner.seal("there is no script %.80q in a package.json that could be read", called.script)
		return inner, false
	}
	if r.program == "pnpm" && pkg.isForOldPnpm() {
		inner.seal("pnpm before version 7 takes options for its own")
	}
	commands, simple := parseScript(text)
	if r.fenced {
		inner.fence()
		called.arguments = behindFence(called.arguments)
	}
	if r.keeps {
		inner.keeper = r.program
		called.arguments = withoutFence(called.arguments)
	}
	inner.scripted, inner.moved, inner.directory = true, true, pkg.directory
	if len(commands) == 0 {
		inner.seal("the script %.80q is written so that only its shell can read it", called.script)
	}
	if !simple {
		inner.seal("the script %.80q is more than one command, and which of them an argument would reach is its shell's to say", called.script)
		inner.oneOf(commands)
		return inner, false
	}
	inner.words = slices.Concat(commands[0], called.arguments)
	return inner, true
}

// oneOf reads the commands of a longer script. If just one of them is known,
// its variables are certain: they reach it from wherever it is started.
func (l *line) oneOf(commands [][]string) {
	var known []line
	for _, words := range commands {
		one := line{words: words, scripted: true, assigned: l.assigned}
		for range maxLayers {
			one.takeAssignments()
			if one.recognise() {
				known = append(known, one)
				break
			}
			next, ok := one.unwrap()
			if !ok {
				break
			}
			one = next
		}
	}
	l.words = nil
	if len(known) == 1 {
		l.words, l.assigned, l.row, l.after = known[0].words, known[0].assigned, known[0].row, known[0].after
	}
}

// behindFence returns what npm gives to a script: the words that are no
// options of its own (npm-run, "any positional arguments are passed"), and all
// behind the first "--".
func behindFence(words []string) (passed []string) {
	for i, w := range words {
		if w == "--" {
			return append(passed, words[i+1:]...)
		}
		if !strings.HasPrefix(w, "-") {
			passed = append(passed, w)
		}
	}
	return passed
}

// withoutFence returns words without the first "--".
func withoutFence(words []string) []string {
	if i := slices.Index(words, "--"); i >= 0 {
		return slices.Concat(words[:i], words[i+1:])
	}
	return words
}

// A manifest is what counts of a package.json.
type manifest struct {
	directory string
	Scripts   map[string]json.RawMessage `json:"scripts"`
	Manager   json.RawMessage            `json:"packageManager"`
}

// manifest reads the package.json of a directory, or of the nearest one above
// it that has one, as the runners do.
func (c Command) manifest(directory string) (m manifest) {
	for range 64 {
		if text, err := c.read(directory, "package.json"); err == nil {
			m.directory = directory
			if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &m); err != nil { // npm takes the mark off, too
				return manifest{}
			}
			return m
		}
		above := filepath.Dir(directory)
		if above == directory || directory == "" {
			break
		}
		directory = above
	}
	return m
}

// script returns the text of a script. One that is not text is none.
func (m manifest) script(name string) (text string, ok bool) {
	err := json.Unmarshal(m.Scripts[name], &text)
	return text, err == nil && strings.TrimSpace(text) != ""
}

// isForOldPnpm reports whether the package asks for a pnpm before 7, which
// took options behind a script's name for its own (pnpm 7.0, release notes).
func (m manifest) isForOldPnpm() bool {
	var manager string
	if json.Unmarshal(m.Manager, &manager) != nil {
		return false
	}
	release, ok := strings.CutPrefix(manager, "pnpm@")
	major, _, _ := strings.Cut(release, ".")
	return ok && len(major) == 1 && major < "7"
}
