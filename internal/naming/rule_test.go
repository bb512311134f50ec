package naming

import (
	"slices"
	"testing"

	"github.com/limenhq/limen"
)

func TestEachRuleRefusesWhatItIsFor(t *testing.T) {
	change := func(do func(*Facts, *limen.Owner)) Facts {
		f := seen(3000, limen.Process{Project: in("/home/ann/src/shop", "shop")})
		do(&f, &f.Listener.Owners[0])
		return f
	}
	none := map[string][]Facts{
		"it takes no connections": {
			change(func(f *Facts, _ *limen.Owner) { f.Listener.Endpoint.Transport = limen.UDP }),
			change(func(f *Facts, _ *limen.Owner) { f.Listener.State = limen.Bound }),
		},
		"it is only within its own network namespace": {change(func(f *Facts, _ *limen.Owner) { f.Listener.Namespace++ })},
		"nobody is known to own it":                   {change(func(f *Facts, _ *limen.Owner) { f.Listener.Owners = nil })},
		"it is limen itself": {change(func(f *Facts, o *limen.Owner) {
			o.Process.ProcessID = limen.ProcessID{PID: 7, Birth: 9}
			f.Self = o.Process.ProcessID
		})},
		"it belongs to another user": {
			change(func(_ *Facts, o *limen.Owner) { o.Process.User = &limen.User{UID: 1001} }),
			change(func(f *Facts, o *limen.Owner) { f.Listener.User, o.Process.User = &limen.User{UID: 0}, nil }),
		},
		"it is a system service": {
			change(func(_ *Facts, o *limen.Owner) { o.Within = []limen.Keeper{{Kind: limen.Systemd, Name: "shop.service"}} }),
			change(func(_ *Facts, o *limen.Owner) { o.Within = []limen.Keeper{{Kind: limen.WinService, Name: "Shop"}} }),
		},
		"it is ignored by names.ignore":              {change(func(f *Facts, _ *limen.Owner) { f.Ignore = []string{"shop"} })},
		"its container has no name that can be seen": {change(func(_ *Facts, o *limen.Owner) { o.Within = []limen.Keeper{{Kind: limen.Kubernetes, Name: "pod"}} })},
		"its directory may not be seen":              {change(func(_ *Facts, o *limen.Owner) { o.Process.Project, o.Process.Directory = nil, "" })},
		"it works in the home directory": {
			change(func(_ *Facts, o *limen.Owner) { o.Process.Project, o.Process.Directory = nil, at("/home/ann") }),
			change(func(_ *Facts, o *limen.Owner) { o.Process.Project = in("/home/ann", "dotfiles") }),
		},
		"its directory belongs to no project": {change(func(_ *Facts, o *limen.Owner) { o.Process.Project = nil })},
		noName:                                {change(func(_ *Facts, o *limen.Owner) { o.Process.Project = in("/home/ann/店", "@店/店") })},
		"it is a debugger": {
			change(func(f *Facts, _ *limen.Owner) { f.Service = &limen.Service{Protocol: "devtools", Product: "Node.js"} }),
			change(func(f *Facts, _ *limen.Owner) { f.Service = &limen.Service{Protocol: "dap", Product: "debugpy"} }),
		},
		"it does not answer HTTP": {
			change(func(f *Facts, _ *limen.Owner) { f.Service = nil }),
			change(func(f *Facts, _ *limen.Owner) { f.Service.Protocol = "postgresql" }),
			change(func(f *Facts, _ *limen.Owner) { f.Service.Protocol = "http-proxy" }),
		},
	}
	for _, r := range rules {
		if len(none[r.why]) == 0 {
			t.Errorf("%q refuses nothing here", r.why)
		}
		for i, f := range none[r.why] {
			if p, why := Propose(f); why != r.why || p != (Proposal{}) {
				t.Errorf("%q, %d: %+v, %q", r.why, i, p, why)
			}
			if want := r.why; !r.asks && Dismiss(f) != want || r.asks && Dismiss(f) != "" {
				t.Errorf("%q, %d: dismissed with %q before it is asked", r.why, i, Dismiss(f))
			}
		}
	}
}

