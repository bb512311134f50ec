package sockets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// btf is the kernel's description of its own types, in the BPF Type Format
// (Documentation/bpf/btf.rst; the layouts are those of include/uapi/linux/btf.h).
// It is walked over in place and nothing is built of it: a kernel describes
// more than 100,000 types, and half a dozen are wanted.
type btf struct {
	order   binary.ByteOrder
	types   []byte // the type section
	strings []byte // the string section; names end with a zero byte
}

// errBTF says that a description does not have the form it should have.
var errBTF = errors.New("the kernel's type information is not as expected")

// The kinds that are looked for, of enum BTF_KIND_*.
const (
	btfStruct  = 4
	btfUnion   = 5
	btfTypedef = 8
	btfFunc    = 12
)

// btfTail is what follows the twelve bytes of struct btf_type, by kind: so
// many bytes once, and so many for each of vlen members.
var btfTail = [...]struct{ once, each int }{
	1:         {once: 4},  // INT
	2:         {},         // PTR
	3:         {once: 12}, // ARRAY
	btfStruct: {each: 12},
	btfUnion:  {each: 12},
	6:         {each: 8}, // ENUM
	7:         {},        // FWD
	8:         {},        // TYPEDEF
	9:         {},        // VOLATILE
	10:        {},        // CONST
	11:        {},        // RESTRICT
	btfFunc:   {},
	13:        {each: 8},  // FUNC_PROTO
	14:        {once: 4},  // VAR
	15:        {each: 12}, // DATASEC
	16:        {},         // FLOAT
	17:        {once: 4},  // DECL_TAG
	18:        {},         // TYPE_TAG
	19:        {each: 12}, // ENUM64
}

// parseBTF finds the sections of a description.
func parseBTF(b []byte) (btf, error) {
	const magic, header = 0xeb9f, 24
	if len(b) < header {
		return btf{}, errBTF
	}
	d := btf{order: binary.LittleEndian}
	if d.order.Uint16(b) != magic {
		d.order = binary.BigEndian
	}
	if d.order.Uint16(b) != magic {
		return btf{}, errBTF
	}
	var err error
	if d.types, err = d.section(b, 8); err != nil {
		return btf{}, err
	}
	d.strings, err = d.section(b, 16)
	return d, err
}

// section returns the part of b whose offset behind the header and whose
// length stand at field.
func (d btf) section(b []byte, field int) ([]byte, error) {
	from := uint64(d.order.Uint32(b[4:])) + uint64(d.order.Uint32(b[field:]))
	to := from + uint64(d.order.Uint32(b[field+4:]))
	if to > uint64(len(b)) {
		return nil, errBTF
	}
	return b[from:to], nil
}

// A btfType is one type: its number, its kind, and where it stands.
type btfType struct {
	id            uint32
	kind, members int
	at            int
}

// each calls do for every type until it returns false. Numbers count from 1.
func (d btf) each(do func(btfType) bool) error {
	id := uint32(1)
	for at := 0; at < len(d.types); id++ {
		if at+12 > len(d.types) {
			return errBTF
		}
		info := d.order.Uint32(d.types[at+4:])
		t := btfType{id: id, at: at, kind: int(info >> 24 & 0x1f), members: int(info & 0xffff)}
		if t.kind == 0 || t.kind >= len(btfTail) {
			return fmt.Errorf("%w: type %d is of kind %d, which is not known here", errBTF, id, t.kind)
		}
		at += 12 + btfTail[t.kind].once + btfTail[t.kind].each*t.members
		if at > len(d.types) {
			return errBTF
		}
		if !do(t) {
			return nil
		}
	}
	return nil
}

// name returns where the string section holds a name, or 0 if nowhere. A name
// can be the end of a longer one there, but compilers write each type's out.
func (d btf) name(s string) uint32 {
	return uint32(bytes.Index(d.strings, []byte("\x00"+s+"\x00")) + 1)
}

// An offsets is where the fields of a structure stand, in bytes.
type offsets map[string]uint32

// find returns the number of the function fn, and where the wanted fields of
// each structure stand. Whatever is missing is an error: a program built on
// half of it would read something else.
func (d btf) find(fn string, want map[string][]string) (id uint32, found map[string]offsets, err error) {
	return d.findKind(btfFunc, fn, want)
}

