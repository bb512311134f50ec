package host

import (
	"errors"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestAFilterLetsThroughWhatItMeans(t *testing.T) {
	e := limen.Exchange{
		Method: "GET", URL: "https://shop.localhost/api/items?page=2", Status: 404, Total: 150 * time.Millisecond,
		Initiator: &limen.Process{ProcessID: limen.ProcessID{PID: 4711}, Name: "curl"},
	}
	cut := e
	cut.Status, cut.Fault, cut.Initiator = 0, "the client went away", nil
	for _, c := range []struct {
		filter    op.TapFilter
		isMeant   bool
		isCutMean bool
	}{
		{op.TapFilter{}, true, true},
		{op.TapFilter{Methods: []string{"post", "get"}}, true, true},
		{op.TapFilter{Methods: []string{"post"}}, false, false},
		{op.TapFilter{Path: "/api"}, true, true},
		{op.TapFilter{Path: "api*page"}, true, true},
		{op.TapFilter{Path: "page*api"}, false, false},
		{op.TapFilter{Path: "shop"}, false, false},
		{op.TapFilter{Status: []string{"404"}}, true, false},
		{op.TapFilter{Status: []string{"4XX"}}, true, false},
		{op.TapFilter{Status: []string{"200", "400-404"}}, true, false},
		{op.TapFilter{Status: []string{"5xx", "Failed"}}, false, true},
		{op.TapFilter{By: "Curl"}, true, false},
		{op.TapFilter{By: "4711"}, true, false},
		{op.TapFilter{By: "471"}, false, false},
		{op.TapFilter{Slower: 149}, true, true},
		{op.TapFilter{Slower: 150}, false, false},
	} {
		s, err := newSieve(c.filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.lets(&e); got != c.isMeant {
			t.Errorf("%+v lets an answered one through: %v", c.filter, got)
		}
		if got := s.lets(&cut); got != c.isCutMean {
			t.Errorf("%+v lets a cut one through: %v", c.filter, got)
		}
	}
	for _, word := range []string{"", "40", "4x", "x", "600-500", "-", "404-", "+404", "ok"} {
		if _, err := newSieve(op.TapFilter{Status: []string{word}}); !errors.Is(err, limen.Invalid) {
			t.Errorf("the status %q: %v", word, err)
		}
	}
}

func TestThePathOfAnAddressIsAsItWasSent(t *testing.T) {
	for url, want := range map[string]string{
		"http://a/b?c": "/b?c", "http://a": "/", "http://a?x": "?x", "/b": "/b", "https://a:1//b": "//b", "http://a*": "*",
	} {
		if got := pathIn(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func TestAProcessIsMeantByWhatPeopleCallIt(t *testing.T) {
	p := &limen.Process{ProcessID: limen.ProcessID{PID: 4711}, Name: "node server.js", Executable: "/usr/bin/node", Command: []string{"./bin/web", "x"}}
	windows := &limen.Process{Name: "curl.exe", Executable: `C:\Windows\System32\curl.exe`}
	for who, want := range map[string]*limen.Process{
		"node server.js": p, "node": p, "Node": p, "server.js": p, "4711": p, "/usr/bin/node": p, "web": p, "./bin/web": p, "curl": windows, "CURL.EXE": windows,
		"": nil, "x": nil, "nod": nil, "server": nil, "bin": nil, "471": nil, "exe": nil, "System32": nil,
	} {
		for _, one := range []*limen.Process{p, windows} {
			if got := isBy(one, who); got != (one == want) {
				t.Errorf("%q is %s: %v", who, one.Name, got)
			}
		}
	}
	if isBy(nil, "") {
		t.Error("nobody is somebody")
	}
}
