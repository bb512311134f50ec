package registry

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestArchiveFindsPortsInAndBetweenBlocks(t *testing.T) {
	a, err := parseArchive(pack(t, "", map[uint16]string{
		10:  "0\ttu\tten\tThe first\n5\tt\tfifteen\t\n0\tu\tother\tSame port\n",
		300: "0\tsd\tthree\tHundred\n",
	}, 10, 300))
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16][]limen.Registration{
		9:   nil,
		10:  {{Name: "ten", Description: "The first", Transports: []string{"tcp", "udp"}}},
		11:  nil,
		15:  {{Name: "fifteen", Transports: []string{"tcp"}}, {Name: "other", Description: "Same port", Transports: []string{"udp"}}},
		299: nil,
		300: {{Name: "three", Description: "Hundred", Transports: []string{"sctp", "dccp"}}},
		301: nil,
	} {
		got, err := a.at(port)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("port %d: %v (-want +got):\n%s", port, err, diff)
		}
	}
}

func TestDamagedArchivesAreRefused(t *testing.T) {
	good := pack(t, "source: a test\n", map[uint16]string{7: "0\tt\techo\tEcho\n"}, 7)
	for name, s := range map[string]string{
		"empty":               "",
		"no magic":            "x" + good,
		"no index":            archiveMagic + "\n\x00",
		"cut off":             good[:len(good)-1],
		"more blocks than is": archiveMagic + "\n\x00\xff\xff\x03",
		"port past the last":  pack(t, "", map[uint16]string{65535: "1\tt\ta\tb\n"}, 65535),
		"three fields":        pack(t, "", map[uint16]string{7: "0\tt\techo\n"}, 7),
		"no transport":        pack(t, "", map[uint16]string{7: "0\tx\techo\tEcho\n"}, 7),
		"no step":             pack(t, "", map[uint16]string{7: "-1\tt\techo\tEcho\n"}, 7),
		// Lines of 60 bytes, so that the last one is whole enough where the
		// limit cuts it.
		"bomb": pack(t, "", map[uint16]string{7: strings.Repeat("0\tt\techo\t"+strings.Repeat("E", 50)+"\n", 10_000)}, 7),
	} {
		a, err := parseArchive(s)
		if err == nil {
			for i := range a.blocks {
				if _, err = a.read(i, everyPort); err != nil {
					break
				}
			}
		}
		if err == nil {
			t.Errorf("%s: read without an error", name)
		}
	}
}

func FuzzParseArchive(f *testing.F) {
	f.Add(archiveMagic + "\nsource: a test\n\x00\x00")
	f.Add(pack(f, "source: a test\n", map[uint16]string{7: "0\tt\techo\tEcho\n"}, 7))
	f.Add(pack(f, "", map[uint16]string{7: "0\tt\techo\tEcho\n", 700: "0\ttu\ta\t\n"}, 7, 700))
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseArchive(s)
		if err != nil {
			return
		}
		for i := range min(len(a.blocks), 100) {
			entries, err := a.read(i, everyPort)
			if err != nil {
				continue
			}
			for _, e := range entries {
				if e.port < a.blocks[i].first {
					t.Errorf("block %d, which begins with %d, has port %d", i, a.blocks[i].first, e.port)
				}
			}
			if _, err := a.at(a.blocks[i].first); err != nil {
				t.Logf("at: %v", err) // another block may begin with the same port
			}
		}
	})
}

// pack writes an archive as generate.go does, of blocks in this order.
func pack(t testing.TB, head string, blocks map[uint16]string, order ...uint16) string {
	t.Helper()
	index := binary.AppendUvarint(nil, uint64(len(order)))
	var body bytes.Buffer
	before := uint16(0)
	for _, first := range order {
		start := body.Len()
		w, err := flate.NewWriter(&body, flate.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(blocks[first])); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		index = binary.AppendUvarint(index, uint64(first-before))
		index = binary.AppendUvarint(index, uint64(body.Len()-start))
		before = first
	}
	return archiveMagic + "\n" + head + "\x00" + string(index) + body.String()
}
