package naming

import (
	"testing"

	"github.com/limenhq/limen"
)

// pack is a package of the workspace at /src/shop, or at another directory.
func pack(root, name, workspace string) *limen.Project {
	p := in(root, name)
	p.Workspace = limen.Workspace{Name: unscoped(workspace), Root: at(workspace)}
	return p
}

func TestAPackageIsToldByItsWorkspace(t *testing.T) {
	tree := pack("/src/shop-x/packages/api", "@shop/api", "/src/shop-x")
	tree.Branch, tree.Worktree = "x", "shop-x"
	unnamed := pack("/src/店/api", "api", "/src/店")
	for _, test := range []struct {
		project *limen.Project
		want    string
	}{
		{pack("/src/shop", "shop", "/src/shop"), "shop.localhost"}, // its root
		{pack("/src/shop/packages/api", "@shop/api", "/src/shop"), "api.shop.localhost"},
		{pack("/src/store/packages/api", "@store/api", "/src/store"), "api.store.localhost"},
		{pack("/src/shop/apps/shop", "shop", "/src/shop"), "shop.localhost"},
		{pack("/src/shop/apps/店", "店", "/src/shop"), "shop.localhost"},
		{tree, "api.shop.x.localhost"},
		{unnamed, "api.localhost"},
	} {
		p, why := Propose(seen(3000, limen.Process{Name: "node", Project: test.project}))
		if p.Name != test.want || why != "" || p.Contested {
			t.Errorf("%+v: %+v, %q; want %s", *test.project, p, why, test.want)
		}
		if p.Subject.Project != test.project.Root {
			t.Errorf("%s is of %+v", p.Name, p.Subject)
		}
	}
}

func TestTheProgramsOfAPackageAreToldBelowIt(t *testing.T) {
	api := pack("/src/shop/packages/api", "api", "/src/shop")
	b := newBook()
	for range 2 {
		for i, want := range []string{"api.shop.localhost", "worker.api.shop.localhost", "p3002.api.shop.localhost"} {
			script := []string{"server.js", "worker.js", "server.js"}[i]
			if got := b.open(t, seen(3000+uint16(i), node(api, script))); got != want {
				t.Errorf("%s; want %s", got, want)
			}
		}
		b.closeAll()
	}
}

func TestANameFromBeforeWorkspacesIsKept(t *testing.T) {
	api, alone := pack("/src/shop/packages/api", "api", "/src/shop"), in("/src/shop/packages/api", "api")
	b := newBook()
	scripts := []string{"server.js", "worker.js", "server.js"}
	var before []string
	for i, script := range scripts {
		before = append(before, b.open(t, seen(3000+uint16(i), node(alone, script))))
	}
	b.closeAll()
	for i, script := range scripts {
		if got := b.open(t, seen(3000+uint16(i), node(api, script))); got != before[i] {
			t.Errorf("%s was %s", got, before[i])
		}
	}
	b.closeAll()
	// limen run of any of its programs gives what the package is called.
	f := seen(3000, node(api, "another.js"))
	f.Ledger = b.ledger(3000)
	if p, why := ProposeApp(f, *api, ""); p.Name != "api.localhost" || p.Subject != b.names["api.localhost"] {
		t.Errorf("run: %+v, %q", p, why)
	}
	f.Ledger = Ledger{Taken: func(name string) (limen.Subject, bool) {
		return limen.Subject{Project: alone.Root, Program: "web"}, name == "web.api.localhost"
	}}
	if p, why := ProposeApp(f, *api, "web"); p.Name != "web.api.localhost" {
		t.Errorf("an app: %+v, %q", p, why)
	}
	delete(b.names, "api.localhost")
	if got := b.open(t, seen(3000, node(api, "server.js"))); got != "api.shop.localhost" {
		t.Errorf("when the old one was taken away: %s", got)
	}
}

// A package is started there, or from the root by limen up and by tools.
func TestAPackageAndTheRootsProgramForItAreOne(t *testing.T) {
	shop, api := pack("/src/shop", "shop", "/src/shop"), pack("/src/shop/packages/api", "api", "/src/shop")
	up := func(b *book) Proposal {
		f := seen(4000, node(shop, "packages/api/server.js"))
		f.Ledger = b.ledger(4000)
		p, why := ProposeApp(f, *shop, "api")
		if why != "" {
			t.Fatal(why)
		}
		return p
	}
	b := newBook()
	b.open(t, seen(3000, node(api, "server.js")))
	if p := up(b); p.Name != "p4000.shop.localhost" || p.Contested {
		t.Errorf("beside it: %+v", p)
	}
	b.closeAll()
	if p := up(b); p.Name != "api.shop.localhost" || p.Subject.Project != api.Root || p.Contested {
		t.Errorf("after it: %+v", p)
	}
	b = newBook()
	p := up(b)
	b.names[p.Name] = p.Subject
	if got := b.open(t, seen(3000, node(api, "server.js"))); got != "api.shop.localhost" {
		t.Errorf("the other way round: %s", got)
	}
	// Two packages are two, whatever they are called.
	if got := b.open(t, seen(3001, node(pack("/src/shop/apps/api", "api", "/src/shop"), "server.js"))); got != "server.api.shop.localhost" {
		t.Errorf("another package: %s", got)
	}
}

func TestAnotherWorkspacesNameIsAQuestion(t *testing.T) {
	b := newBook()
	b.open(t, seen(3000, node(pack("/src/shop/packages/api", "api", "/src/shop"), "server.js")))
	b.closeAll()
	got := b.open(t, seen(3001, node(pack("/old/shop/packages/api", "api", "/old/shop"), "server.js")))
	if want := "contested: api.shop.localhost is the name of " + at("/src/shop/packages/api"); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestAWorkspaceIsIgnoredWithItsPackages(t *testing.T) {
	f := seen(3000, node(pack("/src/shop/packages/api", "@x/api", "/src/shop"), "server.js"))
	f.Ignore = []string{"shop"}
	if p, why := Propose(f); why != "it is ignored by names.ignore" {
		t.Errorf("%+v, %q", p, why)
	}
}
