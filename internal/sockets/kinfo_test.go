package sockets

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/limenhq/limen"
)

// kinfoFreeBSD is struct kinfo_proc of FreeBSD, sys/user.h.
func kinfoFreeBSD(t testing.TB, pid, uid, seconds, micros string) []byte {
	t.Helper()
	return cStruct(t, 1088,
		"40040000 *4 *64", pid, "*92", // ki_structsize, ki_layout, ki_args to ki_wchan, ki_pid, ki_ppid to ki_sigcatch
		uid, "*156 *8", seconds, micros, "*736", // ki_uid, ki_ruid to ki_cow, ki_runtime, ki_start
	)
}

// kinfoMacOS is struct kinfo_proc of macOS, bsd/sys/sysctl.h.
func kinfoMacOS(t testing.TB, pid, uid, seconds, micros string) []byte {
	t.Helper()
	return cStruct(t, 648,
		seconds, micros, "*4 *24", pid, "*252", // p_starttime, p_vmspace to p_stat, p_pid, p_oppid to p_ru
		"*8 *8 *104 *4", uid, "*224", // e_paddr, e_sess, e_pcred, cr_ref, cr_uid
	)
}

func TestParseKinfosReadsBothSystems(t *testing.T) {
	const noon, halfPast = "0071506900000000", "2a00000000000000" // 1766879488 s, and 42 µs
	want := map[int]kinfo{1: {1766879488000042, 0}, 1234: {1766879488000042, 1001}}
	for name, c := range map[string]struct {
		table  []byte
		layout kinfoLayout
	}{
		"FreeBSD": {slices.Concat(kinfoFreeBSD(t, "01000000", "00000000", noon, halfPast), kinfoFreeBSD(t, "d2040000", "e9030000", noon, halfPast)), kinfoOfFreeBSD},
		"macOS":   {slices.Concat(kinfoMacOS(t, "01000000", "00000000", noon, halfPast[:8]), kinfoMacOS(t, "d2040000", "e9030000", noon, halfPast[:8])), kinfoOfMacOS},
	} {
		if got, err := parseKinfos(c.table, c.layout); !maps.Equal(got, want) || err != nil {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
		if _, err := parseKinfos(c.table[:len(c.table)-1], c.layout); !errors.Is(err, errCut) {
			t.Errorf("%s: a table that is cut gave %v; want errCut", name, err)
		}
	}
}

func TestParseKinfosRefusesAnotherSize(t *testing.T) {
	b := kinfoFreeBSD(t, "01000000", "00000000", "0000000000000000", "0000000000000000")
	b[1] = 3 // 832 bytes, as on a processor of 32 bits
	if got, err := parseKinfos(b, kinfoOfFreeBSD); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, %v; want ErrUnsupported", got, err)
	}
}

func TestConfirmRefusesAReusedPID(t *testing.T) {
	s := newSearch([]Socket{{Number: 2}})
	before := map[int]kinfo{10: {birth: 1}, 11: {birth: 2}, 12: {birth: 3}, 13: {birth: 4, uid: 0}}
	after := map[int]kinfo{10: {birth: 9}, 12: {birth: 3}, 13: {birth: 4, uid: 70}, 14: {birth: 5}}
	s.confirm([]claim{{0, 12}, {0, 13}, {0, 12}}, before, after)
	want := []Holder{{limen.ProcessID{PID: 12, Birth: 3}, limen.Proved}, {limen.ProcessID{PID: 13, Birth: 4}, limen.Proved}}
	if !slices.Equal(s.socks[0].Holders, want) || s.partial {
		t.Errorf("%v, partial %v; want %v", s.socks[0].Holders, s.partial, want)
	}
	for _, pid := range []int{10, 11, 14} { // another run by now, ended, begun since
		s := newSearch([]Socket{{Number: 2}})
		if s.confirm([]claim{{0, pid}}, before, after); s.socks[0].Holders != nil || !s.partial {
			t.Errorf("process %d: %v, partial %v; want nobody, and a search that says so", pid, s.socks[0].Holders, s.partial)
		}
	}
}

func FuzzParseKinfos(f *testing.F) {
	f.Add(kinfoFreeBSD(f, "d2040000", "e9030000", "0071506900000000", "2a00000000000000"))
	f.Add(kinfoMacOS(f, "d2040000", "e9030000", "0071506900000000", "2a000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range []kinfoLayout{kinfoOfFreeBSD, kinfoOfMacOS} {
			if all, err := parseKinfos(b, l); len(all) > len(b)/l.size || err != nil && all != nil {
				t.Errorf("%d processes and %v in %d bytes", len(all), err, len(b))
			}
		}
	})
}
