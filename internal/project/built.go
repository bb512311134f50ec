package project

import (
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// builtWith returns what a program, and not only its project, is built with,
// as it says itself. File is what the compiler made of it; if it is not
// known, nothing is.
func (f *Finder) builtWith(file string) []use {
	if file == "" {
		return nil
	}
	f.mu.Lock()
	read := remember(&f.programs, file, readProgram)
	f.mu.Unlock()
	return read()
}

func readProgram(file string) []use {
	if uses := readRuntimeConfig(file); uses != nil {
		return uses
	}
	return readBuildInfo(file)
}

// readRuntimeConfig reads the X.runtimeconfig.json that .NET needs beside X or
// X.dll to run it (learn.microsoft.com, ".NET runtime configuration settings").
func readRuntimeConfig(file string) []use {
	const suffix = ".runtimeconfig.json"
	for _, made := range []string{".dll", ".exe"} {
		file = strings.TrimSuffix(file, made)
	}
	data, err := readFile(file + suffix)
	if err != nil {
		return nil
	}
	return wanted(dotnet, parseRuntimeConfig(data), oneLine(filepath.Base(file)+suffix))
}

// parseRuntimeConfig returns the version of each framework in a runtime
// configuration, which has one or a list of them.
func parseRuntimeConfig(data []byte) map[string]string {
	type framework struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	var config struct {
		RuntimeOptions struct {
			Framework  framework   `json:"framework"`
			Frameworks []framework `json:"frameworks"`
		} `json:"runtimeOptions"`
	}
	if !readJSON(data, &config) {
		return nil
	}
	o := config.RuntimeOptions
	needs := map[string]string{o.Framework.Name: o.Framework.Version}
	for _, f := range o.Frameworks {
		needs[f.Name] = f.Version
	}
	return needs
}

// readBuildInfo reads the modules that a Go program was built from. Unlike
// the requirements in a go.mod, they are all in it.
func readBuildInfo(file string) []use {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.OpenFile(file, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := buildinfo.Read(&limited{f, maxProgram})
	if err != nil {
		return nil // not a Go program, most likely
	}
	needs := make(map[string]string)
	for _, m := range info.Deps {
		needs[m.Path] = m.Version
	}
	return wanted(golang, needs, "the program's build information")
}

// maxProgram is the most that is read of a program. Headers and build
// information take a few hundred kilobytes; one that is not from Go is
// searched for them.
const maxProgram = 16 << 20

// limited is a ReaderAt that gives no more than left bytes in all.
type limited struct {
	io.ReaderAt
	left int
}

func (l *limited) ReadAt(p []byte, off int64) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errors.New("read enough")
	}
	return l.ReaderAt.ReadAt(p, off)
}
