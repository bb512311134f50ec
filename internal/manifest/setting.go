package manifest

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Each of these reads one sort of value of a limen.toml, and notes what is
// wrong with it.

// text reads a text with references in it.
func (r *reader) text(v *value) text {
	t, err := parseText(v.text, v.at)
	if err != nil {
		r.mistakes.add(v.at, "write $$ for a dollar that shall stay", "%v", err)
	}
	return t
}

// label reads a name.
func (r *reader) label(v *value, to *string) {
	if !r.is(v, aText, "a name in quotes") {
		return
	}
	if !isLabel(v.text) {
		r.mistakes.add(v.at, suggest(label(v.text)), "the name %.80q cannot be part of a host name: that is a to z, 0 to 9 and -, at most 63 of them", v.text)
		return
	}
	*to = v.text
}

// directory reads where an app is started.
func (r *reader) directory(d *declared, v *value) {
	if r.is(v, aText, "a directory in quotes") && r.harmless(v) {
		if full := r.inside(v.at, v.text); full != "" {
			d.Directory = full
		}
	}
}

// port reads a port.
func (r *reader) port(d *declared, v *value) {
	if !r.is(v, aNumber, "a number from 1 to 65535") {
		return
	}
	n, ok := v.number()
	if !ok || n < 1 || n > math.MaxUint16 {
		r.mistakes.add(v.at, "take one from 1 to 65535, or leave it out and let limen choose", "%.40s is no port", v.text)
		return
	}
	d.Port = uint16(n)
}

// settings reads a table of variables. Numbers, true and false are taken as
// they are written.
func (r *reader) settings(v *value) (all []setting) {
	if !r.is(v, aTable, `{ NAME = "value" }`) {
		return nil
	}
	for _, e := range v.entries {
		one := e.value
		switch {
		case !isVariable(e.name):
			r.mistakes.add(e.at, "use letters, digits and _", "no variable can be called %.80q", e.name)
			continue
		case e.name == "PORT": // the two could differ
			r.mistakes.add(e.at, "take it out; a port is chosen by port = 3000 of a service", "limen itself tells PORT")
			continue
		case one.form == aTruth:
			one = &value{at: one.at, form: aText, text: map[bool]string{true: "true", false: "false"}[one.truth]}
		case one.form == aNumber:
			one = &value{at: one.at, form: aText, text: one.text}
		}
		if r.is(one, aText, "a text in quotes") && r.harmless(one) {
			all = append(all, setting{e.name, e.at, r.text(one)})
		}
	}
	return all
}

// envFiles reads names of files of variables.
func (r *reader) envFiles(v *value) (all []envFile) {
	names, ok := r.texts(v, `".env", or a list of such`)
	for _, n := range names {
		name, optional := strings.CutPrefix(n.text, "?")
		if name == "" {
			r.mistakes.add(n.at, "", "the name of the file is empty")
			ok = false
		}
		ok = ok && r.harmless(n)
		all = append(all, envFile{name, n.at, optional})
	}
	if !ok {
		return nil
	}
	return all
}

// dependencies reads what an app depends on: a name, a list of names, or a
// table that says how far each must have come.
func (r *reader) dependencies(from string, v *value) (all []Dependency) {
	if max(len(v.entries), len(v.list)) > mostApps {
		r.mistakes.add(v.at, "", "these are more than %d", mostApps)
		return nil
	}
	if v.form == aTable {
		for _, e := range v.entries {
			d := Dependency{Name: e.name, from: from, at: e.at}
			r.oneOf(e.value, untils, func(i int) { d.Until = Until(i) })
			all = append(all, d)
		}
		return all
	}
	names, _ := r.texts(v, `["db"], or { db = "started" }`)
	for _, n := range names {
		if slices.ContainsFunc(all, func(d Dependency) bool { return d.Name == n.text }) {
			r.mistakes.add(n.at, "keep one of them", "%.80q stands here already", n.text)
			continue
		}
		all = append(all, Dependency{Name: n.text, from: from, at: n.at})
	}
	return all
}

// mostTime is more than anybody waits.
const mostTime = 24 * time.Hour

// duration reads a length of time.
func (r *reader) duration(v *value, to *time.Duration) {
	if !r.is(v, aText, `it as "10s", "1m30s" or "500ms"`) {
		return
	}
	d, err := time.ParseDuration(v.text)
	if err != nil || d <= 0 || d > mostTime {
		r.mistakes.add(v.at, `write it as "10s", "1m30s" or "500ms"; a day at most`, "%.40q is no length of time", v.text)
		return
	}
	*to = d
}

// oneOf reads a word of an enumeration.
func (r *reader) oneOf(v *value, all words, to func(int)) {
	if !r.is(v, aText, quoted(all)) {
		return
	}
	if i := slices.Index(all, v.text); i >= 0 {
		to(i)
		return
	}
	r.mistakes.add(v.at, "write "+quoted(all), "%.80q is none of these", v.text)
}

// stopSignals are the signals that programs end by, on every Unix.
var stopSignals = words{"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"}

// signal reads the name of a signal, with or without SIG.
func (r *reader) signal(v *value, to *string) {
	if v.form == aText && v.text != "" && !strings.HasPrefix(v.text, "SIG") {
		full := *v
		full.text = "SIG" + strings.ToUpper(v.text)
		v = &full
	}
	r.oneOf(v, stopSignals, func(i int) { *to = stopSignals[i] })
}

// truth reads true or false.
func (r *reader) truth(v *value, to *bool) {
	if r.is(v, aTruth, "true or false, without quotes") {
		*to = v.truth
	}
}
