package process

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// cStruct reads the bytes of a struct, field after field as its header has
// them: hexadecimal digits, or *N for N bytes that nobody is to look at.
func cStruct(t testing.TB, size int, fields ...string) []byte {
	t.Helper()
	var b []byte
	for _, field := range strings.Fields(strings.Join(fields, " ")) {
		if n, ok := strings.CutPrefix(field, "*"); ok {
			count, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, bytes.Repeat([]byte{0xcc}, count)...)
			continue
		}
		part, err := hex.DecodeString(field)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	if len(b) != size {
		t.Fatalf("%d bytes of fields for a struct of %d", len(b), size)
	}
	return b
}

// text writes a string in a field of the given size.
func text(s string, size int) string {
	b := make([]byte, size)
	copy(b, s)
	return hex.EncodeToString(b)
}

// kinfoFreeBSD is struct kinfo_proc of FreeBSD, sys/user.h.
func kinfoFreeBSD(t testing.TB, pid, state, comm, terminal string) []byte {
	t.Helper()
	return cStruct(t, 1088,
		"40040000 *4 *64", pid, "01000000 *8 d2040000 *4 *8 *64", // ki_structsize, ki_pid, ki_ppid, ki_sid, ki_tsid, ki_jobc, ki_siglist to ki_sigcatch
		"e9030000 *20 *64 *8 0700000000000000 *56",                                 // ki_uid, ki_groups, ki_size, ki_rssize, ki_swrss to ki_cow
		"80841e0000000000 0071506900000000 2a00000000000000 *16 *20", state, "*58", // ki_runtime, ki_start, ki_childtime to ki_traceflag, ki_stat, up to ki_comm
		text(comm, 20), "*93", terminal, "*520", // ki_emul to ki_spareints, ki_tdev
	)
}

// kinfoMacOS is struct kinfo_proc of macOS, bsd/sys/sysctl.h.
func kinfoMacOS(t testing.TB, pid, state, comm, terminal string) []byte {
	t.Helper()
	return cStruct(t, 648,
		"0071506900000000 2a000000 *4 *20", state, "*3", pid, "*199", // p_starttime, p_vmspace to p_flag, p_stat, p_pid, up to p_comm
		text(comm, 17), "*36 *8 *8 *104 *4 f5010000 *136", // p_comm, e_paddr, e_sess, e_pcred, cr_ref, cr_uid, up to e_ppid
		"01000000 *8", terminal, "*72", // e_ppid, e_pgid, e_jobc, e_tdev
	)
}

func TestParseKinfosReadsBothSystems(t *testing.T) {
	const birth = 1766879488000042
	for name, c := range map[string]struct {
		table  []byte
		layout kinfoLayout
		want   []kinfo
	}{
		"FreeBSD": {
			slices.Concat(kinfoFreeBSD(t, "d2040000", "03", "node", "5b00000000000000"), kinfoFreeBSD(t, "d3040000", "05", "nineteen-characters", "ffffffffffffffff")),
			kinfoOfFreeBSD, []kinfo{
				{limen.ProcessID{PID: 1234, Birth: birth}, 1, 1234, 1001, "node", false, 0x5b, 2 * time.Second, 7},
				{limen.ProcessID{PID: 1235, Birth: birth}, 1, 1234, 1001, "nineteen-characters", true, -1, 2 * time.Second, 7},
			},
		},
		"macOS": {
			slices.Concat(kinfoMacOS(t, "d2040000", "02", "node", "03000010"), kinfoMacOS(t, "d3040000", "05", "sixteen-letters!", "ffffffff")),
			kinfoOfMacOS, []kinfo{
				{limen.ProcessID{PID: 1234, Birth: birth}, 1, 0, 501, "node", false, 0x10000003, 0, 0},
				{limen.ProcessID{PID: 1235, Birth: birth}, 1, 0, 501, "sixteen-letters!", true, -1, 0, 0},
			},
		},
	} {
		got, err := parseKinfos(c.table, c.layout)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(kinfo{})); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		if _, err := parseKinfos(c.table[:len(c.table)-1], c.layout); err == nil {
			t.Errorf("%s: a table that is cut gave no error", name)
		}
	}
	if got, want := (kinfo{ProcessID: limen.ProcessID{Birth: birth + 999_999}}).started(), time.Date(2025, 12, 27, 23, 51, 29, 0, time.UTC); !got.Equal(want) {
		t.Errorf("started %v; want %v, to the millisecond", got, want)
	}
}

func TestParseKinfosRefusesAnotherSize(t *testing.T) {
	b := kinfoFreeBSD(t, "d2040000", "03", "node", "ffffffffffffffff")
	b[1] = 3 // 832 bytes, as on a processor of 32 bits
	if got, err := parseKinfos(b, kinfoOfFreeBSD); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, %v; want ErrUnsupported", got, err)
	}
}

func TestParseFilePathReadsAsFarAsTheStructGoes(t *testing.T) {
	const front = "*4 *4 *4 *4 *4 *8 *304 *32" // kf_type to kf_offset, kf_un, kf_status to _kf_cap_spare
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"as long as it needs":  {cStruct(t, 384, "80010000", front, text("/home/ann/shop", 16)), "/home/ann/shop"},
		"with all its room":    {cStruct(t, 1392, "70050000", front, text("/", 1024)), "/"},
		"with another behind":  {cStruct(t, 392, "78010000", front, text("/usr/src", 8), text("/more/of", 16)), "/usr/src"},
		"of a size before it":  {cStruct(t, 384, "10000000", front, text("/srv", 16)), "/srv"},
		"shorter than a front": {make([]byte, 367), ""},
		"nothing":              {nil, ""},
	} {
		if got := parseFilePath(c.bytes); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func FuzzParseKinfos(f *testing.F) {
	f.Add(kinfoFreeBSD(f, "d2040000", "03", "node", "ffffffffffffffff"))
	f.Add(kinfoMacOS(f, "d2040000", "02", "node", "03000010"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range []kinfoLayout{kinfoOfFreeBSD, kinfoOfMacOS} {
			all, err := parseKinfos(b, l)
			if len(all) > len(b)/l.size || err != nil && all != nil {
				t.Errorf("%d processes and %v in %d bytes", len(all), err, len(b))
			}
			for _, k := range all {
				if k.cpu < 0 || len(k.comm) > l.commSize {
					t.Errorf("%+v", k)
				}
			}
		}
		if path := parseFilePath(b); len(path) > len(b) {
			t.Errorf("a path of %d bytes in %d", len(path), len(b))
		}
	})
}
