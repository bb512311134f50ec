package manifest_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/manifest"
)

var update = flag.Bool("update", false, "write testdata anew")

// Each file of testdata is a project. Its comment may say where to look from,
// which file or scripts are meant, and which variables are set:
//
//	in: api
//	file: Procfile.test
//	scripts: dev lint
//	set: LOG=debug
func TestProjectsAreReadAsTheySay(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			directory := unpack(t, archive)
			got := strings.ReplaceAll(show(manifest.Read(options(t, archive, directory))), directory, "DIR")
			got = filepath.ToSlash(got)
			want := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if *update {
				if want >= 0 {
					archive.Files = slices.Delete(archive.Files, want, want+1)
				}
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want < 0 {
				t.Fatal("it wants nothing; write it with go test ./internal/manifest/ -update")
			}
			if diff := cmp.Diff(string(archive.Files[want].Data), got); diff != "" {
				t.Errorf("if the change is meant, go test ./internal/manifest/ -update (-want +got):\n%s", diff)
			}
		})
	}
}

// unpack writes the files of a case, and returns their directory. A name that
// ends with a slash is a directory.
func unpack(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	directory := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		file := filepath.Join(directory, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, "/") {
			if err := os.MkdirAll(file, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(file, []byte(strings.NewReplacer(`\r`, "\r", `\ufeff`, "\ufeff", `\xff`, "\xff").Replace(string(f.Data))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

// options reads what the comment of a case says.
func options(t *testing.T, archive *txtar.Archive, directory string) manifest.Options {
	t.Helper()
	o := manifest.Options{Directory: directory, Root: directory}
	for line := range strings.Lines(string(archive.Comment)) {
		name, value, found := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !found || strings.HasPrefix(name, "#"):
		case name == "in":
			o.Directory = filepath.Join(directory, value)
		case name == "file":
			o.File = value
		case name == "scripts":
			o.Scripts = strings.Fields(value)
		case name == "set":
			o.Environment = append(o.Environment, value)
		default:
			t.Fatalf("%q is no option of a case", name)
		}
	}
	return o
}

// show writes a project as a case wants it, with the apps at the ports from
// 4001 on; or what is wrong with it.
func show(p manifest.Project, err error) string {
	if err != nil {
		return showError(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "file %s\n", p.File)
	line(&b, "beside", strings.Join(p.Beside, " "))
	line(&b, "name", p.Name)
	places := map[string]manifest.Place{}
	for i, a := range p.Apps {
		places[a.Name] = manifest.Place{Host: "127.0.0.1", Port: uint16(4001 + i)}
	}
	for _, a := range p.Apps {
		c, err := p.Resolve(a.Name, places)
		if err != nil {
			return b.String() + showError(err)
		}
		fmt.Fprintf(&b, "\n%s (line %d)\n  command %q\n", a.Name, a.Line, c.Arguments)
		if a.Directory != p.Directory {
			line(&b, "  directory", a.Directory)
		}
		for _, one := range []struct {
			name  string
			is    bool
			value any
		}{
			{"shell", a.Shell, "yes"},
			{"port", a.Port != 0, a.Port},
			{"restart", a.Restart != manifest.OnFailure, a.Restart},
			{"stop", a.StopSignal != "", a.StopSignal},
			{"stop within", a.StopWithin != 0, a.StopWithin},
			{"socket", a.Socket, "yes"},
			{"ready", a.Ready.Sign != manifest.SignNone, a.Ready.Sign},
			{"ready url", c.Ready.URL != "", c.Ready.URL},
			{"ready log", c.Ready.Log != nil, c.Ready.Log},
			{"ready within", a.Ready.Within != 0, a.Ready.Within},
		} {
			if one.is {
				line(&b, "  "+one.name, fmt.Sprint(one.value))
			}
		}
		for _, d := range a.After {
			fmt.Fprintf(&b, "  after %s %s\n", d.Name, d.Until)
		}
		for _, v := range c.Environment {
			if !automatic.MatchString(v) { // TestEachAppIsToldWhereTheOthersAre has them
				fmt.Fprintf(&b, "  env %q\n", v)
			}
		}
	}
	waves, err := p.Order(nil)
	fmt.Fprintf(&b, "\norder %v %v\n", waves, err)
	return b.String()
}

var automatic = regexp.MustCompile(`^(|.*_)(URL|HOST|PORT)=(http://)?(127\.0\.0\.1)?:?(40\d\d)?$`)

func line(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "%s %s\n", name, value)
	}
}

// showError writes each mistake in its three parts.
func showError(err error) string {
	all := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		all = several.Unwrap()
	}
	var b strings.Builder
	for _, err := range all {
		var e *limen.Error
		if !errors.As(err, &e) {
			fmt.Fprintf(&b, "not explained: %v\n", err)
			continue
		}
		fmt.Fprintf(&b, "%v: %s\n  why:  %s\n", e.Kind, e.What, e.Why)
		line(&b, "  next:", e.Next)
	}
	return b.String()
}