func TestTheRulesLeaveAloneWhatIsOnlyNear(t *testing.T) {
	for name, do := range map[string]func(*Facts, *limen.Owner){
		"a terminal below a service": func(_ *Facts, o *limen.Owner) {
			o.Within = []limen.Keeper{{Kind: limen.Terminal}, {Kind: limen.Systemd, Name: "ssh.service"}}
		},
		"a unit of the user": func(_ *Facts, o *limen.Owner) {
			o.Within = []limen.Keeper{{Kind: limen.SystemdUser, Name: "shop.service"}}
		},
		"users without numbers": func(_ *Facts, o *limen.Owner) { o.Process.User = &limen.User{UID: -1, Name: "ann"} },
		"an unknown own user":   func(f *Facts, _ *limen.Owner) { f.Me = -1 },
		"an unknown network":    func(f *Facts, _ *limen.Owner) { f.Namespace = 0 },
		"an unknown home":       func(f *Facts, _ *limen.Owner) { f.Home = "" },
		"a PID that was reused": func(f *Facts, o *limen.Owner) { f.Self = limen.ProcessID{PID: o.Process.PID, Birth: 1} },
		"gRPC":                  func(f *Facts, _ *limen.Owner) { f.Service.Protocol = "grpc" },
		"another's ignore": func(f *Facts, _ *limen.Owner) {
			f.Ignore = []string{"sho", "~/src/sho", "~bob/src/shop", "4000-5000", "", "["}
		},
		"a directory not shown": func(_ *Facts, o *limen.Owner) { o.Process.Directory = "" },
	} {
		f := seen(3000, limen.Process{ProcessID: limen.ProcessID{PID: 7, Birth: 9}, Project: in("/home/ann/src/shop", "shop")})
		do(&f, &f.Listener.Owners[0])
		if p, why := Propose(f); p.Name != "shop.localhost" {
			t.Errorf("%s: %+v, %q", name, p, why)
		}
	}
}

func TestWhatAPersonIgnores(t *testing.T) {
	for _, pattern := range []string{
		"shop", "@acme/shop", "sh*", "s?op", "[s]hop",
		"~/src/shop", "~/src", "~/src/", "~", "~/src/*", "~/s*/shop", at("/home"), at("/home/ann/src/shop/api"),
		"3000", "2999-3001", ":3000",
	} {
		f := seen(3000, limen.Process{Project: in("/home/ann/src/shop", "@acme/shop"), Directory: at("/home/ann/src/shop/api")})
		f.Ignore = []string{"nothing", pattern}
		if _, why := Propose(f); why != "it is ignored by names.ignore" {
			t.Errorf("%s: %q", pattern, why)
		}
	}
	f := seen(3000, limen.Process{Project: in("/home/ann/src/[x", "[x")})
	if f.Ignore = []string{"[x"}; Dismiss(f) == "" {
		t.Error("what is no good pattern does not stand for itself")
	}
	f = seen(3000, limen.Process{Name: "docker-proxy"})
	f.Listener.Owners[0].Within = []limen.Keeper{{Kind: limen.Docker, Name: "shop-web-1", Container: &limen.Container{ID: "ab", Project: "shop", Service: "web"}}}
	for _, pattern := range []string{"shop", "shop-web-*"} {
		if f.Ignore = []string{pattern}; Dismiss(f) == "" {
			t.Errorf("a container is not ignored as %s", pattern)
		}
	}
}

func TestTheRulesAreSentencesThatDiffer(t *testing.T) {
	var all []string
	for _, r := range rules {
		if slices.Contains(all, r.why) {
			t.Errorf("%q stands there twice", r.why)
		}
		all = append(all, r.why)
	}
}
