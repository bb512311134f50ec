package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"strings"
)

// A manifest is a file in which a project says what it is called or what it
// needs.
type manifest struct {
	file   string // a * stands for the directory's own name
	by     family // whose programs need what it declares
	naming naming
	read   func([]byte) (name string, needs map[string]string) // needs: the version of each package

	gathers func([]byte) bool // whether its directory is the root of a workspace; nil means never
}

// naming is whether a manifest gives its project a name.
type naming uint8

const (
	byContent   naming = iota // it says one
	byDirectory               // it says none, and stands where a project begins
	never                     // it may stand anywhere
)

// manifests are all that are looked for. In a directory with several, the
// first that gives a name does. Lock files are left out: they say more
// precisely what is installed, and are often larger than what is read.
var manifests = []manifest{
	{"package.json", javaScript, byContent, readPackageJSON, hasWorkspaces},
	{"deno.json", javaScript, byContent, readPackageJSON, hasWorkspaces},
	{"go.mod", golang, byContent, readGoMod, nil},
	{"pyproject.toml", python, byContent, readPyproject, hasMembers},
	{"Cargo.toml", rust, byContent, readCargo, hasCrates},
	{"composer.json", php, byContent, readComposer, nil},
	{"Gemfile", ruby, byDirectory, readGemfile, nil},
	{"*.gemspec", ruby, byDirectory, readNothing, nil},
	{"mix.exs", beam, byDirectory, readMix, nil},
	{"pom.xml", java, byDirectory, readBuild, nil},
	{"build.gradle", java, byDirectory, readBuild, nil},
	{"build.gradle.kts", java, byDirectory, readBuild, nil},
	{"requirements.txt", python, never, readRequirements, nil},
	{"manage.py", python, never, readManage, nil},
	{"pnpm-workspace.yaml", javaScript, never, readNothing, hasPackages},
	{"lerna.json", javaScript, never, readNothing, always},
	{"nx.json", javaScript, never, readNothing, always},
	{"go.work", golang, never, readNothing, always},
}

// readPackageJSON reads a package.json (docs.npmjs.com, "package.json"), and
// what a deno.json has in common with it.
func readPackageJSON(data []byte) (string, map[string]string) {
	var p struct {
		Name            string            `json:"name"`
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if !readJSON(data, &p) {
		return "", nil
	}
	needs := p.DevDependencies
	if needs == nil {
		return p.Name, p.Dependencies
	}
	maps.Copy(needs, p.Dependencies)
	return p.Name, needs
}

// readComposer reads a composer.json (getcomposer.org, "The composer.json
// schema").
func readComposer(data []byte) (string, map[string]string) {
	var p struct {
		Name    string            `json:"name"`
		Require map[string]string `json:"require"`
	}
	if !readJSON(data, &p) {
		return "", nil
	}
	return p.Name, p.Require
}

// readJSON fills v from data, and reports whether data is JSON. A field of
// another type than expected stays as it is, the others are still read.
func readJSON(data []byte, v any) bool {
	err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), v)
	_, mistyped := errors.AsType[*json.UnmarshalTypeError](err)
	return err == nil || mistyped
}

// readGoMod reads the module's name from a go.mod (go.dev/ref/mod): the last
// element of its path that is not a major version. What it requires does not
// matter, because a Go program itself says what it was built from.
func readGoMod(data []byte) (string, map[string]string) {
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "//")
		if f := strings.Fields(line); len(f) == 2 && f[0] == "module" {
			return moduleName(strings.Trim(f[1], "\"`")), nil
		}
	}
	return "", nil
}

func moduleName(module string) string {
	dir, last := path.Split(path.Clean(module))
	if isMajor(last) && dir != "" {
		last = path.Base(dir)
	}
	if at := strings.LastIndex(last, ".v"); strings.HasPrefix(module, "gopkg.in/") && at > 0 && isMajor(last[at+1:]) {
		last = last[:at] // gopkg.in/yaml.v3 has its version there
	}
	return strings.Trim(last, "./") // a path of nothing else is no name
}

// isMajor reports whether an element of a module path is a major version.
func isMajor(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// readGemfile reads the gems of a Gemfile that are written plainly:
//
//	gem "rails", "~> 8.0"
//
// It is a program; what else it may do to name a gem is not followed.
func readGemfile(data []byte) (string, map[string]string) {
	needs := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "gem")
		if !ok || !strings.ContainsAny(line[:min(1, len(line))], " \t(") {
			continue // such as gemspec
		}
		switch s := quotedStrings(line, 2); len(s) {
		case 1:
			needs[s[0]] = ""
		case 2:
			needs[s[0]] = s[1]
		}
	}
	return "", needs
}

// readMix reads the dependency of a mix.exs that a rule asks for, as the
// tuple that Mix wants it to be (hexdocs.pm/mix, "mix deps").
func readMix(data []byte) (string, map[string]string) {
	_, after, ok := strings.Cut(string(data), "{:phoenix,")
	if !ok {
		return "", nil
	}
	line, _, _ := strings.Cut(after, "}")
	version := ""
	if s := quotedStrings(line, 1); len(s) == 1 {
		version = s[0]
	}
	return "", map[string]string{"phoenix": version}
}

// readBuild reads a Maven or Gradle build. Its frameworks come as parents,
// plugins and dependencies, in XML, Groovy or Kotlin, and in each of them by
// the same group name, which occurs in nothing else.
func readBuild(data []byte) (string, map[string]string) {
	needs := make(map[string]string)
	for _, group := range []string{"org.springframework.boot", "io.quarkus"} {
		if bytes.Contains(data, []byte(group)) {
			needs[group] = ""
		}
	}
	return "", needs
}

// readNothing is for a file that says something only by being there.
func readNothing([]byte) (string, map[string]string) { return "", nil }

// quotedStrings returns up to n strings of the line s, in quotes of one kind
// or the other.
func quotedStrings(s string, n int) (all []string) {
	for len(all) < n {
		start := strings.IndexAny(s, `'"`)
		if start < 0 {
			break
		}
		in, rest, ok := strings.Cut(s[start+1:], s[start:start+1])
		if !ok {
			break
		}
		all, s = append(all, in), rest
	}
	return all
}
