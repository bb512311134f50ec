package registry

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestLookupKnowsWhatPortsAreRegisteredFor(t *testing.T) {
	tests := []struct {
		port  uint16
		on    limen.Transport
		names []string
	}{
		{22, limen.TCP, []string{"ssh"}},
		{42, limen.TCP, []string{"name", "nameserver"}},
		{80, limen.TCP, []string{"http", "www", "www-http"}},
		{443, limen.TCP, []string{"https"}},
		{443, limen.UDP, []string{"https"}},
		{631, limen.TCP, []string{"ipp", "ipps"}},
		{3000, limen.TCP, []string{"hbci", "remoteware-cl"}},
		{5173, limen.TCP, nil}, // Vite's, and nobody's in the list
		{6010, limen.TCP, []string{"x11"}},
		{8008, limen.TCP, []string{"http-alt"}},
		{8009, limen.TCP, []string{"nvme-disc"}},
		{8009, limen.UDP, []string{""}}, // reserved
		{8448, limen.TCP, []string{"matrix-fed"}},
		{11434, limen.TCP, []string{"ollama"}},
		{49152, limen.TCP, nil},
		{65535, limen.UDP, nil},
	}
	for _, test := range tests {
		n := Lookup(test.port, test.on)
		if got := names(n); !slices.Equal(got, test.names) {
			t.Errorf("%v %d is registered for %q, want %q", test.on, test.port, got, test.names)
		}
		if n.Port != test.port || n.Transport != test.on || n.Range != limen.RangeOf(test.port) {
			t.Errorf("Lookup(%d, %v) is about %d, %v, %v", test.port, test.on, n.Port, n.Transport, n.Range)
		}
	}
}

func TestLookupOfEveryTransportHasAllLayers(t *testing.T) {
	want := limen.Number{
		Port: 443, Range: limen.SystemRange,
		Rules:  []limen.Evidence{rangeRules[limen.SystemRange]},
		Source: Registry{}.Source(),
		Registered: []limen.Registration{
			{Name: "https", Description: "http protocol over TLS/SSL", Transports: []string{"tcp", "udp"}},
			{Name: "https", Description: "HTTPS", Transports: []string{"sctp"}},
		},
		Known: &limen.Known{
			Uses: []limen.Use{
				{Transport: limen.TCP, What: "HTTPS"},
				{Transport: limen.TCP, What: "VPNs that hide among HTTPS: SSTP, OpenVPN"},
				{Transport: limen.UDP, What: "HTTP/3, which is HTTP over QUIC"},
			},
			Family:    "HTTP, its TLS, and the numbers that stand in for them",
			Relatives: []uint16{80, 591, 8000, 8008, 8080, 8443, 8448},
			History:   `RFC 1700 of 1994 lists it as "https MCom": the company that became Netscape.`,
		},
	}
	if diff := cmp.Diff(want, Lookup(443, 0)); diff != "" {
		t.Errorf("443 (-want +got):\n%s", diff)
	}
}

func TestLookupKeepsTransportsApart(t *testing.T) {
	if k := Lookup(5353, limen.TCP).Known; k != nil {
		t.Errorf("5353 over TCP is known for %v; mDNS is UDP", k.Uses)
	}
	if k := Lookup(5353, limen.UDP).Known; k == nil {
		t.Error("5353 over UDP is not known for mDNS")
	}
}

func TestEveryNumberSurvivesJSON(t *testing.T) {
	all, err := Search()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, limen.Number{}, Lookup(443, limen.UDP), Lookup(60000, limen.TCP))
	for _, n := range all {
		if n.Range == 0 {
			n.Range = limen.UserRange // a Range has no zero in text
		}
		b, err := json.Marshal(n)
		if err != nil {
			t.Fatalf("%d: %v", n.Port, err)
		}
		var back limen.Number
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%d: %v in %s", n.Port, err, b)
		}
		if diff := cmp.Diff(n, back); diff != "" {
			t.Fatalf("%d changed in JSON (-before +after):\n%s", n.Port, diff)
		}
	}
}

// at returns the entries of a list that cover a port.
func at(t *testing.T, l listing, port uint16) []limen.Registration {
	t.Helper()
	entries, err := l.at(port)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func names(n limen.Number) (names []string) {
	for _, e := range n.Registered {
		names = append(names, e.Name)
	}
	return names
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		Lookup(8008, limen.TCP)
	}
}

func BenchmarkSearch(b *testing.B) {
	for b.Loop() {
		if _, err := Search("http-alt"); err != nil {
			b.Fatal(err)
		}
	}
}