// findKind is find for a type of another kind than a function.
func (d btf) findKind(kind int, target string, want map[string][]string) (id uint32, found map[string]offsets, err error) {
	names := map[uint32]string{}
	for s := range want {
		names[d.name(s)] = s
	}
	targetName := d.name(target)
	found = map[string]offsets{}
	err = d.each(func(t btfType) bool {
		name := d.order.Uint32(d.types[t.at:])
		switch {
		case name == 0:
		case t.kind == kind && name == targetName:
			id = t.id
		case t.kind == btfStruct && names[name] != "":
			s := names[name]
			if found[s] == nil {
				found[s] = d.fields(t, want[s])
			}
		}
		return id == 0 || len(found) < len(want)
	})
	if err != nil {
		return 0, nil, err
	}
	if id == 0 {
		return 0, nil, fmt.Errorf("%w: no %s", errBTF, target)
	}
	for s, fields := range want {
		if len(found[s]) < len(fields) {
			return 0, nil, fmt.Errorf("%w: struct %s lacks one of %v", errBTF, s, fields)
		}
	}
	return id, found, nil
}

// fields returns where the wanted members of a structure stand, those that a
// nameless member holds included. Bit fields are left out: they stand at no
// byte of their own.
func (d btf) fields(t btfType, want []string) offsets {
	o := offsets{}
	for _, field := range want {
		if m, ok := d.member(t, d.name(field)); ok && m.size == 0 {
			o[field] = m.bit / 8
		}
	}
	return o
}

// A btfMember is where a member of a structure stands, in bits; size is that
// of a bit field, and 0 for any other.
type btfMember struct{ bit, size uint32 }

// mostInner bounds how many nameless structures are looked into for one
// member. The largest of the kernel, struct task_struct, has a dozen.
const mostInner = 64

// member looks for a member by where its name stands: in the structure, then
// in its nameless members, then in theirs.
func (d btf) member(t btfType, name uint32) (m btfMember, ok bool) {
	if name == 0 {
		return m, false
	}
	m, ok, inside := d.scan(t, name)
	for i := 0; i < len(inside) && i < mostInner && !ok; i++ {
		var more []nameless
		m, ok, more = d.scan(d.structure(inside[i].id), name)
		m.bit += inside[i].bit
		for _, n := range more[:min(len(more), mostInner)] {
			inside = append(inside, nameless{n.id, n.bit + inside[i].bit})
		}
	}
	return m, ok
}

// A nameless member is a structure of which the members count as those of the
// one it stands in.
type nameless struct{ id, bit uint32 }

// scan looks for a member in the structure itself, and returns the nameless
// ones before it.
func (d btf) scan(t btfType, name uint32) (m btfMember, ok bool, inside []nameless) {
	const bitfield = 1 << 31 // kind_flag of struct btf_type: offsets are 24 bits, and a bit size above
	sized := d.order.Uint32(d.types[t.at+4:])&bitfield != 0
	for i := range t.members {
		b := d.types[t.at+12+12*i:]
		m = btfMember{bit: d.order.Uint32(b[8:])}
		if sized {
			m.bit, m.size = m.bit&0xffffff, m.bit>>24
		}
		switch d.order.Uint32(b) {
		case name:
			return m, true, nil
		case 0:
			inside = append(inside, nameless{d.order.Uint32(b[4:]), m.bit})
		}
	}
	return btfMember{}, false, inside
}

// bit returns the byte that a bit field of one bit stands in, and its mask
// there on a little-endian machine.
func (d btf) bit(structure, field string) (at uint32, mask uint8, err error) {
	name := d.name(structure)
	var m btfMember
	var ok bool
	err = d.each(func(t btfType) bool {
		if name != 0 && t.kind == btfStruct && d.order.Uint32(d.types[t.at:]) == name {
			m, ok = d.member(t, d.name(field))
		}
		return !ok
	})
	if err == nil && (!ok || m.size != 1) {
		err = fmt.Errorf("%w: struct %s has no bit %s", errBTF, structure, field)
	}
	return m.bit / 8, 1 << (m.bit % 8), err
}

// structure returns a structure or union by its number; one without members if
// there is none. Types have no index, so it walks.
func (d btf) structure(id uint32) (found btfType) {
	// A description that is damaged further on was found out by then, or will be.
	_ = d.each(func(t btfType) bool {
		if t.id == id && (t.kind == btfStruct || t.kind == btfUnion) {
			found = t
		}
		return t.id < id
	})
	return found
}
