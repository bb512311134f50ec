package project

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// tree writes files, given as path and content in turn, into a new directory
// and returns it. A path that ends in a slash is a directory.
func tree(t testing.TB, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(root, filepath.FromSlash(files[i]))
		dir := filepath.Dir(path)
		if strings.HasSuffix(files[i], "/") {
			dir = path
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if dir != path {
			if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

const onMain = "ref: refs/heads/main\n"

// Each case has a project below a directory that is none.
var finds = []struct {
	claim string
	files []string
	dir   string
	want  *limen.Project // Root relative to the tree
}{
	{
		"a directory without evidence belongs to nothing",
		[]string{"a/b/", ""}, "a/b", nil,
	},
	{
		"the manifest names the project",
		[]string{"shop/package.json", `{"name":"@acme/shop"}`}, "shop",
		&limen.Project{Name: "@acme/shop", Root: "shop", Manifest: "package.json"},
	},
	{
		"a directory below belongs to it as well",
		[]string{"shop/go.mod", "module example.com/shop/v2\n", "shop/cmd/web/", ""}, "shop/cmd/web",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "go.mod"},
	},
	{
		"a directory that is gone belongs to what is above it",
		[]string{"shop/go.mod", "module example.com/shop\n"}, "shop/gone/too",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "go.mod"},
	},
	{
		"in a monorepo the nearest manifest names it, the repository has the branch",
		[]string{
			"mono/.git/HEAD", onMain, "mono/package.json", `{"name":"mono"}`,
			"mono/apps/web/package.json", `{"name":"web"}`, "mono/apps/web/src/", "",
		}, "mono/apps/web/src",
		&limen.Project{Name: "web", Root: "mono/apps/web", Manifest: "package.json", Branch: "main"},
	},
	{
		"a manifest outside the repository is another project's",
		[]string{"package.json", `{"name":"outer"}`, "in/.git/HEAD", onMain}, "in",
		&limen.Project{Name: "in", Root: "in", Branch: "main"},
	},
	{
		"a package.json without a name leaves the name to the one above",
		[]string{"shop/package.json", `{"name":"shop"}`, "shop/dist/package.json", `{"type":"commonjs"}`}, "shop/dist",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "package.json"},
	},
	{
		"a package.json without a name leaves the name to the repository",
		[]string{"shop/.git/HEAD", onMain, "shop/dist/package.json", `{}`}, "shop/dist",
		&limen.Project{Name: "shop", Root: "shop", Branch: "main"},
	},
	{
		"a package.json without a name is better than nothing",
		[]string{"shop/package.json", `{}`}, "shop",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "package.json"},
	},
	{
		"of several manifests the first with a name counts",
		[]string{"shop/package.json", `{"private":true}`, "shop/composer.json", `{"name":"acme/shop"}`}, "shop",
		&limen.Project{Name: "acme/shop", Root: "shop", Manifest: "composer.json"},
	},
	{
		"a Gemfile says where, the directory says what",
		[]string{"blog/Gemfile", `gem "rails"`, "blog/package.json", `{}`}, "blog",
		&limen.Project{Name: "blog", Root: "blog", Manifest: "Gemfile"},
	},
	{
		"a gemspec is known by its directory's name",
		[]string{"rack/rack.gemspec", ""}, "rack",
		&limen.Project{Name: "rack", Root: "rack", Manifest: "rack.gemspec"},
	},
	{
		"requirements.txt makes no project",
		[]string{"docs/requirements.txt", "mkdocs"}, "docs", nil,
	},
	{
		"a package in node_modules belongs to what installed it",
		[]string{
			"shop/package.json", `{"name":"shop"}`,
			"shop/node_modules/a/package.json", `{"name":"a"}`,
			"shop/node_modules/a/node_modules/b/package.json", `{"name":"b"}`,
		}, "shop/node_modules/a/node_modules/b",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "package.json"},
	},
	{
		"a package in node_modules is no project even if nothing installed it",
		[]string{"lib/node_modules/pm2/package.json", `{"name":"pm2"}`}, "lib/node_modules/pm2", nil,
	},
	{
		"a repository in vendor belongs to what vendors it",
		[]string{"shop/go.mod", "module shop", "shop/vendor/lib/.git/HEAD", onMain, "shop/vendor/lib/go.mod", "module lib"}, "shop/vendor/lib",
		&limen.Project{Name: "shop", Root: "shop", Manifest: "go.mod"},
	},
	{
		"vendor is an ordinary word where nothing vendors",
		[]string{"vendor/acme/composer.json", `{"name":"acme"}`, "vendor/acme/node_modules/x/package.json", `{"name":"x"}`}, "vendor/acme/node_modules/x",
		&limen.Project{Name: "acme", Root: "vendor/acme", Manifest: "composer.json"},
	},
	{
		"target holds what a compiler made",
		[]string{"api/Cargo.toml", "[package]\nname = 'api'", "api/target/package/api-1.0/Cargo.toml", "[package]\nname = 'x'"}, "api/target/package/api-1.0",
		&limen.Project{Name: "api", Root: "api", Manifest: "Cargo.toml"},
	},
	{
		"an empty .git is not a repository",
		[]string{"a/.git/", ""}, "a", nil,
	},
	{
		"a name is cut, one line and valid",
		[]string{"a/package.json", `{"name":"` + strings.Repeat("x", 127) + `é"}`}, "a",
		&limen.Project{Name: strings.Repeat("x", 127), Root: "a", Manifest: "package.json"},
	},
	{
		"a name keeps what only a terminal would mind",
		[]string{"a/package.json", `{"name":"a\u001b[31m\u202eb\nc"}`}, "a",
		&limen.Project{Name: "a\x1b[31m\u202eb", Root: "a", Manifest: "package.json"},
	},
}

