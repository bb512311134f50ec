package limen_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/limenhq/limen"
)

func TestEndpointsAreOrderedByPortThenTransportThenAddress(t *testing.T) {
	want := []limen.Endpoint{
		limen.MustParseEndpoint("udp/[::1]:53"),
		limen.MustParseEndpoint("tcp/0.0.0.0:80"),
		limen.MustParseEndpoint("tcp/127.0.0.1:80"),
		limen.MustParseEndpoint("tcp/[::]:80"),
		limen.MustParseEndpoint("udp/0.0.0.0:80"),
		limen.MustParseEndpoint("tcp/0.0.0.0:65535"),
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, limen.Endpoint.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("sorted to %v, want %v", got, want)
	}
}

func TestWildcardsOfAllSpellingsAreKnown(t *testing.T) {
	for text, want := range map[string]bool{
		"tcp/0.0.0.0:80":          true,
		"tcp/[::]:80":             true,
		"tcp/[::ffff:0.0.0.0]:80": true,
		"tcp/127.0.0.1:80":        false,
		"tcp/[::1]:80":            false,
	} {
		if got := limen.MustParseEndpoint(text).IsWildcard(); got != want {
			t.Errorf("%s: IsWildcard is %v, want %v", text, got, want)
		}
	}
}

func TestParseEndpointRefusesWhatIsNone(t *testing.T) {
	for _, text := range []string{
		"", "/", "tcp", "tcp/", "127.0.0.1:80", "sctp/127.0.0.1:80", "TCP/127.0.0.1:80", "tcp/localhost:80",
		"tcp/127.0.0.1", "tcp/127.0.0.1:", "tcp/127.0.0.1:65536", "tcp/::1:80", "tcp/[127.0.0.1]:80", "tcp/127.0.0.1:80 ",
	} {
		if e, err := limen.ParseEndpoint(text); err == nil {
			t.Errorf("%q was read as %v", text, e)
		}
	}
}

func TestAnInvalidEndpointHasNoText(t *testing.T) {
	for _, e := range []limen.Endpoint{
		{},
		{Transport: limen.TCP},
		{Addr: netip.MustParseAddrPort("127.0.0.1:80")},
		{Transport: 9, Addr: netip.MustParseAddrPort("127.0.0.1:80")},
	} {
		if b, err := e.MarshalText(); err == nil {
			t.Errorf("%#v was written as %q", e, b)
		}
	}
}

func TestParsePortTakesOnlyPorts(t *testing.T) {
	for text, want := range map[string]uint16{"1": 1, "3000": 3000, "65535": 65535} {
		if got, err := limen.ParsePort(text); got != want || err != nil {
			t.Errorf("ParsePort(%q) is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "+1", "65536", "99999999999999999999", "0x50", "8_0", " 80", "80 ", "８０"} {
		if got, err := limen.ParsePort(text); err == nil {
			t.Errorf("ParsePort(%q) is %d, want an error", text, got)
		}
	}
}

func FuzzParseEndpoint(f *testing.F) {
	for _, s := range []string{"tcp/127.0.0.1:3000", "udp/[::1]:53", "tcp/[fe80::1%eth0]:80", "tcp/[::ffff:127.0.0.1]:0", "tcp/[fe80::1%]]:80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := limen.ParseEndpoint(s)
		if err != nil {
			return
		}
		if again, err := limen.ParseEndpoint(e.String()); again != e || err != nil {
			t.Errorf("%q was read as %v, and that as %v, %v", s, e, again, err)
		}
	})
}
