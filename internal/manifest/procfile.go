package manifest

import (
	"errors"
	"strings"
)

// readProcfile reads a Procfile: "name: command" in each line (foreman(1),
// "PROCFILE"). A .env beside it is read, too, as foreman does.
//
// Such a command is a line for a shell. One that is nothing but words, and
// $PORT or $HOST, is started without: fewer processes, and a signal reaches
// the program itself. Any other is left to a shell as it is written.
func readProcfile(r *reader, text string, _ []string) {
	files := r.variablesOf([]envFile{{name: ".env", optional: true}})
	for i, line := range strings.Split(unmarked(text), "\n") {
		at := position{r.project.File, i + 1, 0}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, command, found := strings.Cut(line, ":")
		if !found || !isProcess(name) {
			r.mistakes.add(at, "write web: followed by its command; a name has letters, digits, - and _", "this line is not \"name: command\"")
			continue
		}
		a := App{Name: label(name), Line: at.line, Directory: r.project.Directory, files: files}
		if a.Name == "" {
			r.mistakes.add(at, "give it a name with a letter or a digit", "%q cannot be part of a host name", name)
			continue
		}
		a.command, a.Shell = r.line(command, at)
		r.app(a, name, at)
	}
}

// isProcess reports whether a Procfile may call a process so: letters, digits,
// hyphens and underscores, as foreman's own reader has it.
func isProcess(name string) bool {
	return name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// line returns the command of a line for a shell.
func (r *reader) line(command string, at position) (all []text, shell bool) {
	command = strings.TrimSpace(command)
	if command == "" {
		r.mistakes.add(at, "write a command behind the colon", "the command is empty")
		return nil, false
	}
	if strings.IndexByte(command, 0) >= 0 {
		r.mistakes.add(at, "take it out", holdsZero)
		return nil, false
	}
	all, err := parseWords(command, at)
	if err == nil && isPlain(all) {
		return all, false
	}
	if errors.Is(err, errQuote) {
		r.mistakes.add(at, "", "%v", err)
		return nil, false
	}
	return []text{literal("sh", at), literal("-c", at), literal(command, at)}, true
}

// isPlain reports whether words mean the same without a shell. Of variables it
// takes only those that are surely one word.
func isPlain(words []text) bool {
	for i, w := range words {
		if _, ok := w.isAssignment(); ok && i == 0 {
			return false
		}
		for _, p := range w.pieces {
			known := p.literal != "" || p.variable == "PORT" || p.variable == "HOST"
			if !known || strings.ContainsAny(p.literal, "$?[{") { // names of files, for a shell
				return false
			}
		}
	}
	return len(words) > 0
}
