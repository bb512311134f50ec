// Package project finds what project a directory belongs to, and what a
// program that works there is built with, from the files that people and
// their tools leave there. It runs nothing, git least of all.
//
// Every one of those files may have been put there to mislead or to harm: a
// name is read from them, never a fact about the machine. See readFile for
// what keeps them from doing worse.
package project

import (
	"path/filepath"
	"slices"
	"sync"

	"github.com/limenhq/limen"
)

// A Finder finds projects. It looks at each directory and each program once
// and remembers what it saw, so make a new one for each look at the machine.
// The zero value is ready to use, also by several goroutines at once.
type Finder struct {
	// Home is where searching stops, besides at the top of the file system;
	// its links must be resolved, as those of a working directory are.
	// Neither is the project of what lies below it: a home often holds a
	// package.json that a stray "npm install" wrote, or a repository of dot
	// files, and either would swallow every other project there. For a
	// program that works exactly there, as in many a container, one counts if
	// a manifest in it gives a name, which the stray kind does not.
	Home string

	mu       sync.Mutex // guards the maps, not what their functions do
	seen     map[string]func() *sight
	surveys  map[string]func() survey
	programs map[string]func() []use
}

// Find returns the project that dir belongs to: the nearest directory, dir or
// one above it, with a manifest that names it, else the root of the git
// repository, else the nearest manifest without a name, else the nearest
// workspace. It returns nil if there is none, or if dir is not an absolute path.
func (f *Finder) Find(dir string) *limen.Project {
	found := f.survey(dir).project
	if found == nil {
		return nil
	}
	p := *found // the caller's own
	return &p
}

// A survey is a directory's project, and what was seen on the way from the
// directory up to the project's root. Both are nil if there is no project.
type survey struct {
	project *limen.Project
	sights  []*sight // nearest first
}

// survey returns what there is to know of dir. Thousands of processes can
// work in one directory.
func (f *Finder) survey(dir string) survey {
	f.mu.Lock()
	saw := remember(&f.surveys, dir, f.explore)
	f.mu.Unlock()
	return saw()
}

func (f *Finder) explore(dir string) survey {
	sights := f.search(dir)
	root := slices.IndexFunc(sights, func(s *sight) bool { return s.name != "" })
	if root < 0 && len(sights) > 0 && sights[len(sights)-1].repository != nil {
		root = len(sights) - 1
	}
	if root < 0 {
		root = slices.IndexFunc(sights, func(s *sight) bool { return s.manifest != "" })
	}
	if root < 0 {
		root = slices.IndexFunc(sights, func(s *sight) bool { return s.gathers })
	}
	if root < 0 {
		return survey{}
	}
	s := sights[root]
	p := &limen.Project{Name: s.called(), Root: s.dir, Manifest: s.manifest, Workspace: workspaceOf(sights[root:])}
	if r := sights[len(sights)-1].repository; r != nil {
		p.Branch, p.Worktree = r.branch, r.worktree
	}
	return survey{p, sights[:root+1]}
}

// foreign are the directories that hold the work of others, or of a compiler.
// A manifest below one is not the manifest of the project that has it.
var foreign = []struct {
	name  string
	maybe bool // an ordinary word: foreign only if something outside is a project
	built bool // what is in it was made from the project itself
}{
	{name: "node_modules"},
	{name: "site-packages"},
	{name: "dist-packages"},
	{name: ".venv"},
	{name: "venv"},
	{name: "vendor", maybe: true},
	{name: "target", maybe: true, built: true},
}

// search returns what there is to see from dir up to the root of its
// repository, or as far as searching goes. It starts outside the outermost
// foreign directory that dir lies in.
func (f *Finder) search(dir string) []*sight {
	up := f.ancestors(dir)
	for i := len(up) - 1; i >= 0; i-- {
		for _, d := range foreign {
			if filepath.Base(up[i]) != d.name {
				continue
			}
			if s := f.climb(up[i+1:], dir); !d.maybe || promising(s) {
				return s
			}
		}
	}
	return f.climb(up, dir)
}

// promising reports whether any of the sights makes a project.
func promising(sights []*sight) bool {
	return slices.ContainsFunc(sights, func(s *sight) bool { return s.manifest != "" || s.repository != nil })
}

// maxDepth is how many directories below the top are looked at. What lies
// deeper belongs to whatever the deepest of them belongs to. Nobody works
// there, and a path may have two thousand.
const maxDepth = 64

// ancestors returns dir and the directories above it, nearest first, up to
// Home or the top of the file system.
func (f *Finder) ancestors(dir string) (up []string) {
	if !filepath.IsAbs(dir) {
		return nil
	}
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		up = append(up, d)
		if f.ends(d) {
			break
		}
	}
	return up[max(0, len(up)-maxDepth):]
}

// ends reports whether searching ends at the clean path d.
func (f *Finder) ends(d string) bool {
	return filepath.Dir(d) == d || f.Home != "" && d == filepath.Clean(f.Home)
}

// climb looks at the directories up, nearest first, until one is the root of
// a repository. Dir is where the program works.
func (f *Finder) climb(up []string, dir string) (sights []*sight) {
	for _, d := range up {
		s := f.look(d)
		if f.ends(d) && (s.name == "" || d != filepath.Clean(dir)) {
			break
		}
		sights = append(sights, s)
		if s.repository != nil {
			break
		}
	}
	return sights
}

// look returns what is to be seen in the directory d.
func (f *Finder) look(d string) *sight {
	f.mu.Lock()
	saw := remember(&f.seen, d, look)
	f.mu.Unlock()
	return saw()
}

// remember returns the function that calls read for key the first time, and
// has its answer from then on.
func remember[T any](m *map[string]func() T, key string, read func(string) T) func() T {
	if *m == nil {
		*m = make(map[string]func() T)
	}
	if (*m)[key] == nil {
		(*m)[key] = sync.OnceValue(func() T { return read(key) })
	}
	return (*m)[key]
}
