package limen_test

import (
	"net/netip"
	"testing"

	"github.com/limenhq/limen"
)

// web is a listener that every kind of word can find.
func web() limen.Listener {
	owner := limen.Owner{
		Process: limen.Process{
			Name:       "node server.js",
			Executable: "/usr/bin/node",
			Command:    []string{"node", "server.js", "--inspect"},
			Directory:  "/home/nick/src/shop/api",
			User:       &limen.User{UID: 1000, Name: "nick"},
			Project:    &limen.Project{Name: "shop", Root: "/home/nick/src/shop", Branch: "feature/Cart", Worktree: "basket"},
			Framework:  &limen.Framework{Name: "Express"},
		},
		Within: []limen.Keeper{
			{Kind: limen.Docker, Name: "shop-api-1", Container: &limen.Container{Image: "node:22", Project: "compose-shop", Service: "api"}},
			{Kind: limen.Tmux, Name: "dev"},
		},
	}
	return limen.Listener{
		Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:3000"),
		Reach:    limen.Self,
		User:     &limen.User{UID: 0, Name: "root"},
		Owners:   []limen.Owner{owner},
	}
}

func TestQueryMatchesWhatIsMeantAndNothingElse(t *testing.T) {
	for text, want := range map[string]bool{
		"":                      true,
		"3000":                  true,
		"2999":                  false,
		"2999-3000":             true,
		"2999 3000":             true, // any of the ports
		"127.0.0.1":             true,
		"127.0.0.2":             false,
		"::ffff:127.0.0.1":      true, // the same address, mapped
		"transport:tcp":         true,
		"3000/udp":              false,
		"user:nick":             true, // as the owner runs
		"user:1000":             true,
		"user:root":             true, // as the socket was made
		"user:0":                true,
		"user:nic":              false, // a name is whole
		"reach:self":            true,
		"reach:self,world":      true,
		"reach:machine+":        false,
		"project:shop":          true,
		"project:sho":           false,
		"server.js":             true,
		"SERVER":                true, // in any case
		"cart":                  true,
		"basket":                true,
		"express":               true,
		"docker":                true,
		"shop-api-1":            true,
		"node:22":               true,
		"compose-shop":          true,
		"dev":                   true,
		"server.js missing":     false, // each of the texts
		"server.js tmux":        true,
		":3000 server.js":       true,
		":3001 server.js":       false,
		`"node server.js --in"`: true, // arguments read as they were typed
		"127.0.0.1:3000":        true,
		"text:127.0.0.1:3000":   true,
		"postgres":              false,

		"project:/home/nick/src/shop": true,
		// The name and the executable stand beside each other and are two.
		"text:\"server.js\\n/usr\"": false,
	} {
		q, err := limen.ParseQuery(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := q.Match(web()); got != want {
			t.Errorf("%q matches: %v, want %v", text, got, want)
		}
	}
}

func TestAnAddressWithoutAZoneMeansEveryZone(t *testing.T) {
	e := limen.MustParseEndpoint("tcp/[fe80::1%eth0]:80")
	for text, want := range map[string]bool{"fe80::1": true, "fe80::1%eth0": true, "fe80::1%eth1": false, "fe80::2": false} {
		q := limen.Query{Address: netip.MustParseAddr(text)}
		if got := q.MatchEndpoint(e); got != want {
			t.Errorf("%s matches %v: %v, want %v", text, e, got, want)
		}
	}
}

func TestAListenerWithoutOwnersMatchesNoOwnersWord(t *testing.T) {
	l := limen.Listener{Endpoint: limen.MustParseEndpoint("tcp/0.0.0.0:80")}
	for text, want := range map[string]bool{"": true, "80": true, "0.0.0.0:80": true, "user:root": false, "project:shop": false, "node": false} {
		q, err := limen.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Match(l); got != want {
			t.Errorf("%q matches: %v, want %v", text, got, want)
		}
	}
}

func TestAConnectionMatchesByItsLocalEnd(t *testing.T) {
	c := limen.Connection{
		Local: limen.MustParseEndpoint("tcp/127.0.0.1:40000"),
		Peer:  netip.MustParseAddrPort("192.0.2.7:443"),
		User:  &limen.User{UID: 1000, Name: "nick"},
	}
	for text, want := range map[string]bool{
		"": true, "40000": true, "443": false, "text:192.0.2.7:443": true, "user:nick": true, "user:root": false,
		"reach:self": false, // it has none
	} {
		q, err := limen.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.MatchConnection(c); got != want {
			t.Errorf("%q matches: %v, want %v", text, got, want)
		}
	}
}

func TestMatchingLeavesTheListenerAlone(t *testing.T) {
	l := web()
	limen.Query{Text: []string{"CART"}}.Match(l)
	if got := l.Owners[0].Process.Project.Branch; got != "feature/Cart" {
		t.Errorf("the branch became %q", got)
	}
}
