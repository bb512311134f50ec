package sockets

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// compareMemories lets cmp look into a memory.
var compareMemories = cmp.AllowUnexported(memory{}, presence{}, grip{})

func aMemory() memory {
	return memory{
		place: "a start, a user, a namespace", at: 90 * time.Second,
		seen:  []presence{{1, 100, false}, {7, 1 << 40, true}, {4194303, 5, false}},
		grips: []grip{{socket: 5, pid: 7, descriptor: 3, birth: 1 << 50}, {socket: 9}, {socket: 1 << 60, pid: 1, descriptor: 1 << 20, birth: 1}},
	}
}

func TestAMemoryIsReadAsItWasWritten(t *testing.T) {
	got, err := parseMemory(aMemory().bytes())
	if diff := cmp.Diff(aMemory(), got, compareMemories); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestADamagedMemoryIsNone(t *testing.T) {
	whole := aMemory().bytes()
	for i := range whole {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			damaged := slices.Clone(whole)
			damaged[i] ^= flip
			if m, err := parseMemory(damaged); !errors.Is(err, errNoMemory) || len(m.seen)+len(m.grips) > 0 {
				t.Errorf("byte %d changed by %#x: %+v, %v", i, flip, m, err)
			}
		}
		if m, err := parseMemory(whole[:i]); !errors.Is(err, errNoMemory) || len(m.seen)+len(m.grips) > 0 {
			t.Errorf("cut at %d: %+v, %v", i, m, err)
		}
	}
	if _, err := parseMemory(append(whole, 0)); !errors.Is(err, errNoMemory) {
		t.Errorf("with a byte too many: %v", err)
	}
}

func TestWhoIsNewIsAStranger(t *testing.T) {
	m := memory{seen: []presence{{pid: 1, inode: 10}, {pid: 5, inode: 50}, {pid: 6, inode: 60, closed: true}, {pid: 7, inode: 70}, {pid: 9, inode: 1}}}
	for name, test := range map[string]struct {
		roll  []presence
		want  []int
		fresh int
	}{
		"nobody new":             {[]presence{{pid: 1, inode: 10}, {pid: 5, inode: 50}, {pid: 7, inode: 70}}, nil, 0},
		"one ended":              {[]presence{{pid: 1, inode: 10}, {pid: 7, inode: 70}}, nil, 0},
		"one between":            {[]presence{{pid: 1, inode: 10}, {pid: 4, inode: 40}, {pid: 7, inode: 70}}, []int{4}, 1},
		"before and behind":      {[]presence{{pid: 0, inode: 1000}, {pid: 1, inode: 10}, {pid: 12, inode: 120}}, []int{0, 12}, 2},
		"a number given anew":    {[]presence{{pid: 1, inode: 10}, {pid: 5, inode: 51}, {pid: 7, inode: 70}}, []int{5}, 1},
		"one who was closed":     {[]presence{{pid: 1, inode: 10}, {pid: 6, inode: 60}}, []int{6}, 0},
		"no inode to compare":    {[]presence{{pid: 9, inode: 1}}, []int{9}, 1},
		"all of another machine": {[]presence{{pid: 2, inode: 10}, {pid: 3, inode: 50}}, []int{2, 3}, 2},
	} {
		if got, fresh := m.strangers(test.roll); !slices.Equal(got, test.want) || fresh != test.fresh {
			t.Errorf("%s: %v, %d of them new; want %v, %d", name, got, fresh, test.want, test.fresh)
		}
	}
}

func TestALookAtAFewSocketsDoesNotForgetTheOthers(t *testing.T) {
	s := newSearch([]Socket{{Number: 5}})
	s.lesson = &lesson{}
	s.renew(aMemory())
	for _, g := range aMemory().grips {
		if i, ok := s.wanted[g.socket]; !ok {
			t.Errorf("socket %d is not looked for", g.socket)
		} else if g.pid != 0 {
			s.foundAt(i, g)
		}
	}
	if len(s.lesson.grips) != 2 || len(s.socks[0].Holders) != 1 || !s.complete() {
		t.Errorf("%+v, %+v", s.lesson.grips, s.socks)
	}
}

func FuzzParseMemory(f *testing.F) {
	f.Add(aMemory().bytes())
	f.Add(memory{}.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		// Nobody would find the sum by chance.
		for _, b := range [][]byte{b, resum(b)} {
			if m, err := parseMemory(b); err == nil && !bytes.Equal(m.bytes(), b) {
				t.Errorf("%x is read as %+v", b, m)
			}
		}
	})
}

// resum returns b with its sum set right.
func resum(b []byte) []byte {
	b = slices.Clone(b[:max(0, len(b)-sumSize)])
	return appendSum(b)
}
