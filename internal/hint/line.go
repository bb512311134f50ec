package hint

import (
	"fmt"
	"slices"
)

// A line is a command while it is being understood: layer after layer is
// taken off, from the left, until the program that will listen stands first.
type line struct {
	words     []string // the program and its arguments; the end is that of what was typed, or of a script
	assigned  []string // NAME=value, from what was taken off
	directory string
	language  string // the interpreter that was taken off, if what it runs is of the project
	scripted  bool   // words come from a script, and what is typed more is added at their end
	moved     bool   // words are no longer the last that were typed, one for one
	fences    int    // how many "--" lead from the end of what was typed to the end of words
	keeper    string // what would keep a "--" for itself, if it has to be carried that far
	sealed    string // why nothing can be added at the end

	row   Row
	after int // how many of words belong to the program and its command
}

// How many layers are taken off, and how many of them may be scripts: "npm run
// dev" that says "cross-env A=b dotenv -- vite" has three, and one script. A
// script that calls itself ends here.
const (
	maxLayers  = 16
	maxScripts = 5
)

// understand takes off every layer and finds the row.
func (c Command) understand() line {
	l := line{words: c.Arguments, directory: c.Directory}
	scripts := 0
	for range maxLayers {
		l.takeAssignments()
		if next, ok := l.unwrap(); ok {
			l = next
			continue
		}
		called, ok := l.call()
		if !ok {
			break
		}
		if scripts++; scripts > maxScripts {
			l.seal("its scripts call each other too often to follow")
			break
		}
		if l, ok = c.enter(l, called); !ok {
			break
		}
	}
	if l.row.Name == "" && !l.recognise() {
		l.row = anyProgram
	}
	return l
}

// recognise finds the row of the program that stands first, or of the
// language it is written in.
func (l *line) recognise() (ok bool) {
	if len(l.words) == 0 {
		return false
	}
	l.row, l.after, ok = find(nameOf(l.words[0]), l.words[1:])
	if !ok {
		l.row, _, ok = find(l.language, nil)
	}
	l.after++ // the program itself
	return ok
}

// takeAssignments takes NAME=value from the front of a script. In what was
// typed they would have been the shell's that started limen, and are gone.
func (l *line) takeAssignments() {
	for l.scripted && len(l.words) > 0 && isAssignment(l.words[0]) {
		l.assigned = slices.Concat(l.assigned, l.words[:1]) // a copy: oneOf begins several lines with the same
		l.words = l.words[1:]
	}
}

// seal notes why nothing can be added, if that is not known yet.
func (l *line) seal(format string, args ...any) {
	if l.sealed == "" {
		l.sealed = fmt.Sprintf(format, args...)
	}
}

// fence notes that what is added must stand behind a "--" of this layer.
func (l *line) fence() {
	if slices.Contains(l.words, "--") {
		return // what is added at the end already stands behind one
	}
	if l.keeper != "" {
		l.seal("what is added would have to pass a -- through %s, and not every version of it passes one on", l.keeper)
	}
	l.fences++
}
