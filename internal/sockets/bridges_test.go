package sockets

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABridgeIsInternalUnlessSomethingElseThanContainersIsOnIt(t *testing.T) {
	got := internalBridges([]link{
		{index: 1, name: "lo"},
		{index: 2, name: "eth0", master: 5},
		{index: 3, name: "docker0", kind: "bridge"},
		{index: 4, name: "veth1", kind: "veth", master: 3},
		{index: 5, name: "br-lan", kind: "bridge"},
		{index: 6, name: "vnet0", kind: "tun", master: 5},
		{index: 7, name: "br-bond", kind: "bridge"},
		{index: 8, name: "bond0", kind: "bond", master: 7},
		{index: 9, name: "virbr0", kind: "bridge"},
	})
	want := map[string]bool{"docker0": true, "br-lan": false, "br-bond": false, "virbr0": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("internal bridges (-want +got):\n%s", diff)
	}
}

// attribute is one netlink attribute, padded.
func attribute(kind uint16, value string) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	b = append(binary.NativeEndian.AppendUint16(b, kind), value...)
	return append(b, make([]byte, -len(b)&3)...)
}

func TestParseLinkReadsNameKindAndMaster(t *testing.T) {
	b := make([]byte, linkHeaderSize)
	binary.NativeEndian.PutUint32(b[4:], 7)
	b = append(b, attribute(linkName, "veth1\x00")...)
	b = append(b, attribute(linkMaster, string(binary.NativeEndian.AppendUint32(nil, 3)))...)
	b = append(b, attribute(linkInfo, string(attribute(linkInfoKind, "veth\x00")))...)
	got, ok := parseLink(b)
	if want := (link{index: 7, master: 3, name: "veth1", kind: "veth"}); !ok || got != want {
		t.Errorf("parseLink gave %+v, %v; want %+v", got, ok, want)
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add(append(make([]byte, linkHeaderSize), attribute(linkInfo, string(attribute(linkInfoKind, "veth")))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, ok := parseLink(b); ok && l.name == "" {
			t.Error("a link without a name passed for one")
		}
	})
}
