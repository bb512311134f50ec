package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Framework returns what p seems to be built with, and what says so: its
// command line first, then what the program says of itself, then the
// manifests of the project that it works in. These count only if the program
// is of their language and is the project's own code: a database that was
// started in the directory of a web site is not the web site, and neither is
// a linter that is installed there. It returns nil if nothing says anything.
func (f *Finder) Framework(p limen.Process) *limen.Framework {
	dir := p.Directory
	if dir == "" && p.Project != nil {
		dir = p.Project.Root
	}
	s := f.survey(dir)
	c := readCommand(p)
	if found := spoken(c, s, false); found != nil {
		return found
	}
	uses := f.programUses(p, c, s)
	for _, r := range rules {
		if u, ok := firstUse(uses, r.by, r.packages); ok {
			return &limen.Framework{Name: r.name, Evidence: u.String()}
		}
	}
	return spoken(c, s, true)
}

// spoken returns the framework that the command line names.
func spoken(c command, s survey, runtime bool) *limen.Framework {
	for _, r := range rules {
		if r.by != c.family || r.runtime != runtime {
			continue
		}
		word := c.says(r.words)
		if word == "" {
			continue
		}
		evidence := word + " in the command line"
		if len(r.with) > 0 {
			u, ok := firstUse(s.uses(r.by), r.by, r.with)
			if !ok {
				continue
			}
			evidence += ", " + u.String()
		}
		return &limen.Framework{Name: r.name, Evidence: evidence}
	}
	return nil
}

// uses returns what the project declares for programs of a family, that
// nearest to the directory first.
func (s survey) uses(by family) (uses []use) {
	for _, seen := range s.sights {
		for _, u := range seen.uses {
			if u.by == by {
				uses = append(uses, u)
			}
		}
	}
	return uses
}

// programUses returns the packages that the program of p is itself built with.
func (f *Finder) programUses(p limen.Process, c command, s survey) []use {
	switch {
	case c.family == native:
		return f.nativeUses(p, s)
	case c.family == dotnet && len(c.files) > 0:
		return f.builtWith(resolve(p.Directory, c.files[0]))
	case s.owns(c, p.Directory):
		return s.uses(c.family)
	}
	return nil
}

// nativeUses returns what a compiled program is built with, if it was built
// in its project. Opening every other program to see would be slow, and one
// that was replaced on disk is no longer the one that runs.
func (f *Finder) nativeUses(p limen.Process, s survey) []use {
	if p.Executable == "" || p.Deleted || s.project == nil {
		return nil
	}
	inTemp := strings.Contains(filepath.ToSlash(p.Executable), "/go-build") // where go run puts it, also once it is cached
	for _, seen := range s.sights {
		switch {
		case seen.has("Cargo.toml") && within(p.Executable, filepath.Join(seen.dir, "target")):
			return s.uses(rust)
		case seen.has("go.mod") && inTemp:
			return f.builtWith(p.Executable)
		}
	}
	if within(p.Executable, s.project.Root) {
		return f.builtWith(p.Executable)
	}
	return nil
}

// owns reports whether what c runs, in the directory dir, is the project's
// own code, and not a tool that is installed beside it or anywhere else.
func (s survey) owns(c command, dir string) bool {
	switch {
	case s.project == nil:
		return false
	case c.family == beam:
		return true // its command line says nothing to tell by
	case c.module != "":
		file := resolve(dir, strings.ReplaceAll(c.module, ".", string(filepath.Separator)))
		return file != "" && (exists(file) || exists(file+".py"))
	}
	return slices.ContainsFunc(c.files, func(file string) bool { return s.made(resolve(dir, file)) })
}

// made reports whether file was written in the project, or built there.
func (s survey) made(file string) bool {
	if file != s.project.Root && !within(file, s.project.Root) {
		return false
	}
	inside := strings.Split(filepath.ToSlash(file[len(s.project.Root):]), "/")
	for _, d := range foreign {
		if !d.built && slices.Contains(inside, d.name) {
			return false
		}
	}
	return true
}

// resolve returns the absolute path of file for a program that works in dir,
// or nothing if that takes a directory and none is known.
func resolve(dir, file string) string {
	switch {
	case filepath.IsAbs(file):
		return filepath.Clean(file)
	case dir == "" || file == "":
		return ""
	}
	return filepath.Join(dir, file)
}

// within reports whether the clean path file lies below dir.
func within(file, dir string) bool {
	rest, ok := strings.CutPrefix(file, strings.TrimSuffix(dir, string(filepath.Separator)))
	return ok && rest != "" && os.IsPathSeparator(rest[0])
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
