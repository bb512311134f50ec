package limen_test

import (
	"encoding/json"
	"testing"

	"github.com/limenhq/limen"
)

func TestOnlyStatesThatKeepAPortFromOthersWait(t *testing.T) {
	for state := range limen.Closing + 1 {
		want := state == limen.Listening || state == limen.Bound || state == limen.Open
		if got := state.Waits(); got != want {
			t.Errorf("%v waits: %v, want %v", state, got, want)
		}
	}
}

func TestAListenersEndpointIsWhatCountsInJSON(t *testing.T) {
	const text = `{"endpoint":"tcp/127.0.0.1:80","transport":"udp","address":"10.0.0.1","port":81,
		"families":["ipv4"],"state":"listening","reach":"self","owners":[]}`
	var l limen.Listener
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		t.Fatal(err)
	}
	if want := limen.MustParseEndpoint("tcp/127.0.0.1:80"); l.Endpoint != want {
		t.Errorf("the endpoint is %v, want %v", l.Endpoint, want)
	}
}

func TestAUserWithoutANameIsShownByNumber(t *testing.T) {
	for want, u := range map[string]limen.User{"nick": {UID: 1000, Name: "nick"}, "1000": {UID: 1000}, "0": {}} {
		if got := u.String(); got != want {
			t.Errorf("%#v is shown as %q, want %q", u, got, want)
		}
	}
}

func TestANamespaceIsShownAsLinuxShowsIt(t *testing.T) {
	if got, want := limen.Namespace(4026531840).String(), "net:[4026531840]"; got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
}
