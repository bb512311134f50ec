package daemon

import (
	"strings"
	"testing"
)

func TestAWillThatCannotBeIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "{", `{"doors":3}`, `{"elders":-1}`, `{"elders":65}`, `{"doors":[` + strings.Repeat(`{"endpoint":"tcp/127.0.0.1:1","grant":"bind"},`, 65) + `{}]}`,
	} {
		if l, err := parseLegacy(text); err == nil {
			t.Errorf("%.40q is read as %+v", text, l)
		}
	}
	if l, err := parseLegacy(`{"elders":1,"doors":[{"endpoint":"tcp/127.0.0.1:8443","usual":443,"grant":"elsewhere","why":"w","next":"n"}]}`); err != nil || l.Elders != 1 || l.Doors[0].Usual != 443 {
		t.Errorf("a will is read as %+v, %v", l, err)
	}
}

func TestTheNamesOfSocketsSayWhatTheyAreFor(t *testing.T) {
	for name, want := range map[string]uint16{"https": 443, "limen-http.socket": 80, "limen-https.socket": 443, "unknown": 0, "": 0} {
		if got := usualNamed(name); got != want {
			t.Errorf("%q is for %d; want %d", name, got, want)
		}
	}
}

func FuzzParseLegacy(f *testing.F) {
	f.Add(`{"elders":1,"doors":[{"endpoint":"tcp/127.0.0.1:8443","usual":443,"grant":"elsewhere"}]}`)
	f.Fuzz(func(t *testing.T, text string) { parseLegacy(text) })
}
