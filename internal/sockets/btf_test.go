package sockets

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A blob is a type description in the making, by include/uapi/linux/btf.h.
type blob struct {
	order   binary.AppendByteOrder
	types   []byte
	strings []byte
}

func newBlob(order binary.AppendByteOrder) *blob { return &blob{order: order, strings: []byte{0}} }

// name adds a string.
func (b *blob) name(s string) uint32 {
	at := uint32(len(b.strings))
	b.strings = append(append(b.strings, s...), 0)
	return at
}

// add adds a type: struct btf_type, and what follows it.
func (b *blob) add(name string, info uint32, tail ...uint32) *blob {
	at := uint32(0)
	if name != "" {
		at = b.name(name)
	}
	for _, n := range append([]uint32{at, info, 0}, tail...) {
		b.types = b.order.AppendUint32(b.types, n)
	}
	return b
}

// structure adds a struct with members at these places, in bits.
func (b *blob) structure(name string, flag uint32, members ...any) *blob {
	var tail []uint32
	for i := 0; i < len(members); i += 2 {
		tail = append(tail, b.name(members[i].(string)), 1, uint32(members[i+1].(int)))
	}
	return b.add(name, flag|btfStruct<<24|uint32(len(members)/2), tail...)
}

func (b *blob) bytes() []byte {
	const header = 24
	out := b.order.AppendUint16(nil, 0xeb9f)
	out = append(out, 1, 0) // version, flags
	for _, n := range []int{header, 0, len(b.types), len(b.types), len(b.strings)} {
		out = b.order.AppendUint32(out, uint32(n))
	}
	return append(append(out, b.types...), b.strings...)
}

const kindFlag = 1 << 31

// description holds what is wanted behind types of every other shape.
func description(order binary.AppendByteOrder) []byte {
	b := newBlob(order)
	b.add("int", 1<<24, 32)
	b.add("", 2<<24)
	b.add("", 3<<24, 1, 1, 10)
	b.add("colour", 6<<24|2, b.name("red"), 0, b.name("blue"), 1)
	b.add("", 13<<24|1, 0, 1)
	b.add("held", 14<<24, 1)
	b.add("place_more", btfStruct<<24)
	b.structure("place", 0, "at", 64, "other_at", 96)
	b.structure("flags", kindFlag, "wide", 1<<24|8, "plain", 128)
	b.structure("place", 0, "at", 8) // a second of the name
	b.add("visit", btfFunc<<24)      // is type 11
	return b.bytes()
}

func TestFindReadsBothByteOrders(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		d, err := parseBTF(description(order))
		if err != nil {
			t.Fatal(err)
		}
		id, found, err := d.find("visit", map[string][]string{"place": {"at"}, "flags": {"plain"}})
		if err != nil || id != 11 {
			t.Errorf("%v: function %d, %v", order, id, err)
		}
		want := map[string]offsets{"place": {"at": 8}, "flags": {"plain": 16}}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%v (-want +got):\n%s", order, diff)
		}
	}
}

func TestFindRefusesHalfAnAnswer(t *testing.T) {
	d, err := parseBTF(description(binary.LittleEndian))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		fn   string
		want map[string][]string
	}{
		"no function":           {"visitor", map[string][]string{"place": {"at"}}},
		"the end of a name":     {"isit", map[string][]string{"place": {"at"}}},
		"a name of another use": {"red", map[string][]string{"place": {"at"}}},
		"no struct":             {"visit", map[string][]string{"nowhere": {"at"}}},
		"no field":              {"visit", map[string][]string{"place": {"at", "red"}}},
		"a bit field":           {"visit", map[string][]string{"flags": {"wide"}}},
	} {
		if id, found, err := d.find(test.fn, test.want); !errors.Is(err, errBTF) {
			t.Errorf("%s: %d, %v, %v", name, id, found, err)
		}
	}
}

func TestADescriptionThatIsCutIsRefused(t *testing.T) {
	whole := description(binary.LittleEndian)
	for end := range whole {
		if _, err := parseBTF(whole[:end]); !errors.Is(err, errBTF) {
			t.Errorf("%d of %d bytes: %v", end, len(whole), err)
		}
	}
	d, err := parseBTF(whole)
	if err != nil {
		t.Fatal(err)
	}
	all := d.types
	for end := 1; end < len(all); end++ {
		d.types = all[:end]
		if id, _, err := d.find("visit", map[string][]string{"place": {"at"}}); !errors.Is(err, errBTF) {
			t.Errorf("%d of %d bytes of types: %d, %v", end, len(all), id, err)
		}
	}
}

func TestATypeOfALaterKernelIsRefused(t *testing.T) {
	for _, kind := range []uint32{0, 20, 31} {
		d, err := parseBTF(newBlob(binary.LittleEndian).add("new", kind<<24).add("visit", btfFunc<<24).bytes())
		if err != nil {
			t.Fatal(err)
		}
		if id, _, err := d.find("visit", nil); !errors.Is(err, errBTF) {
			t.Errorf("kind %d: %d, %v", kind, id, err)
		}
	}
}

func FuzzBTF(f *testing.F) {
	f.Add(description(binary.LittleEndian))
	f.Add(description(binary.BigEndian))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseBTF(b)
		if err != nil {
			return
		}
		types := 0
		d.each(func(btfType) bool { types++; return true })
		if most := len(d.types) / 12; types > most {
			t.Errorf("%d types in %d bytes", types, len(d.types))
		}
		want := map[string][]string{"place": {"at"}, "flags": {"plain"}}
		if _, found, err := d.find("visit", want); err == nil && len(found) != len(want) {
			t.Errorf("found %v", found)
		}
	})
}
