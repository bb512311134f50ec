package keeper

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// systemDirectories are where the system's manager looks for units, first to
// last (systemd.unit(5), UNIT FILE LOAD PATH).
var systemDirectories = []string{
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system", // where /lib is not a link to /usr/lib
	"/run/systemd/generator.late",
}

// userDirectories are where a user's manager looks. Those that begin with ~
// are in the user's home, those with $ in /run/user/UID.
var userDirectories = []string{
	"~/.config/systemd/user.control",
	"$/systemd/user.control",
	"$/systemd/transient",
	"$/systemd/generator.early",
	"~/.config/systemd/user",
	"/etc/systemd/user",
	"$/systemd/user",
	"/run/systemd/user",
	"$/systemd/generator",
	"~/.local/share/systemd/user",
	"/usr/local/lib/systemd/user",
	"/usr/lib/systemd/user",
	"/lib/systemd/user",
	"$/systemd/generator.late",
}

// unitDirectories returns where a manager looks for units, first to last.
func (f *Finder) unitDirectories(m manager) []string {
	list := systemDirectories
	if m.user {
		list = userDirectories
	}
	var dirs []string
	for _, dir := range list {
		if dir, ok := f.place(dir, m.uid); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// place returns a path under Root, with ~ for the user's home, and $ for the
// user's directory of running things. It reports false for the home of a user
// that is not the Finder's.
func (f *Finder) place(p string, uid int64) (string, bool) {
	switch p[0] {
	case '~':
		return path.Join(f.Home, p[1:]), f.Home != "" && f.homeOf() == uid
	case '$':
		return path.Join(f.Root, fmt.Sprintf("/run/user/%d", uid), p[1:]), true
	}
	return path.Join(f.Root, p), true
}

// homeOf returns whose Home it is, as its directory says; -1 if it does not.
func (f *Finder) homeOf() int64 {
	if f.Home == "" {
		return -1
	}
	st, err := os.Stat(f.Home)
	if err != nil {
		return -1
	}
	return ownerOf(st)
}

type unitKey struct {
	name    string
	manager manager
}

// unitFile returns the file that describes a unit, empty if there is none to
// be seen. An instance such as getty@tty1.service may have a file of its own,
// and most have their template's.
func (f *Finder) unitFile(name string, m manager) string {
	return f.units.of(unitKey{name, m}, func() (string, bool) {
		dirs := f.unitDirectories(m)
		for _, name := range []string{name, template(name)} {
			for _, dir := range dirs {
				file := path.Join(dir, name)
				if st, err := os.Lstat(file); err == nil && !st.IsDir() {
					return file, true
				}
			}
		}
		return "", true
	})
}

// template returns the template of an instance: x@.service for x@y.service,
// and any other name as it is.
func template(name string) string {
	before, after, ok := strings.Cut(name, "@")
	i := strings.LastIndexByte(after, '.')
	if !ok || i < 0 {
		return name
	}
	return before + "@" + after[i:]
}

// mostUnitBytes bounds how much of a unit's file is read; those that
// distributions ship have less than 16 KiB.
const mostUnitBytes = 256 << 10

// readUnitFile returns the text of a unit's file. A mask, which is a link to
// /dev/null, and anything else that is no file has none.
func readUnitFile(file string) (string, error) {
	st, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() { // also keeps a pipe from being waited for
		return "", nil
	}
	r, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, mostUnitBytes))
	return string(b), err
}

// readNames returns the sorted names of the files in dir, none if it does not
// exist.
func readNames(dir string) ([]string, error) {
	const most = 4096 // ten times what a large machine has
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(most)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	slices.Sort(names)
	return names, err
}
