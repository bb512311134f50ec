package limen_test

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestATargetIsReadAsItIsTyped(t *testing.T) {
	for text, want := range map[string]limen.Target{
		"3000":                       {Port: 3000},
		"localhost:3000":             {Port: 3000},
		"127.0.0.1:3000":             {Host: "127.0.0.1", Port: 3000},
		"[::1]:3000":                 {Host: "::1", Port: 3000},
		"db.internal:5432":           {Host: "db.internal", Port: 5432},
		"localhost:3000/app/":        {Port: 3000, Path: "/app"},
		"3000/app":                   {Port: 3000}, // a port alone has no path
		"http://localhost:3000":      {Scheme: limen.SchemeHTTP, Port: 3000},
		"https://localhost/app":      {Scheme: limen.SchemeHTTPS, Port: 443, Path: "/app"},
		"h2c://127.0.0.1:50051":      {Scheme: limen.SchemeH2C, Host: "127.0.0.1", Port: 50051},
		"unix:/run/app.sock":         {Socket: "/run/app.sock"},
		"container:shop-db-1":        {Container: "shop-db-1"},
		"container:shop-db-1:5432":   {Container: "shop-db-1", Port: 5432},
		"shop.feature-x.localhost":   {Route: "shop.feature-x.localhost"},
		"Shop.Feature-X.localhost.":  {Route: "shop.feature-x.localhost"},
		"http://localhost:3000/a%2F": {Scheme: limen.SchemeHTTP, Port: 3000, Path: "/a%2F"},
	} {
		got, err := limen.ParseTarget(text)
		if text == "3000/app" {
			want.Path = "/app"
		}
		if err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestWhatIsNoTargetIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "0", "70000", "shop", "localhost", "http://", "ftp://localhost:21", "any://localhost:1", "http://a:b@localhost:1",
		"http://localhost:1?x", "http://localhost:1#x", "unix:", "unix:run/app.sock", "unix:/a\x00b", "container:", "container:a b",
		"container:a:0", "-a.localhost", "a..b:1", "[::1]", "[::1%/x]:1", ":3000",
	} {
		if got, err := limen.ParseTarget(text); err == nil {
			t.Errorf("ParseTarget(%q) = %+v; want an error", text, got)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"3000", "https://localhost:3000/app", "unix:/run/app.sock", "container:a:1", "a.localhost", "[fe80::1%eth0]:1", "localhost:1/%2f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := limen.ParseTarget(s)
		if err != nil {
			return
		}
		if b, err := limen.ParseTarget(a.String()); err != nil || a != b {
			t.Errorf("%q is %+v, whose text %q is %+v, %v", s, a, a.String(), b, err)
		}
	})
}

func FuzzParseCondition(f *testing.F) {
	f.Add("cookie:tree=feature-x")
	f.Add("header:X-Tree=a=b")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := limen.ParseCondition(s)
		if err != nil {
			return
		}
		if b, err := limen.ParseCondition(a.String()); err != nil || a != b {
			t.Errorf("%q is %+v, whose text %q is %+v, %v", s, a, a.String(), b, err)
		}
	})
}
