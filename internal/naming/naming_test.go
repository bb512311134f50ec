package naming

import (
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// at is a path as this system writes it.
func at(path string) string {
	if path == "" {
		return ""
	}
	abs, err := filepath.Abs(filepath.FromSlash(path))
	if err != nil {
		panic(err)
	}
	return abs
}

// seen is a listener of a user's own, in a project, that speaks HTTP.
func seen(port uint16, p limen.Process) Facts {
	if p.Directory == "" && p.Project != nil {
		p.Directory = p.Project.Root
	}
	p.User = &limen.User{UID: 1000, Name: "ann"}
	e := limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)}
	return Facts{
		Listener: limen.Listener{Endpoint: e, State: limen.Listening, User: p.User, Namespace: 4026531840, Owners: []limen.Owner{{Process: p, Role: limen.Sole}}},
		Service:  &limen.Service{Protocol: "http"},
		Me:       1000, Namespace: 4026531840, Home: at("/home/ann"),
	}
}

func in(root, name string) *limen.Project {
	return &limen.Project{Name: name, Root: at(root), Manifest: "package.json", Branch: "main"}
}

// node is a process that runs a script of a project.
func node(p *limen.Project, script string) limen.Process {
	return limen.Process{
		ProcessID: limen.ProcessID{PID: 812, Birth: 77}, Name: "node " + filepath.Base(script), Executable: at("/usr/bin/node"),
		Command: []string{"node", filepath.FromSlash(script)}, Directory: p.Root, Project: p,
	}
}

// a book is a ledger as host keeps one: names stay, and ports come and go.
type book struct {
	names map[string]limen.Subject
	ports map[limen.Subject]uint16
}

func newBook() *book {
	return &book{map[string]limen.Subject{}, map[limen.Subject]uint16{}}
}

func (b *book) ledger(port uint16) Ledger {
	return Ledger{
		Taken: func(name string) (limen.Subject, bool) { s, ok := b.names[name]; return s, ok },
		Busy:  func(s limen.Subject) bool { now, ok := b.ports[s]; return ok && now != port },
	}
}

// open has a listener named and its name recorded, and returns the name.
func (b *book) open(t *testing.T, f Facts) string {
	t.Helper()
	port := f.Listener.Endpoint.Port()
	f.Ledger = b.ledger(port)
	p, why := Propose(f)
	if why != "" {
		return "none: " + why
	}
	if p.Contested {
		return "contested: " + p.Why
	}
	if whose, ok := b.names[p.Name]; ok && whose != p.Subject {
		t.Errorf("%s was of %v, and was given to %v", p.Name, whose, p.Subject)
	}
	b.names[p.Name], b.ports[p.Subject] = p.Subject, port
	return p.Name
}

func (b *book) closeAll() { clear(b.ports) }

