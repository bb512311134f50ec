package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestTheKernelItselfNarrowsToAPort(t *testing.T) {
	nettest.Enter(t)
	waiting(t)
	c, err := dialDiag(dumpRoom)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(c.fd)
	for _, family := range []byte{afINET, afINET6} {
		for _, transport := range (Want{}).transports() {
			if _, err := c.dump(t.Context(), diagQuestion{family, transport, 3003, allStates}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// As they came, without tidy.
	want := []string{"tcp/0.0.0.0:3003", "tcp/[::]:3003"}
	var got []string
	for _, s := range c.socks {
		got = append(got, s.Local.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the kernel sent (-want +got):\n%s", diff)
	}
}

// A row is what every reader of the tables must agree on.
type row struct {
	local limen.Endpoint
	peer  netip.AddrPort
	state limen.State
	inode uint64
}

func rows(socks []Socket) (all []string) {
	for _, s := range socks {
		all = append(all, fmt.Sprint(row{s.Local, s.Peer, s.State, s.Number}))
	}
	slices.Sort(all)
	return all
}

func TestNetlinkAndProcfsAgree(t *testing.T) {
	nettest.Enter(t)
	waiting(t)
	w := Want{Connections: true}
	byNetlink := slices.DeleteFunc(read(t, readNetlink, w), func(s Socket) bool {
		return s.Local.Transport == limen.TCP && s.State == limen.Bound // procfs does not have them
	})
	byProcfs, gaps, err := readProcNet(t.Context(), Reader{}, w)
	if err != nil {
		t.Fatal(err)
	}
	if len(gaps) != 1 || !strings.Contains(gaps[0].What, "IPv4") {
		t.Errorf("gaps %+v; want one, on what [::] answers", gaps)
	}
	if diff := cmp.Diff(rows(byNetlink), rows(tidy(byProcfs, w))); diff != "" {
		t.Errorf("(-netlink +procfs):\n%s", diff)
	}
}

// ssStates are ss's words.
var ssStates = map[string]limen.State{
	"LISTEN": limen.Listening, "UNCONN": limen.Open, "ESTAB": limen.Established, "TIME-WAIT": limen.TimeWait,
}

var (
	ssInode = regexp.MustCompile(` ino:(\d+) `)
	ssPID   = regexp.MustCompile(`pid=(\d+)`)
)

func TestNetlinkAndSSAgree(t *testing.T) {
	ss := nettest.Need(t, "ss")
	nettest.Enter(t)
	waiting(t)
	out, err := exec.Command(ss, "-Hntuae").Output()
	if err != nil {
		t.Fatal(err)
	}
	port := func(s string) string { return s[strings.LastIndexByte(s, ':')+1:] }
	var bySS, byNetlink []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		number := "0"
		if m := ssInode.FindStringSubmatch(line); m != nil {
			number = m[1]
		}
		peer := port(f[5])
		if peer == "*" {
			peer = "0"
		}
		bySS = append(bySS, fmt.Sprint(f[0], ssStates[f[1]], port(f[4]), peer, number))
	}
	for _, s := range read(t, readNetlink, Want{Connections: true}) {
		if s.State != limen.Bound { // which this ss does not ask for
			byNetlink = append(byNetlink, fmt.Sprint(s.Local.Transport.String(), s.State, fmt.Sprint(s.Local.Port()), fmt.Sprint(s.Peer.Port()), fmt.Sprint(s.Number)))
		}
	}
	slices.Sort(bySS)
	slices.Sort(byNetlink)
	if diff := cmp.Diff(bySS, byNetlink); diff != "" {
		t.Errorf("(-ss +netlink):\n%s", diff)
	}
}

// netlinkMessage is struct nlmsghdr and a body.
func netlinkMessage(kind, flags uint16, sequence uint32, body []byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = binary.NativeEndian.AppendUint16(b, flags)
	b = binary.NativeEndian.AppendUint32(b, sequence)
	b = append(b, 0, 0, 0, 0) // from the kernel
	return append(b, body...)
}

func errorNumber(n unix.Errno) []byte {
	return binary.NativeEndian.AppendUint32(nil, uint32(-int32(n)))
}

func TestTheLastMessageOfADumpIsReadForItsError(t *testing.T) {
	for name, test := range map[string]struct {
		kind uint16
		body []byte
		want error
	}{
		"done":                 {unix.NLMSG_DONE, errorNumber(0), nil},
		"done, without module": {unix.NLMSG_DONE, errorNumber(unix.ENOENT), unix.ENOENT},
		"refused":              {unix.NLMSG_ERROR, errorNumber(unix.EPERM), unix.EPERM},
		"cut":                  {unix.NLMSG_DONE, []byte{0}, errDiagRow},
	} {
		c := diag{sequence: 7}
		done, _, err := c.messages(netlinkMessage(test.kind, 0, 7, test.body), limen.TCP)
		if !errors.Is(err, test.want) || !done {
			t.Errorf("%s: done %v, %v; want %v", name, done, err, test.want)
		}
	}
}

func TestTheRestOfAnEarlierAnswerIsNotTaken(t *testing.T) {
	c := diag{sequence: 8}
	stale := netlinkMessage(sockDiagByFamily, 0, 7, diagRow)
	stale = append(stale, netlinkMessage(unix.NLMSG_DONE, 0, 7, errorNumber(unix.ENOENT))...)
	fresh := netlinkMessage(sockDiagByFamily, unix.NLM_F_DUMP_INTR, 8, diagRow)
	done, torn, err := c.messages(append(stale, fresh...), limen.TCP)
	if done || !torn || err != nil || len(c.socks) != 1 {
		t.Errorf("done %v, torn %v, %v, %d sockets; want the one fresh row, torn", done, torn, err, len(c.socks))
	}
}

func TestMessagesOfImpossibleLengthAreRefused(t *testing.T) {
	for _, n := range []uint32{0, 15, 17, 1 << 31, 1<<32 - 1} {
		b := netlinkMessage(unix.NLMSG_DONE, 0, 0, nil)
		binary.NativeEndian.PutUint32(b, n)
		if _, _, err := (&diag{}).messages(b, limen.TCP); !errors.Is(err, errDiagRow) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(append(netlinkMessage(sockDiagByFamily, 0, 0, diagRow), netlinkMessage(unix.NLMSG_DONE, 0, 0, errorNumber(0))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := diag{devices: map[uint32]string{}}
		c.messages(b, limen.TCP)
		if most := len(b) / diagRowSize; len(c.socks) > most {
			t.Errorf("%d sockets of %d bytes", len(c.socks), len(b))
		}
	})
}
