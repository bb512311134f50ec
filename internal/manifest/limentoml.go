package manifest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A key is a word that a table of limen.toml may have.
type key[T any] struct {
	name string
	also []string // what it is called elsewhere, and may be called here by mistake
	doc  string   // as docs/limen-toml.md has it
	read func(r *reader, to *T, v *value)
}

// What variables and their files are called elsewhere.
var (
	envWords  = []string{"environment", "envs", "vars", "variables"}
	fileWords = []string{"env_files", "envfile", "dotenv"}
)

// projectKeys are those of the file itself.
var projectKeys = []key[Project]{
	{"name", nil, "what the project is called", func(r *reader, p *Project, v *value) { r.label(v, &p.Name) }},
	{"env", envWords, "variables for all services", func(r *reader, _ *Project, v *value) { r.shared.env = r.settings(v) }},
	{"env_file", fileWords, "files of variables for all services", func(r *reader, _ *Project, v *value) { r.shared.files = r.envFiles(v) }},
	{"services", []string{"apps", "processes", "programs", "scripts"}, "what to run", func(r *reader, _ *Project, v *value) { r.services(v) }},
}

// appKeys are those of a service.
var appKeys = []key[declared]{
	{"command", []string{"cmd", "run", "exec", "entrypoint", "start", "script"}, "what to run: words as for a shell, but without one; or a list of words", func(r *reader, d *declared, v *value) { d.command = r.command(v) }},
	{"directory", []string{"dir", "cwd", "path", "workdir", "working_dir", "working_directory", "root"}, "where to run it, relative to this file", func(r *reader, d *declared, v *value) { r.directory(d, v) }},
	{"port", []string{"ports", "listen"}, "the port it gets; without it, one that stays the same", func(r *reader, d *declared, v *value) { r.port(d, v) }},
	{"env", envWords, "variables for it", func(r *reader, d *declared, v *value) { d.env = r.settings(v) }},
	{"env_file", fileWords, "files of variables, the later before the earlier; one that may be missing begins with ?", func(r *reader, d *declared, v *value) { d.named = r.envFiles(v) }},
	{"depends_on", []string{"after", "needs", "requires", "deps", "dependencies", "wait_for"}, "what must be ready before it; or { db = \"started\", migrate = \"ended\" }", func(r *reader, d *declared, v *value) { d.After = r.dependencies(d.Name, v) }},
	{"ready", []string{"health", "healthcheck", "health_check", "readiness", "readiness_probe", "wait"}, "what shows that it is: \"port\", \"started\", \"ended\", a path, a URL, or { log = \"a pattern\" }", func(r *reader, d *declared, v *value) { r.ready(&d.Ready, v) }},
	{"ready_within", []string{"ready_after", "ready_timeout", "timeout", "start_timeout"}, "how long that may take", func(r *reader, d *declared, v *value) { r.duration(v, &d.Ready.Within) }},
	{"restart", []string{"availability", "restart_policy", "autorestart"}, "when it is started again: \"on-failure\", \"always\" or \"never\"", func(r *reader, d *declared, v *value) { r.oneOf(v, restarts, func(i int) { d.Restart = Restart(i) }) }},
	{"stop_signal", []string{"signal", "kill_signal"}, "what asks it to end, if not SIGTERM", func(r *reader, d *declared, v *value) { r.signal(v, &d.StopSignal) }},
	{"stop_within", []string{"stop_after", "grace", "stop_timeout", "stop_grace_period", "shutdown"}, "how long that may take before it is killed", func(r *reader, d *declared, v *value) { r.duration(v, &d.StopWithin) }},
	{"socket", []string{"sockets", "listen_fds"}, "open its port for it, and hand it over as systemd does", func(r *reader, d *declared, v *value) { r.truth(v, &d.Socket) }},
}

// A declared app is one as its table says it, before what all share is added.
type declared struct {
	App
	named []envFile
}

