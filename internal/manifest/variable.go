package manifest

import (
	"slices"
	"strings"
)

// A variable is one of a program's environment.
type variable struct{ name, value string }

// variables are several, of which the later of a name counts.
type variables []variable

// callers returns the variables of a process. The first of a name counts there,
// as getenv(3) has it, so they are turned round.
func callers(environment []string) (all variables) {
	for _, e := range slices.Backward(environment) {
		// Windows keeps the directory of each drive as "=C:".
		if i := strings.IndexByte(e[min(1, len(e)):], '='); i >= 0 {
			all = append(all, variable{e[:i+1], e[i+2:]})
		}
	}
	return all
}

// A setting is a variable as a manifest says it.
type setting struct {
	name  string
	at    position
	value text
}

// An environment is what an app's variables come to, from several sources, each
// name once, in the order they came.
type environment struct {
	all   variables
	index map[string]int
}

func newEnvironment(files []variables) *environment {
	e := &environment{index: make(map[string]int)}
	for _, f := range files {
		e.add(f)
	}
	return e
}

// add gives several variables their values.
func (e *environment) add(all variables) {
	for _, v := range all {
		e.set(v.name, v.value)
	}
}

// set gives a variable its value.
func (e *environment) set(name, value string) {
	if i, ok := e.index[name]; ok {
		e.all[i].value = value
		return
	}
	e.index[name] = len(e.all)
	e.all = append(e.all, variable{name, value})
}

// offer gives a variable its value if it has none.
func (e *environment) offer(name, value string) {
	if _, ok := e.index[name]; !ok {
		e.set(name, value)
	}
}

func (e *environment) get(name string) (string, bool) {
	i, ok := e.index[name]
	if !ok {
		return "", false
	}
	return e.all[i].value, true
}

// list returns them as programs are given them, NAME=value.
func (e *environment) list() (all []string) {
	for _, v := range e.all {
		all = append(all, v.name+"="+v.value)
	}
	return all
}
