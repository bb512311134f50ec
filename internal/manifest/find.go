package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// A kind is a sort of manifest.
type kind struct {
	name string
	read func(r *reader, text string, scripts []string)
}

// A candidate is the name that a manifest may have.
type candidate struct {
	name string
	kind kind
}

// candidates are the names that are looked for. In each directory the first
// that is there is taken: what was written for limen, and then, as people call
// foreman and overmind, what was written for this machine before what was
// written for a server.
var candidates = []candidate{
	{"limen.toml", kind{"limen.toml", readTOML}},
	{"Procfile.dev", kind{"Procfile", readProcfile}},
	{"Procfile", kind{"Procfile", readProcfile}},
}

// fileNames names them all.
func fileNames() string {
	var all []string
	for _, c := range candidates {
		all = append(all, c.name)
	}
	return choice(all)
}

// A Found is a manifest that is there.
type Found struct {
	File   string   // an absolute path; empty if there is none
	Beside []string // the files next to it that come later in the order, by name

	kind kind
}

// Find looks for a manifest in a directory and those above it, up to root. If
// root is empty, looking ends at the top of the git repository. The nearest
// directory that has one counts.
func Find(directory, root string) (Found, error) {
	return climb(directory, root, candidates)
}

// findPackage looks for the nearest package.json.
func findPackage(directory, root string) (Found, error) {
	found, err := climb(directory, root, []candidate{{"package.json", kind{"package.json", readScripts}}})
	if err == nil && found.File == "" {
		err = &limen.Error{
			Kind: limen.NotFound, What: "cannot run scripts of a package.json",
			Why: "there is none in " + directory + ", or above it in the project",
		}
	}
	return found, err
}

// mostDirectories is how far up is looked. Nobody works deeper.
const mostDirectories = 64

func climb(directory, root string, all []candidate) (Found, error) {
	if !filepath.IsAbs(directory) {
		return Found{}, fmt.Errorf("%q is not an absolute path", directory)
	}
	if root == "" {
		root = repository(directory)
	}
	for above := range upward(directory, root) {
		if above != filepath.Clean(directory) && isEverybodys(above) {
			break
		}
		found, err := look(above, all)
		if err != nil || found.File != "" {
			return found, err
		}
	}
	return Found{}, nil
}

// upward yields a directory and those above it, up to root, by whatever name.
func upward(directory, root string) iter.Seq[string] {
	return func(yield func(string) bool) {
		top, _ := os.Stat(root)
		above := filepath.Clean(directory)
		for range mostDirectories {
			if !yield(above) {
				return
			}
			here, err := os.Stat(above)
			if next := filepath.Dir(above); next != above && (err != nil || top == nil || !os.SameFile(here, top)) {
				above = next
				continue
			}
			return
		}
	}
}

// look returns the manifest in a directory.
func look(directory string, all []candidate) (found Found, err error) {
	for _, c := range all {
		file := filepath.Join(directory, c.name)
		_, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return Found{}, unread(file, err)
		case found.File == "":
			found.File, found.kind = file, c.kind
		default:
			found.Beside = append(found.Beside, c.name)
		}
	}
	return found, nil
}

// named returns the manifest that a person has named. Its name must say what
// it is, for nothing else does.
func named(directory, file string) (Found, error) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(directory, file)
	}
	base := strings.ToLower(filepath.Base(file))
	for _, c := range candidates {
		if strings.HasPrefix(base, strings.ToLower(c.kind.name)) || filepath.Ext(base) == filepath.Ext(c.name) && filepath.Ext(base) == ".toml" {
			return Found{File: file, kind: c.kind}, nil
		}
	}
	return Found{}, &limen.Error{
		Kind: limen.Invalid, What: "cannot read " + file,
		Why: "its name does not say what it is", Next: "name a file NAME.toml, or one whose name begins with Procfile",
	}
}

// repository returns the top of the git repository that a directory lies in,
// or the directory if it lies in none: above it, nobody has said that files
// belong together.
func repository(directory string) string {
	for above := range upward(directory, "") {
		// A directory, or the file of a worktree (gitrepository-layout(5)).
		if _, err := os.Lstat(filepath.Join(above, ".git")); err == nil {
			return above
		}
	}
	return filepath.Clean(directory)
}
