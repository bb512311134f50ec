package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// A reader is a project that is being read, and what is wrong with it so far.
type reader struct {
	root     string // the project's directory, which it may not leave
	project  Project
	mistakes mistakes
	read     map[string]variables // of each file of variables
	lacks    bool                 // some of these could not be read

	shared struct { // by all apps of a limen.toml
		env   []setting
		files []envFile
	}
}

// mostApps is how many a project may have. Each is told where all others are.
const mostApps = 250

// app adds an app, which the file calls by name.
func (r *reader) app(a App, name string, at position) {
	if found, ok := r.project.app(a.Name); ok {
		why := "%q stands in line %d already"
		if a.Name != name {
			why = "%q is " + a.Name + " in host names, and so is what stands in line %d"
		}
		r.mistakes.add(at, "give one of them another name", why, name, found.Line)
		return
	}
	switch n := len(r.project.Apps); {
	case n == mostApps:
		r.mistakes.add(at, "split it into several projects", "there are more than %d", mostApps)
		fallthrough
	case n < mostApps:
		r.project.Apps = append(r.project.Apps, a)
	}
}

// check notes what is wrong between apps, once all are read.
func (r *reader) check() {
	if len(r.project.Apps) == 0 && len(r.mistakes.all) == 0 {
		r.mistakes.add(position{file: r.project.File}, nothing(r.project.File), "it names nothing to run")
	}
	r.checkPorts()
	r.checkDependencies()
	if r.lacks { // else each variable that would be there would be a mistake
		return
	}
	places := make(map[string]Place, len(r.project.Apps))
	for _, a := range r.project.Apps {
		places[a.Name] = Place{Host: "127.0.0.1", Port: 1}
	}
	for _, a := range r.project.Apps {
		r.project.resolve(a, places, &r.mistakes)
	}
}

// nothing says what to write into a file that names nothing.
func nothing(file string) string {
	if strings.HasSuffix(file, ".toml") {
		return "write [services.web], and below it command = \"…\""
	}
	return "write a line such as web: followed by its command"
}

// checkPorts notes who wants the same port.
func (r *reader) checkPorts() {
	wants := map[uint16]App{}
	for _, a := range r.project.Apps {
		if a.Port == 0 {
			continue
		}
		if other, ok := wants[a.Port]; ok {
			r.mistakes.add(a.portAt, "change one of the two, or leave one out and let limen choose",
				"%s wants port %d, and so does %s in line %d", a.Name, a.Port, other.Name, other.portAt.line)
			continue
		}
		wants[a.Port] = a
	}
}

// checkDependencies notes those that are not there, and those that wait for
// each other.
func (r *reader) checkDependencies() {
	names := r.project.names()
	for _, a := range r.project.Apps {
		for _, d := range a.After {
			if !slices.Contains(names, d.Name) {
				r.mistakes.add(d.at, instead(d.Name, names), "%s depends on %.80q, which is not in this file", a.Name, d.Name)
			}
		}
	}
	var path []Dependency
	done, circles := map[string]bool{}, 0
	var visit func(App)
	visit = func(a App) {
		for _, d := range a.After {
			path = append(path, d)
			if i := slices.IndexFunc(path, func(p Dependency) bool { return p.from == d.Name }); i >= 0 {
				if circles++; circles <= mostMistakes {
					r.circle(path[i:])
				}
			} else if next, ok := r.project.app(d.Name); ok && !done[d.Name] {
				visit(next)
			}
			path = path[:len(path)-1]
		}
		done[a.Name] = true
	}
	for _, a := range r.project.Apps {
		if !done[a.Name] {
			visit(a)
		}
	}
}

// circle notes that apps wait for each other.
func (r *reader) circle(path []Dependency) {
	var said []string
	for _, d := range path {
		said = append(said, d.from+" waits for "+d.Name+" in line "+strconv.Itoa(d.at.line))
	}
	why := strings.Join(said, ", ")
	if len(path) == 1 {
		why = path[0].from + " waits for itself"
	}
	r.mistakes.add(path[len(path)-1].at, "take one of these out of depends_on", "%s", why)
}
