package project

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// workspaceOf returns the workspace that a project is the root of or lies in:
// the outermost that the sights say of, because a repository with a workspace
// in it, such as the crates of one part, is still one thing to people. Which
// directories its tool takes for packages is not asked: what lies in it and has
// a name of its own is a part of it.
func workspaceOf(sights []*sight) (w limen.Workspace) {
	for _, s := range slices.Backward(sights) {
		if s.gathers {
			return limen.Workspace{Name: s.called(), Root: s.dir}
		}
	}
	return w
}

// called is what a person would call a directory: as its manifest says, else as
// it is named itself.
func (s *sight) called() string {
	if s.name != "" {
		return s.name
	}
	return oneLine(filepath.Base(s.dir))
}

// always is for a file that only a workspace has.
func always([]byte) bool { return true }

// hasPackages reports whether a pnpm-workspace.yaml says where packages are
// (pnpm.io, "pnpm-workspace.yaml"): since version 10 it may hold settings alone.
func hasPackages(data []byte) bool {
	return bytes.HasPrefix(data, []byte("packages:")) || bytes.Contains(data, []byte("\npackages:"))
}

// hasWorkspaces reports whether a package.json says where packages are
// (docs.npmjs.com, "package.json", workspaces; classic Yarn has the list a level
// below), or a deno.json (docs.deno.com, "Workspaces and Monorepos").
func hasWorkspaces(data []byte) bool {
	if !bytes.Contains(data, []byte(`"workspace`)) {
		return false // nearly all of them; reading JSON twice would be felt
	}
	var p struct {
		Workspaces json.RawMessage `json:"workspaces"`
		Workspace  json.RawMessage `json:"workspace"`
	}
	if !readJSON(data, &p) {
		return false
	}
	for _, field := range []json.RawMessage{p.Workspaces, p.Workspace} {
		var members []string
		var below struct {
			Packages []string `json:"packages"`
			Members  []string `json:"members"`
		}
		if readJSON(field, &members) && len(members) > 0 || readJSON(field, &below) && len(below.Packages)+len(below.Members) > 0 {
			return true
		}
	}
	return false
}

// hasCrates reports whether a Cargo.toml says what its workspace consists of
// (doc.rust-lang.org/cargo, "Workspaces"). An empty table has a crate stand for
// itself, as cargo fuzz writes it.
func hasCrates(data []byte) bool { return hasTable(data, "workspace.") }

// hasMembers reports whether a pyproject.toml does (docs.astral.sh/uv, "Using
// workspaces").
func hasMembers(data []byte) bool { return hasTable(data, "tool.uv.workspace.") }

// hasTable reports whether a TOML document has a key in a table.
func hasTable(data []byte, table string) bool {
	for key := range tomlValues(string(data)) {
		if strings.HasPrefix(key, table) {
			return true
		}
	}
	return false
}
