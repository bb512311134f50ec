package project

import "strings"

// readCargo reads a Cargo.toml (doc.rust-lang.org/cargo, "The Manifest
// Format"). A dependency is a version, an inline table, or a table of its own.
func readCargo(data []byte) (name string, needs map[string]string) {
	needs = make(map[string]string)
	for key, value := range tomlValues(string(data)) {
		if key == "package.name" {
			name = tomlText(value)
		}
		need, ok := strings.CutPrefix(key, "dependencies.")
		if !ok {
			continue
		}
		need, field, _ := strings.Cut(need, ".")
		if version := tomlText(value); field == "" || field == "version" {
			needs[need] = version
		} else if _, ok := needs[need]; !ok {
			needs[need] = ""
		}
	}
	return name, needs
}
