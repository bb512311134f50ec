package probe

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
)

// A document is what a message of MongoDB holds, in BSON (bsonspec.org, 1.1):
// fields with numbers as int64 or float64, text and booleans as themselves,
// and all else as raw bytes.
type document map[string]any

// text returns a field that is text, or nothing.
func (d document) text(name string) string {
	text, _ := d[name].(string)
	return text
}

// names are those of all fields.
func (d document) names() string {
	return strings.Join(slices.Sorted(maps.Keys(d)), " ")
}

// bsonSizes are the sizes of values that have always the same.
var bsonSizes = map[byte]int{
	0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0a: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7f: 0, 0xff: 0,
}

// readDocument reads the document that b begins with. It is nil if there is
// none.
func readDocument(b []byte) document {
	o := octets{rest: b}
	size := o.number32(binary.LittleEndian)
	if size < 5 || size > len(b) {
		return nil
	}
	o.rest = o.rest[:size-4]
	d := document{}
	for {
		kind := byte(o.number())
		if kind == 0 {
			break
		}
		name := o.ended()
		raw, ok := bsonRaw(&o, kind)
		if !ok || o.short {
			return nil
		}
		d[name] = bsonValue(kind, raw)
	}
	if o.short {
		return nil
	}
	return d
}

// bsonRaw takes the bytes of a value. Text has its length before it, without
// the length itself; documents, arrays and code with scope count it in.
func bsonRaw(o *octets, kind byte) (raw []byte, ok bool) {
	if size, fixed := bsonSizes[kind]; fixed {
		return o.take(size), true
	}
	switch kind {
	case 0x02, 0x0d, 0x0e: // text, code, symbol
		return o.take(o.number32(binary.LittleEndian)), true
	case 0x03, 0x04, 0x0f: // document, array, code with scope
		return o.take(o.number32(binary.LittleEndian) - 4), true
	case 0x05: // bytes, of a kind
		return o.take(o.number32(binary.LittleEndian) + 1), true
	case 0x0b: // regular expression and its options
		return []byte(o.ended() + o.ended()), true
	case 0x0c: // pointer
		return o.take(o.number32(binary.LittleEndian) + 12), true
	}
	return nil, false
}

// bsonValue makes a value of its bytes, of which there are as many as its kind
// has.
func bsonValue(kind byte, raw []byte) any {
	switch kind {
	case 0x01:
		return math.Float64frombits(binary.LittleEndian.Uint64(raw))
	case 0x02:
		return strings.TrimSuffix(string(raw), "\x00")
	case 0x08:
		return raw[0] != 0
	case 0x10:
		return int64(int32(binary.LittleEndian.Uint32(raw)))
	case 0x12:
		return int64(binary.LittleEndian.Uint64(raw))
	}
	return raw
}
