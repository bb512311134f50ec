package manifest

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// seeds adds the manifests of testdata.
func seeds(f *testing.F, names ...string) {
	f.Helper()
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, one := range archive.Files {
			for _, name := range names {
				if filepath.Base(one.Name) == name {
					f.Add(string(one.Data))
				}
			}
		}
	}
}

// readAs reads a text as a manifest of some kind, in a directory that is empty.
func readAs(t *testing.T, directory string, read func(*reader, string, []string), text string) {
	t.Helper()
	r := &reader{root: directory, read: map[string]variables{}, project: Project{File: filepath.Join(directory, "file"), Directory: directory}}
	read(r, text, []string{"dev"})
	r.check()
	if err := r.mistakes.err(); err != nil {
		return
	}
	if _, err := r.project.Order(nil); err != nil {
		t.Fatal(err)
	}
	for _, a := range r.project.Apps {
		if !isLabel(a.Name) || len(a.command) == 0 {
			t.Fatalf("%+v", a)
		}
	}
}

// Each of these is as large as a file may be, and made so that reading it takes
// forever, or all memory, or all of the stack, if anything is done for every
// part of it that takes longer the more there are.
func TestALargeAndHostileManifestIsReadToo(t *testing.T) {
	full := func(before, part, after string) string {
		return before + strings.Repeat(part, (mostBytes-len(before)-len(after))/len(part)) + after
	}
	for _, text := range []string{
		full("", "a.", "a=1"),
		full("x=", "[", ""),
		full("x=[", "{},", "]"),
		full("", "[[a]]\n", ""),
		full("[services.a]\ncommand='", "a", "'"),
		full("[services.a]\ncommand='", "$A ", "'"),
		full("[services.a]\ncommand=['sh','-c','", "${", "']"),
		full("[services.a]\ncommand='a'\ndepends_on=[", "'b',", "]"),
	} {
		readAs(t, t.TempDir(), readTOML, text)
	}
	for _, text := range []string{full("a: ", "${", ""), full("a: ", "'b'\"c\" $PORT ", ""), full("", "a:b\n", "")} {
		readAs(t, t.TempDir(), readProcfile, text)
	}
	for _, text := range []string{full("a=\"", "\\\"", ""), full("", "a='b' #\n", ""), full("", "x\n", "")} {
		parseEnvFile("file", text, new(mistakes))
	}
}

func FuzzTOML(f *testing.F) {
	seeds(f, "limen.toml")
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) { readAs(t, directory, readTOML, text) })
}

func FuzzProcfile(f *testing.F) {
	seeds(f, "Procfile", "Procfile.dev")
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) { readAs(t, directory, readProcfile, text) })
}

func FuzzScripts(f *testing.F) {
	seeds(f, "package.json")
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) { readAs(t, directory, readScripts, text) })
}
