package sockets

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// member is three words of struct btf_member.
func (b *blob) member(name string, kind, bits uint32) []uint32 {
	if name == "" {
		return []uint32{0, kind, bits}
	}
	return []uint32{b.name(name), kind, bits}
}

// nested describes struct common { union { u64 pair; struct { u32 far, near; }; };
// u8 a:3, b:1; } with the inner ones after the outer, and a structure that is a
// nameless member of itself.
func nested() []byte {
	b := newBlob(binary.LittleEndian)
	outer := append(b.member("", 2, 64), b.member("a", 9, 3<<24|128)...)
	outer = append(outer, b.member("b", 9, 1<<24|131)...)
	b.add("common", kindFlag|btfStruct<<24|3, outer...)                                      // type 1
	b.add("", btfUnion<<24|2, append(b.member("pair", 9, 0), b.member("", 3, 0)...)...)      // type 2
	b.add("", btfStruct<<24|2, append(b.member("far", 9, 0), b.member("near", 9, 32)...)...) // type 3
	b.add("loop", btfStruct<<24|2, append(b.member("", 4, 8), b.member("", 99, 8)...)...)    // type 4
	b.add("visit", btfTypedef<<24)                                                           // type 5
	return b.bytes()
}

func TestMembersOfNamelessMembersAreFound(t *testing.T) {
	d, err := parseBTF(nested())
	if err != nil {
		t.Fatal(err)
	}
	id, found, err := d.findKind(btfTypedef, "visit", map[string][]string{"common": {"pair", "near"}})
	if err != nil || id != 5 {
		t.Errorf("type %d, %v", id, err)
	}
	if diff := cmp.Diff(map[string]offsets{"common": {"pair": 8, "near": 12}}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, _, err := d.find("visit", nil); !errors.Is(err, errBTF) {
		t.Errorf("a type that is no function was taken for one: %v", err)
	}
}

func TestABitIsFoundByByteAndMask(t *testing.T) {
	d, err := parseBTF(nested())
	if err != nil {
		t.Fatal(err)
	}
	if at, mask, err := d.bit("common", "b"); at != 16 || mask != 8 || err != nil {
		t.Errorf("byte %d, mask %d, %v", at, mask, err)
	}
	for _, field := range []string{"a", "near", "nowhere"} {
		if at, mask, err := d.bit("common", field); !errors.Is(err, errBTF) {
			t.Errorf("%s is no bit: %d, %d, %v", field, at, mask, err)
		}
	}
}

func TestANamelessMemberThatHoldsItselfEndsTheSearch(t *testing.T) {
	d, err := parseBTF(nested())
	if err != nil {
		t.Fatal(err)
	}
	if _, found, err := d.findKind(btfTypedef, "visit", map[string][]string{"loop": {"near"}}); !errors.Is(err, errBTF) {
		t.Errorf("found %v, %v", found, err)
	}
}
