package sockets

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen/internal/nettest"
)

// A crowd is a process that listens at so many ports. Processes may seldom hold
// more, so a hundred thousand sockets take several.
const (
	crowdSize  = 10_000
	crowds     = 10
	crowdsPort = 10_000 // the first one
)

// crowd listens at many ports of one address, and holds the sockets until
// standard input ends.
func crowd(last byte) (code int) {
	for i := range crowdSize {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return 1
		}
		at := unix.SockaddrInet4{Port: crowdsPort + i, Addr: [4]byte{127, 0, 0, last}}
		if unix.Bind(fd, &at) != nil || unix.Listen(fd, 1) != nil {
			return 1
		}
	}
	return hold()
}

func TestAHundredThousandSocketsAreReadWithTheirHolders(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Max < crowdSize+100 {
		nettest.Skip(t, "needs processes that may hold 10,100 descriptors")
	}
	const many = crowds * crowdSize
	for i := range crowds {
		errand{Crowd: byte(i + 1)}.stay(t)
	}
	for _, s := range sources {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		socks, _, err := s.read(t.Context(), Reader{}, Want{})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		socks = tidy(socks, Want{})
		if gaps := (Reader{}).FindHolders(t.Context(), socks); len(gaps) > 0 {
			t.Errorf("%s: %+v", s.name, gaps)
		}
		runtime.ReadMemStats(&after)
		held := 0
		for _, k := range socks {
			held += len(k.Holders)
		}
		if len(socks) != many || held != many {
			t.Errorf("%s: %d sockets, %d holders, want %d", s.name, len(socks), held, many)
		}
		// What grows is thrown away, too: a slice that doubles costs its
		// length three times.
		if each := (after.TotalAlloc - before.TotalAlloc) / many; each > 4<<10 {
			t.Errorf("%s: %d bytes of memory for each socket", s.name, each)
		} else {
			t.Logf("%s: %d bytes of memory for each socket", s.name, each)
		}
	}
}
