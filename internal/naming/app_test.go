package naming

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestAnAppThatLimenRunsHasItsNameWithoutTheRule(t *testing.T) {
	shop := limen.Project{Name: "shop", Root: at("/src/shop")}
	f := seen(3000, node(in("/src/shop/packages/api", "@shop/api"), "api.js"))
	f.Service, f.Me = nil, 0
	for app, want := range map[string]string{
		"api": "api.shop.localhost", "API server": "api-server.shop.localhost", "shop": "shop.localhost", "": "shop.localhost",
	} {
		if p, why := ProposeApp(f, shop, app); p.Name != want || why != "" {
			t.Errorf("%q: %+v, %q; want %s", app, p, why, want)
		}
	}
	p, _ := ProposeApp(f, shop, "")
	if observed, _ := Propose(seen(3000, node(&shop, "api.js"))); p != observed {
		t.Errorf("run: %+v; observed: %+v", p, observed)
	}
	f.Taken = func(string) (limen.Subject, bool) { return limen.Subject{Project: "/elsewhere"}, true }
	if p, _ := ProposeApp(f, shop, "api"); !p.Contested {
		t.Errorf("it took the name of another: %+v", p)
	}
	if _, why := ProposeApp(f, limen.Project{Name: "店", Root: at("/")}, "api"); why != noName {
		t.Errorf("without a usable name: %q", why)
	}
}

func TestTheAppThatIsMeantByTheProjectHasItsNameAgain(t *testing.T) {
	shop := limen.Project{Name: "shop", Root: at("/src/shop")}
	b := newBook()
	vite := limen.Process{Name: "vite", Framework: &limen.Framework{Name: "Vite"}, Project: &shop}
	if got := b.open(t, seen(5173, vite)); got != "shop.localhost" {
		t.Fatal(got)
	}
	f := seen(3000, node(&shop, "server.js"))
	f.Ledger = b.ledger(3000)
	if p, why := ProposeApp(f, shop, ""); p.Name != "server.shop.localhost" {
		t.Errorf("while another program has the name: %+v, %q", p, why)
	}
	b.closeAll()
	if p, why := ProposeApp(f, shop, ""); p.Name != "shop.localhost" || p.Subject != b.names["shop.localhost"] {
		t.Errorf("when that is gone: %+v, %q", p, why)
	}
}
