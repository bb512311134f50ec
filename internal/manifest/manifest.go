// Package manifest reads which programs a project says it consists of: from a
// limen.toml, a Procfile, or the scripts of a package.json. It runs nothing,
// and asks the machine for nothing but these files and the files of variables
// that they name.
//
// A manifest says what will be run, so whoever may write to it may run
// programs as the person who types limen up. Find therefore goes up no further
// than below a directory in which everybody may make files. Reading one must be
// harmless whatever is in it: files are bounded, every mistake has its place,
// and of a file of variables no message tells more than a line and a name.
package manifest

import (
	"path/filepath"

	"github.com/limenhq/limen"
)

// Options say which manifest to read.
type Options struct {
	Directory   string   // where looking for it begins; an absolute path
	Root        string   // the project's directory, where looking ends; empty means that of the git repository
	File        string   // the manifest itself, instead of looking; relative to Directory
	Scripts     []string // these scripts of the nearest package.json, instead of a manifest
	Environment []string // NAME=value, of whoever asks; the first of a name counts, as for getenv(3)
}

// A Project is what a manifest says.
type Project struct {
	File      string   // an absolute path
	Beside    []string // files next to it that could have been read, and were not
	Directory string   // of the file
	Name      string   // as the file says; empty if it says none
	Apps      []App    // in the order of the file, or of the scripts asked for

	environment variables // of whoever asks
}

// Read reads a manifest. What is wrong with it is one *limen.Error for each
// mistake, in the order of their places, at most ten, joined if they are
// several.
func Read(o Options) (Project, error) {
	found, err := o.find()
	if err != nil {
		return Project{}, err
	}
	r := &reader{
		root: o.Root, read: map[string]variables{},
		project: Project{File: found.File, Beside: found.Beside, Directory: filepath.Dir(found.File), environment: callers(o.Environment)},
	}
	if r.root == "" || !contains(followed(r.root), followed(r.project.Directory)) {
		r.root = repository(r.project.Directory)
	}
	text, err := readFile(found.File)
	if err != nil {
		return Project{}, unread(found.File, err)
	}
	if r.isText(found.File, text) {
		found.kind.read(r, string(text), o.Scripts)
		r.check()
	}
	if err := r.mistakes.err(); err != nil {
		return Project{}, err
	}
	return r.project, nil
}

// find returns the manifest that is meant.
func (o Options) find() (Found, error) {
	switch {
	case len(o.Scripts) > 0:
		return findPackage(o.Directory, o.Root)
	case o.File != "":
		return named(o.Directory, o.File)
	}
	found, err := Find(o.Directory, o.Root)
	if err == nil && found.File == "" {
		err = &limen.Error{
			Kind: limen.NotFound, What: "cannot find what this project consists of",
			Why:  "there is no " + fileNames() + " in " + o.Directory + ", or above it in the project",
			Next: "write a limen.toml: [services.web] and below it command = \"…\"; or say which scripts of package.json are meant",
		}
	}
	return found, err
}

// app returns the app of that name.
func (p Project) app(name string) (App, bool) {
	for _, a := range p.Apps {
		if a.Name == name {
			return a, true
		}
	}
	return App{}, false
}

// names are the names of all apps.
func (p Project) names() (all []string) {
	for _, a := range p.Apps {
		all = append(all, a.Name)
	}
	return all
}
