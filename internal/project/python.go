package project

import (
	"bytes"
	"strings"
)

// readPyproject reads a pyproject.toml: the [project] table (PEP 621), or what
// Poetry had before there was one.
func readPyproject(data []byte) (name string, needs map[string]string) {
	needs = make(map[string]string)
	poetry := ""
	for key, value := range tomlValues(string(data)) {
		switch key {
		case "project.name":
			name = tomlText(value)
		case "project.dependencies":
			for s := range tomlTexts(value) {
				require(needs, s)
			}
		case "tool.poetry.name":
			poetry = tomlText(value)
		default:
			if need, ok := strings.CutPrefix(key, "tool.poetry.dependencies."); ok {
				needs[pythonName(need)] = tomlText(value)
			}
		}
	}
	if name == "" {
		name = poetry
	}
	return name, needs
}

// readRequirements reads a requirements.txt (pip.pypa.io, "Requirements File
// Format"), without the files it includes.
func readRequirements(data []byte) (string, map[string]string) {
	needs := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		require(needs, strings.TrimSpace(line))
	}
	return "", needs
}

// require adds a requirement such as `uvicorn[standard]>=0.30; extra == "x"`
// (PEP 508) to needs.
func require(needs map[string]string, s string) {
	s, _, _ = strings.Cut(s, ";")
	end := strings.IndexAny(s, "[(<>=!~@ \t")
	if end < 0 {
		end = len(s)
	}
	name, version := pythonName(s[:end]), s[end:]
	if _, after, ok := strings.Cut(version, "]"); ok {
		version = after
	}
	if name != "" {
		needs[name] = strings.TrimSpace(version)
	}
}

// pythonName normalises the name of a distribution (PEP 503).
func pythonName(s string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s))
}

// readManage reads a manage.py, which Django writes into every project it
// makes, and recognises it by the variable that it sets.
func readManage(data []byte) (string, map[string]string) {
	if !bytes.Contains(data, []byte("DJANGO_SETTINGS_MODULE")) {
		return "", nil
	}
	return "", map[string]string{"django": ""}
}
