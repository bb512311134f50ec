package project

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// Each case is looked at from shop/packages/api, which has a package.json. What
// is wanted is the workspace's name, and its directory relative to the tree.
var workspaces = []struct {
	claim      string
	files      []string
	name, root string
}{
	{"npm has a list", []string{"shop/package.json", `{"name":"@acme/shop","workspaces":["packages/*"]}`}, "@acme/shop", "shop"},
	{"classic Yarn has the list a level below", []string{"shop/package.json", `{"workspaces":{"packages":["packages/*"],"nohoist":[]}}`}, "shop", "shop"},
	{"an empty list is none", []string{"shop/package.json", `{"name":"shop","workspaces":[]}`}, "", ""},
	{"another type is none", []string{"shop/package.json", `{"name":"shop","workspaces":"packages/*"}`}, "", ""},
	{"a dependency on one is none", []string{"shop/package.json", `{"name":"shop","dependencies":{"x":"workspace:*"}}`}, "", ""},
	{"pnpm has a file", []string{"shop/package.json", `{"name":"shop"}`, "shop/pnpm-workspace.yaml", "# all\npackages:\n  - packages/*\n"}, "shop", "shop"},
	{"pnpm's file may have settings alone", []string{"shop/package.json", `{"name":"shop"}`, "shop/pnpm-workspace.yaml", "onlyBuiltDependencies:\n  - x\n"}, "", ""},
	{"Lerna has a file", []string{"shop/lerna.json", "{}"}, "shop", "shop"},
	{"Nx has a file", []string{"shop/nx.json", "{}"}, "shop", "shop"},
	{"Go has a file", []string{"shop/go.work", "go 1.26\nuse ./packages/api\n"}, "shop", "shop"},
	{"Cargo has members", []string{"shop/Cargo.toml", "[workspace]\nmembers = [\"packages/*\"]\n"}, "shop", "shop"},
	{"Cargo's empty table is for a crate alone", []string{"shop/Cargo.toml", "[package]\nname = 'shop'\n[workspace]\n"}, "", ""},
	{"uv has members", []string{"shop/pyproject.toml", "[project]\nname = 'shop'\n[tool.uv.workspace]\nmembers = ['packages/*']\n"}, "shop", "shop"},
	{"Deno has a list", []string{"shop/deno.json", `{"workspace":["./packages/api"]}`}, "shop", "shop"},
	{"the outermost is meant", []string{"shop/nx.json", "{}", "shop/packages/nx.json", "{}"}, "shop", "shop"},
	{"one within is meant where nothing is around it", []string{"shop/packages/go.work", "", "shop/package.json", `{"name":"shop"}`}, "packages", "shop/packages"},
	{"one outside of the repository is another's", []string{"shop/nx.json", "{}", "shop/packages/.git/HEAD", onMain}, "", ""},
	{"a package is none by itself", nil, "", ""},
}

func TestAPackageKnowsItsWorkspace(t *testing.T) {
	for _, c := range workspaces {
		t.Run(c.claim, func(t *testing.T) {
			root := tree(t, append(c.files, "shop/packages/api/package.json", `{"name":"@acme/api"}`)...)
			f := &Finder{Home: filepath.Dir(root)}
			p := f.Find(filepath.Join(root, "shop", "packages", "api"))
			if p == nil || p.Name != "@acme/api" {
				t.Fatalf("project %+v", p)
			}
			want := limen.Workspace{Name: c.name}
			if c.root != "" {
				want.Root = filepath.Join(root, filepath.FromSlash(c.root))
			}
			if p.Workspace != want {
				t.Errorf("workspace %+v; want %+v", p.Workspace, want)
			}
		})
	}
}

func TestTheRootOfAWorkspaceIsAProjectOfIt(t *testing.T) {
	root := tree(t, "shop/go.work", "go 1.26\n", "shop/scripts/", "")
	f := &Finder{Home: filepath.Dir(root)}
	shop := filepath.Join(root, "shop")
	for _, dir := range []string{shop, filepath.Join(shop, "scripts")} {
		p := f.Find(dir)
		if want := (limen.Project{Name: "shop", Root: shop, Workspace: limen.Workspace{Name: "shop", Root: shop}}); p == nil || *p != want {
			t.Errorf("%s: %+v; want %+v", dir, p, want)
		}
	}
}

// What the fuzzer finds may be in any of the files, and each comes to an end.
func FuzzWhatAWorkspaceIs(f *testing.F) {
	for _, c := range workspaces {
		for i := 1; i < len(c.files); i += 2 {
			f.Add([]byte(c.files[i]))
		}
	}
	f.Add([]byte(strings.Repeat(`{"workspaces":`, 100)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range manifests {
			if m.gathers != nil {
				m.gathers(data)
			}
		}
	})
}
