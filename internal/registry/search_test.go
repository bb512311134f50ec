package registry

import (
	"errors"
	"slices"
	"testing"

	"github.com/limenhq/limen"
)

func TestSearchFindsByNameUseAndPerson(t *testing.T) {
	tests := []struct {
		words []string
		want  []uint16 // exactly these
	}{
		{[]string{"http-alt"}, []uint16{591, 8008, 8080}},
		{[]string{"HTTP-Alt", "8000-8009"}, []uint16{8008}},
		{[]string{"8007-8010"}, []uint16{8007, 8008, 8009, 8010}},
		{[]string{":8008"}, []uint16{8008}},
		{[]string{"8008", "5173"}, []uint16{5173, 8008}},
		{[]string{"clay maeckel"}, []uint16{591}},
		{[]string{"matrix", "federation"}, []uint16{8448}},
		{[]string{"vite", "taken"}, []uint16{5174}},
		{[]string{"6020"}, []uint16{6020}}, // in the middle of x11
		{[]string{"50000-50100"}, []uint16{50000, 50070}},
		{[]string{"no such service"}, nil},
	}
	for _, test := range tests {
		found, err := Search(test.words...)
		if err != nil {
			t.Errorf("Search(%q): %v", test.words, err)
		}
		if got := ports(found); !slices.Equal(got, test.want) {
			t.Errorf("Search(%q) finds %v, want %v", test.words, got, test.want)
		}
	}
}

func TestSearchForAWordInBothLayersFindsBoth(t *testing.T) {
	found, err := Search("matrix")
	if err != nil {
		t.Fatal(err)
	}
	// 4458 is registered for Matrix Configuration, 8008 only known for it.
	for _, port := range []uint16{4458, 8008, 8448} {
		if !slices.Contains(ports(found), port) {
			t.Errorf("Search(matrix) finds %v, without %d", ports(found), port)
		}
	}
}

func TestSearchWithoutWordsFindsAllOnceInOrder(t *testing.T) {
	found, err := Search()
	if err != nil {
		t.Fatal(err)
	}
	all := ports(found)
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Error("the numbers are not in order, each once")
	}
	if len(all) < 6000 {
		t.Errorf("found %d numbers; the list alone has more than 6000", len(all))
	}
}

func TestSearchAgreesWithLookup(t *testing.T) {
	found, err := Search()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(found); i += 97 {
		n := found[i]
		if got, want := names(n), names(Lookup(n.Port, 0)); !slices.Equal(got, want) {
			t.Errorf("%d: Search has %q, Lookup %q", n.Port, got, want)
		}
	}
}

func TestSearchRefusesNumbersThatAreNoPorts(t *testing.T) {
	for _, word := range []string{"99999", "0", "70000-70001", "20-10", "-"} {
		if found, err := Search(word); !errors.Is(err, limen.Invalid) {
			t.Errorf("Search(%q) = %d numbers, %v; want an invalid-request error", word, len(found), err)
		}
	}
}

func ports(all []limen.Number) (ports []uint16) {
	for _, n := range all {
		ports = append(ports, n.Port)
	}
	return ports
}
