package sockets

import (
	"fmt"
	"net/netip"
	"os"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func idOfPID(t *testing.T, pid int) limen.ProcessID {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	birth, ok := parseBirth(stat)
	if err != nil || !ok {
		t.Fatalf("the birth of %d: %v", pid, err)
	}
	return limen.ProcessID{PID: pid, Birth: birth}
}

func TestFindAmongKnowsNobodyElse(t *testing.T) {
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	web := nettest.Program{Name: "web", Sockets: []nettest.Spec{{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3001"}}}.Start(t)
	me, other := idOfPID(t, os.Getpid()), idOfPID(t, web.PID)
	for _, c := range []struct {
		among []limen.ProcessID
		want  map[uint16]bool
	}{
		{[]limen.ProcessID{me}, map[uint16]bool{3000: true}},
		{[]limen.ProcessID{other}, map[uint16]bool{3001: true}},
		{[]limen.ProcessID{other, me}, map[uint16]bool{3000: true, 3001: true}},
		{[]limen.ProcessID{{PID: me.PID, Birth: me.Birth + 1}}, nil},
		{nil, nil},
	} {
		socks, _, err := Reader{}.Read(t.Context(), Want{Transport: limen.TCP})
		if err != nil {
			t.Fatal(err)
		}
		Reader{}.FindAmong(t.Context(), socks, c.among)
		for _, s := range socks {
			at := s.Local.Addr
			if at.Addr() != netip.MustParseAddr("127.0.0.1") {
				continue
			}
			if got := len(s.Holders) > 0; got != c.want[at.Port()] {
				t.Errorf("among %v, %v is held: %v", c.among, at, got)
			}
		}
	}
}
