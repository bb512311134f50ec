package project

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A sight is what one directory says about the project it belongs to. It is
// small whatever the directory holds, because a Finder keeps it.
type sight struct {
	dir        string
	name       string      // the project's, if a manifest here gives one
	manifest   string      // the file that gave it, or else one that could have
	files      []string    // every manifest here
	uses       []use       // what they declare, as far as a rule asks
	gathers    bool        // this is the root of a workspace
	repository *repository // nil unless this is the root of one
}

// look reads what dir has to say.
func look(dir string) *sight {
	s := &sight{dir: dir}
	switch info, err := os.Stat(dir); {
	case err != nil:
		return s // gone, or not to be looked into: what is above it may still speak
	case info.Mode()&fs.ModeSticky != 0 && info.Mode().Perm()&0o002 != 0:
		// Anyone may put a manifest into /tmp or /dev/shm, and none may
		// give its name to the work of others below it. Git learned the
		// same (CVE-2022-24765).
		return s
	}
	s.repository = readRepository(filepath.Join(dir, ".git"))
	for _, m := range manifests {
		s.read(m)
	}
	return s
}

// read adds what the manifest m says, if it is there.
func (s *sight) read(m manifest) {
	file := strings.Replace(m.file, "*", filepath.Base(s.dir), 1)
	data, err := readFile(filepath.Join(s.dir, file))
	if err != nil {
		return // a manifest that cannot be read says nothing
	}
	name, needs := m.read(data)
	name = oneLine(name)
	if m.naming == byDirectory {
		name = oneLine(filepath.Base(s.dir))
	}
	s.files = append(s.files, file)
	s.gathers = s.gathers || m.gathers != nil && m.gathers(data)
	s.uses = append(s.uses, wanted(m.by, needs, file)...)
	if m.naming != never && s.name == "" && (name != "" || s.manifest == "") {
		s.name, s.manifest = name, file
	}
}

// has reports whether the directory has the manifest file.
func (s *sight) has(file string) bool { return slices.Contains(s.files, file) }