// readTOML reads a limen.toml.
func readTOML(r *reader, text string, _ []string) {
	root := parseTOML(r.project.File, unmarked(text), &r.mistakes)
	if root == nil {
		return
	}
	// What all services share stands before them, wherever it is written.
	take(r, projectKeys, &r.project, root)
}

// take reads the entries of a table by the words that it may have, in the
// order of these. It reports whether it has no others.
func take[T any](r *reader, keys []key[T], to *T, table *value) (all bool) {
	var known []string
	called := map[string]string{}
	for _, k := range keys {
		known = append(known, k.name)
		for _, name := range k.also {
			called[name] = "did you mean " + k.name + "?"
		}
		if e, ok := table.get(k.name); ok {
			k.read(r, to, e.value)
		}
	}
	all = true
	for _, e := range table.entries {
		if !slices.Contains(known, e.name) {
			all = false
			r.mistakes.add(e.at, cmp.Or(called[e.name], instead(e.name, known)), "%.80q is not known here", e.name)
		}
	}
	return all
}

// services reads the tables of all services, in their order.
func (r *reader) services(v *value) {
	if !r.is(v, aTable, "[services.NAME] for each") {
		return
	}
	shared := r.variablesOf(r.shared.files)
	for _, e := range v.entries {
		if !isLabel(e.name) {
			r.mistakes.add(e.at, suggest(label(e.name)), "the name %.80q cannot be part of a host name: that is a to z, 0 to 9 and -, at most 63 of them", e.name)
			continue
		}
		if !r.is(e.value, aTable, "[services."+e.name+"]") {
			continue
		}
		d := declared{App: App{Name: e.name, Line: e.at.line, Directory: r.project.Directory}}
		allKnown := take(r, appKeys, &d, e.value)
		if _, ok := e.value.get("command"); !ok && allKnown { // else it may be there, misspelt
			r.mistakes.add(e.at, "write command = \"…\" below it", "%s has no command", e.name)
		}
		if p, ok := e.value.get("port"); ok {
			d.portAt = p.value.at
		}
		if d.Ready.Sign == SignEnded && d.Restart == Always {
			again, _ := e.value.get("restart")
			r.mistakes.add(again.at, "take out one of the two", "%s is ready when it has ended, and would always be started again", e.name)
		}
		d.files = slices.Concat(shared, r.variablesOf(d.named))
		d.shared = r.shared.env
		r.app(d.App, e.name, e.at)
	}
}

// suggest says which name may be taken instead.
func suggest(name string) string {
	if name == "" {
		return ""
	}
	return "call it " + name
}

// is reports whether a value has a form, and notes it if not. Like says what
// would be right.
func (r *reader) is(v *value, f form, like string) bool {
	if v.form == f {
		return true
	}
	r.mistakes.add(v.at, "write "+like, "this is %v, and should be %v", v.form, f)
	return false
}

// texts returns the texts that a value is: one, or a list of them.
func (r *reader) texts(v *value, like string) (all []*value, ok bool) {
	switch v.form {
	case aText:
		return []*value{v}, true
	case aList:
		for _, one := range v.list {
			if !r.is(one, aText, like) {
				return nil, false
			}
		}
		return v.list, true
	}
	r.mistakes.add(v.at, "write "+like, "this is %v, and should be a text or a list of texts", v.form)
	return nil, false
}

const holdsZero = "this holds a zero byte, which ends every argument and variable"

// harmless reports whether a text can be given to a program at all.
func (r *reader) harmless(v *value) bool {
	if strings.IndexByte(v.text, 0) < 0 {
		return true
	}
	r.mistakes.add(v.at, "take it out", holdsZero)
	return false
}

// quoted writes words to choose from as they are written in the file.
func quoted(all []string) string {
	var some []string
	for _, w := range all {
		some = append(some, strconv.Quote(w))
	}
	return choice(some)
}

// choice writes words to choose from: a, b or c.
func choice(all []string) string {
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + " or " + all[n-1]
	}
	return strings.Join(all, "")
}