func TestAProgramIsCalledAsItsProject(t *testing.T) {
	tree := func(root, name, branch, worktree string) *limen.Project {
		return &limen.Project{Name: name, Root: at(root), Branch: branch, Worktree: worktree}
	}
	for _, test := range []struct {
		project *limen.Project
		want    string
	}{
		{in("/src/shop", "shop"), "shop.localhost"},
		{in("/src/shop", "@acme/shop"), "shop.localhost"},
		{in("/src/shop", "acme/shop"), "shop.localhost"},
		{in("/src/game", "2048"), "2048.localhost"},
		{in("/src/shop", "Ünser Läden_2"), "unser-laden-2.localhost"},
		{in("/src/shop", "магазин"), "shop.localhost"},
		{in("/src/shop", "@acme/"), "shop.localhost"},
		{in("/src/x", "localhost"), "localhost.localhost"},
		{in("/src/x", strings.Repeat("a", 100)), strings.Repeat("a", 63) + ".localhost"},
		{tree("/src/shop", "shop", "feature/x", ""), "shop.localhost"}, // the main work tree, whatever is checked out
		{tree("/src/shop-2", "shop", "feature/X-1", "shop-2"), "shop.feature-x-1.localhost"},
		{tree("/src/shop-2", "shop", "", "shop-2"), "shop.shop-2.localhost"},
		{tree("/src/shop-2", "shop", "0123456789ab", "shop-2"), "shop.shop-2.localhost"}, // a commit
		{tree("/src/shop-2", "shop", "фича", "shop-2"), "shop.shop-2.localhost"},
		{tree("/src/shop-feature-x", "shop-feature-x", "feature/x", "shop-feature-x"), "shop.feature-x.localhost"},
		{tree("/src/feature-x", "feature-x", "feature/x", "feature-x"), "feature-x.feature-x.localhost"},
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

func TestTheFirstProgramIsTheProjectAndTheNextHasItsWord(t *testing.T) {
	shop := in("/src/shop", "shop")
	b := newBook()
	vite := limen.Process{Name: "vite", Command: []string{"node", "vite"}, Framework: &limen.Framework{Name: "Vite"}, Project: shop}
	api := node(shop, "server/api.js")
	for i := range 3 {
		if got := b.open(t, seen(5173, vite)); got != "shop.localhost" {
			t.Errorf("vite: %s", got)
		}
		if got := b.open(t, seen(3001, api)); got != "api.shop.localhost" {
			t.Errorf("api: %s", got)
		}
		b.closeAll()
		if got := b.open(t, seen(4001+uint16(i), api)); got != "api.shop.localhost" {
			t.Errorf("api comes first, at another port: %s", got)
		}
		b.closeAll()
	}
}

func TestAFurtherPortOfOneProgramIsToldByItsNumber(t *testing.T) {
	shop := in("/src/shop", "shop")
	server := node(shop, "server.js")
	b := newBook()
	for range 2 {
		if got := b.open(t, seen(3000, server)); got != "shop.localhost" {
			t.Errorf("the first: %s", got)
		}
		if got := b.open(t, seen(3000, server)); got != "shop.localhost" {
			t.Errorf("the same port at another address: %s", got)
		}
		if got := b.open(t, seen(3001, server)); got != "p3001.shop.localhost" {
			t.Errorf("the second: %s", got)
		}
		random := seen(43121, server)
		random.IsRandom = true
		if got := b.open(t, random); !strings.HasPrefix(got, "none: nothing tells it from another port") {
			t.Errorf("one that the system chose: %s", got)
		}
		b.closeAll()
	}
	if got := b.open(t, seen(3001, server)); got != "p3001.shop.localhost" {
		t.Errorf("the second, coming first: %s", got)
	}
	if got := b.open(t, seen(3000, server)); got != "shop.localhost" {
		t.Errorf("the first, coming second: %s", got)
	}
}

func TestTheNameOfAnotherProjectIsAQuestion(t *testing.T) {
	b := newBook()
	b.open(t, seen(3000, limen.Process{Project: in("/src/shop", "shop")}))
	b.closeAll() // names are kept while nobody answers for them
	f := seen(3002, limen.Process{Project: in("/old/shop", "shop")})
	f.Ledger = b.ledger(3002)
	p, why := Propose(f)
	want := Proposal{
		Name: "shop.localhost", Subject: limen.Subject{Project: at("/old/shop")}, Contested: true,
		Why: "shop.localhost is the name of " + at("/src/shop"), Next: "limen route add OTHER 3002",
	}
	if p != want || why != "" {
		t.Errorf("%+v, %q; want %+v", p, why, want)
	}
}

func TestTwoBranchesThatAreWrittenAlikeAreAQuestion(t *testing.T) {
	b := newBook()
	b.open(t, seen(3000, limen.Process{Project: &limen.Project{Name: "shop", Root: at("/src/a"), Branch: "feature/x", Worktree: "a"}}))
	got := b.open(t, seen(3001, limen.Process{Project: &limen.Project{Name: "shop", Root: at("/src/b"), Branch: "feature-x", Worktree: "b"}}))
	if got != "contested: shop.feature-x.localhost is the name of "+at("/src/a")+", feature/x" {
		t.Error(got)
	}
}

func TestANameThatAPersonTypedIsLeftAlone(t *testing.T) {
	b := newBook()
	b.names["shop.localhost"] = limen.Subject{}
	if got := b.open(t, seen(3000, node(in("/src/shop", "shop"), "api.js"))); got != "api.shop.localhost" {
		t.Error(got)
	}
	b.names["p3001.shop.localhost"], b.names["web.shop.localhost"] = limen.Subject{}, limen.Subject{}
	if got := b.open(t, seen(3001, node(in("/src/shop", "shop"), "web.js"))); got != "none: every name that it could have is taken in its own project" {
		t.Error(got)
	}
}

func TestLimensOwnNameIsNotGiven(t *testing.T) {
	for _, p := range []*limen.Project{
		in("/src/limen", "limen"),
		{Name: "shop", Root: at("/src/s"), Branch: "limen", Worktree: "s"},
	} {
		got, why := Propose(seen(3000, limen.Process{Project: p}))
		if !got.Contested || why != "" || got.Why != "limen.localhost and all below it are limen's own" {
			t.Errorf("%s: %+v, %q", p.Name, got, why)
		}
	}
}

func TestAContainerIsCalledAsItsServiceOfItsComposeProject(t *testing.T) {
	id := strings.Repeat("ab12", 16)
	boxed := func(port uint16, name, project, service string) Facts {
		f := seen(port, limen.Process{Name: "docker-proxy", Directory: at("/")})
		o := &f.Listener.Owners[0]
		o.Process.User, f.Listener.User = &limen.User{}, &limen.User{} // the engine runs as root
		o.Within = []limen.Keeper{{Kind: limen.Docker, Name: name, Container: &limen.Container{ID: id, Project: project, Service: service}}, {Kind: limen.Systemd, Name: "docker.service"}}
		return f
	}
	b := newBook()
	for _, test := range []struct {
		f    Facts
		want string
	}{
		{boxed(8080, "shop-web-1", "shop", "web"), "web.shop.localhost"},
		{boxed(8081, "shop-web-1", "shop", "web"), "p8081.web.shop.localhost"},
		{boxed(8082, "shop-api-1", "shop", "api"), "api.shop.localhost"},
		{boxed(8083, "shop-api-1", "shop", "api"), "p8083.api.shop.localhost"},
		{boxed(9000, "my_tool", "", ""), "my-tool.localhost"},
		{boxed(9001, id[:12], "", ""), "none: its container has no name that can be seen"},
		{boxed(9002, "名前", "", ""), "none: its project has no usable name"},
		{seen(3000, node(in("/src/shop", "shop"), "main.js")), "shop.localhost"},
		{seen(3001, node(in("/src/shop", "shop"), "api.js")), "contested: api.shop.localhost is the name of compose:shop"},
	} {
		if got := b.open(t, test.f); got != test.want {
			t.Errorf("%s; want %s", got, test.want)
		}
	}
}

func TestInTheContainerThatLimenIsInThereIsNoContainer(t *testing.T) {
	box := limen.Keeper{Kind: limen.Docker, Name: "ab12", Container: &limen.Container{ID: strings.Repeat("ab12", 16)}}
	f := seen(3000, limen.Process{Project: in("/work/shop", "shop")})
	f.Listener.Owners[0].Within = []limen.Keeper{box}
	if _, why := Propose(f); why != "its container has no name that can be seen" {
		t.Errorf("in a container: %q", why)
	}
	f.Within = []limen.Keeper{{Kind: limen.Docker, Name: "ab12"}}
	if p, why := Propose(f); p.Name != "shop.localhost" {
		t.Errorf("in the same container: %+v, %q", p, why)
	}
}

// Whatever comes in whatever order, a name has one subject, and a subject
// keeps its name. What is called alike is most of what is drawn here.
func FuzzNoTwoSubjectsEverHaveOneName(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 250, 17, 33, 90, 255, 4, 4, 4})
	f.Add([]byte("\x10\x10\x00\x10\xff\x10\x21\x43\x65\x87"))
	f.Fuzz(func(t *testing.T, moves []byte) {
		pick := func(n byte, from ...string) string { return from[int(n)%len(from)] }
		b := newBook()
		given := map[limen.Subject]string{}
		for i, m := range moves {
			if m == 255 {
				b.closeAll()
				continue
			}
			root := pick(m, "/a/shop", "/b/shop", "/a/@x/shop", "/a/shop/api", "/a/limen", "/a/p3001")
			project := in(root, strings.TrimPrefix(root, "/a/"))
			if m&64 != 0 {
				project.Worktree, project.Branch = "t", pick(m/5, "shop", "x/y", "x-y", "api")
			}
			if i >= len(moves)/2 { // it has become one, or limen has learned to see it
				project.Workspace = limen.Workspace{Name: "shop", Root: at("/a")}
			}
			port := 3000 + uint16(m)%5
			facts := seen(port, node(project, pick(m/7, "api.js", "index.js", "shop.js", "p3001.js")))
			facts.IsRandom = i%2 == 0
			facts.Ledger = b.ledger(port)
			p, why := Propose(facts)
			switch whose, isTaken := b.names[p.Name]; {
			case why != "", p.Contested:
				continue
			case isTaken && whose != p.Subject:
				t.Fatalf("%s is of %v, and was given to %v", p.Name, whose, p.Subject)
			case given[p.Subject] != "" && given[p.Subject] != p.Name:
				t.Fatalf("%v was %s, and is %s", p.Subject, given[p.Subject], p.Name)
			}
			if name, err := limen.ParseHost(p.Name); err != nil || name != p.Name {
				t.Fatalf("%q is no name of a host: %v", p.Name, err)
			}
			b.names[p.Name], b.ports[p.Subject], given[p.Subject] = p.Subject, port, p.Name
		}
	})
}

// wrangler opens six ports, of which one is meant.
func TestWhatAToolOpensForItselfGetsNoNameBesideTheProjects(t *testing.T) {
	shop := in("/src/shop", "shop")
	b := newBook()
	if got := b.open(t, seen(8787, limen.Process{Name: "workerd", Project: shop})); got != "shop.localhost" {
		t.Fatal(got)
	}
	f := seen(46213, limen.Process{Name: "wrangler dev", Project: shop})
	f.IsRandom, f.Ledger = true, b.ledger(46213)
	if p, why := Propose(f); !strings.Contains(why, "no page") {
		t.Errorf("%+v, %q", p, why)
	}
	f.Service.Title = "a page"
	if p, why := Propose(f); p.Name != "wrangler.shop.localhost" {
		t.Errorf("with a page: %+v, %q", p, why)
	}
	f.Service, f.Ledger = &limen.Service{Protocol: "http"}, Ledger{}
	if p, why := Propose(f); p.Name != "shop.localhost" {
		t.Errorf("alone: %+v, %q", p, why)
	}
}