func TestFind(t *testing.T) {
	for _, c := range finds {
		t.Run(c.claim, func(t *testing.T) {
			root := tree(t, c.files...)
			want := c.want
			if want != nil {
				p := *want
				p.Root = filepath.Join(root, filepath.FromSlash(p.Root))
				want = &p
			}
			f := &Finder{Home: filepath.Dir(root)} // whatever is above the tests is not theirs
			got := f.Find(filepath.Join(root, filepath.FromSlash(c.dir)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("project (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindKnowsNoRelativeDirectory(t *testing.T) {
	t.Chdir(tree(t, "go.mod", "module here\n"))
	for _, dir := range []string{"", ".", "sub"} {
		if p := new(Finder).Find(dir); p != nil {
			t.Errorf("Find(%q) = %v, which depends on where limen itself works", dir, p)
		}
	}
}

func TestHomeIsNotTheProjectOfWhatIsBelow(t *testing.T) {
	home := tree(t,
		".git/HEAD", onMain, "package.json", `{"name":"stray"}`,
		"notes/", "", "shop/go.mod", "module shop\n", "vendor/x/", "")
	f := &Finder{Home: home}
	for dir, want := range map[string]string{"notes": "", "shop": "shop", "vendor/x": "", ".": "stray"} {
		got := ""
		if p := f.Find(filepath.Join(home, filepath.FromSlash(dir))); p != nil {
			got = p.Name
		}
		if got != want {
			t.Errorf("%s: project %q, want %q", dir, got, want)
		}
	}
	stray := tree(t, ".git/HEAD", onMain, "package.json", `{"dependencies":{}}`)
	if p := (&Finder{Home: stray}).Find(stray); p != nil {
		t.Errorf("Find(home) = %v, of dot files and a stray manifest", p)
	}
}

func TestSearchingStopsAtHome(t *testing.T) {
	root := tree(t, "go.mod", "module outside\n", "home/notes/", "")
	f := &Finder{Home: filepath.Join(root, "home")}
	if p := f.Find(filepath.Join(root, "home", "notes")); p != nil {
		t.Errorf("Find = %v, from above the home directory", p)
	}
}

func TestWhatAnyoneMayWriteNamesNothing(t *testing.T) {
	root := tree(t, "package.json", `{"name":"planted"}`, ".git/HEAD", onMain, "work/", "")
	if err := os.Chmod(root, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(root); err != nil || info.Mode()&os.ModeSticky == 0 {
		t.Skip("this system has no directories in which anyone may write only what is theirs")
	}
	if p := new(Finder).Find(filepath.Join(root, "work")); p != nil {
		t.Errorf("Find = %v, planted in a directory like /tmp", p)
	}
}

func TestFindLooksAtADirectoryOnce(t *testing.T) {
	root := tree(t, "go.mod", "module before\n")
	f := new(Finder)
	before := f.Find(root)
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, f.Find(filepath.Join(root, "below"))); diff != "" {
		t.Errorf("one Finder gave two answers (-first +second):\n%s", diff)
	}
	if p := new(Finder).Find(root); p == nil || p.Name != "after" {
		t.Errorf("a new Finder found %v, want the project as it is now", p)
	}
}

func TestFindMayBeAskedByMany(t *testing.T) {
	root := tree(t, "go.mod", "module shop\n", "a/", "", "b/", "", ".git/HEAD", onMain)
	f := new(Finder)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, dir := range []string{"a", "b", "."} {
				p := f.Find(filepath.Join(root, dir))
				if p == nil || p.Name != "shop" {
					t.Errorf("Find(%s) = %v", dir, p)
					return
				}
				p.Name = "theirs to change"
			}
		})
	}
	wg.Wait()
}

func TestADeepPathCostsNoMoreThanItsTop(t *testing.T) {
	for name, files := range map[string][]string{"": nil, "shop": {"go.mod", "module shop\n"}} {
		root := tree(t, files...)
		for _, element := range []string{"/a", "/vendor", "/node_modules"} {
			f := &Finder{Home: filepath.Dir(root)}
			p := f.Find(root + strings.Repeat(element, 1000))
			if (p == nil) != (name == "") || p != nil && p.Name != name {
				t.Errorf("Find = %v, want %q", p, name)
			}
			if n := len(f.seen); n > maxDepth {
				t.Errorf("looked at %d directories, want at most %d", n, maxDepth)
			}
		}
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\nb")
	f.Add(strings.Repeat("é", 100))
	f.Add("\xff\u2028 x")
	f.Fuzz(func(t *testing.T, s string) {
		got := oneLine(s)
		if len(got) > maxName || !utf8.ValidString(got) || strings.ContainsFunc(got, breaksLine) {
			t.Errorf("oneLine(%q) = %q", s, got)
		}
	})
}

func BenchmarkFindCold(b *testing.B) {
	dir := filepath.Join(tree(b, ".git/HEAD", onMain, "package.json", `{"name":"shop","dependencies":{"next":"15.0.1"}}`, "src/app/", ""), "src", "app")
	b.ReportAllocs()
	for b.Loop() {
		new(Finder).Find(dir)
	}
}

func BenchmarkFindWarm(b *testing.B) {
	dir := filepath.Join(tree(b, ".git/HEAD", onMain, "package.json", `{"name":"shop"}`, "src/app/", ""), "src", "app")
	f := new(Finder)
	f.Find(dir)
	b.ReportAllocs()
	for b.Loop() {
		f.Find(dir)
	}
}
