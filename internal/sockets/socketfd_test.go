package sockets

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

func TestParseDescriptorsKeepsSockets(t *testing.T) {
	// proc_fd and proc_fdtype of struct proc_fdinfo, bsd/sys/proc_info.h.
	b := cStruct(t, 27, "00000000 01000000 05000000 02000000 07010000 02000000 *3")
	if got, want := parseDescriptors(b), []int{5, 263}; !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}

// socketFD is struct socket_fdinfo of macOS, bsd/sys/proc_info.h.
func socketFD(t testing.TB, protocol, sockState, kind, fport, lport, versions, foreign, local, state string) []byte {
	t.Helper()
	return cStruct(t, sfdSize,
		"*24 *136 *8 *8",                 // pfi, soi_stat, soi_so, soi_pcb
		"01000000", protocol, "02000000", // soi_type, soi_protocol, soi_family
		"*2 *2", sockState, "0400 0300 8000", // soi_options, soi_linger, soi_state, soi_qlen, soi_incqlen, soi_qlimit
		"*2 *2 *4 *24 *24", kind, "*4", // soi_timeo, soi_error, soi_oobmark, soi_rcv, soi_snd, soi_kind, rfu_1
		fport, lport, "0700000000000000 *4 *4", versions, "*3 *4", // insi_fport, insi_lport, insi_gencnt, insi_flags, insi_flow, insi_vflag, insi_ip_ttl, rfu_1
		foreign, local, "*4 *12", state, "*444", // insi_faddr, insi_laddr, insi_v4, insi_v6, tcpsi_state
	)
}

const (
	sockTCP, sockUDP, sockICMP = "06000000", "11000000", "01000000" // IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP
	kindIn, kindTCP, kindUnix  = "01000000", "02000000", "03000000" // SOCKINFO_IN, SOCKINFO_TCP, SOCKINFO_UN
)

func TestParseSocketFDReadsWhatADescriptorLeadsTo(t *testing.T) {
	at, peer := limen.MustParseEndpoint, netip.MustParseAddrPort
	queue := &limen.Backlog{Used: 1, Max: 128}
	for name, c := range map[string]struct {
		bytes []byte
		want  Socket
		ok    bool
	}{
		"a listener": {
			socketFD(t, sockTCP, "0000", kindTCP, "00000000", "13880000", "03", none4, none4, "01000000"),
			Socket{Local: at("tcp/[::]:5000"), State: limen.Listening, Families: bothVersions, Backlog: queue, Number: 14}, true,
		},
		"a connection": {
			socketFD(t, sockTCP, "0200", kindTCP, "01bb0000", "c3500000", "01", home4, home4, "04000000"),
			Socket{Local: at("tcp/127.0.0.1:50000"), Peer: peer("127.0.0.1:443"), State: limen.Established, Families: onlyV4, Number: 14}, true,
		},
		"datagrams": {
			socketFD(t, sockUDP, "0000", kindIn, "00000000", "14e90000", "02", none4, none4, "cccccccc"),
			Socket{Local: at("udp/[::]:5353"), State: limen.Open, Families: onlyV6, Number: 15}, true,
		},
		"neither TCP nor UDP": {socketFD(t, sockICMP, "0000", kindIn, "00000000", "00000000", "01", none4, none4, "00000000"), Socket{}, false},
		"a Unix socket":       {socketFD(t, "00000000", "0000", kindUnix, "00000000", "00000000", "01", none4, none4, "00000000"), Socket{}, false},
	} {
		got, ok, err := parseSocketFD(c.bytes, zone)
		diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Socket{}), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}))
		if diff != "" || ok != c.ok || err != nil {
			t.Errorf("%s: %v, %v (-want +got):\n%s", name, ok, err, diff)
		}
	}
}

func TestParseSocketFDRefusesOtherVersions(t *testing.T) {
	for _, size := range []int{0, sfdSize - 1, sfdSize + 8} {
		if _, ok, err := parseSocketFD(make([]byte, size), zone); ok || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%d bytes gave %v, %v; want ErrUnsupported", size, ok, err)
		}
	}
}

func FuzzParseSocketFD(f *testing.F) {
	f.Add(socketFD(f, sockTCP, "0000", kindTCP, "00000000", "13880000", "03", none4, none4, "01000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if fds := parseDescriptors(b); len(fds) > len(b)/descriptorSize {
			t.Errorf("%d descriptors in %d bytes", len(fds), len(b))
		}
		if s, ok, _ := parseSocketFD(b, zone); ok && (s.State == 0 || s.Local.Transport == 0 || !s.Local.Addr.IsValid()) {
			t.Errorf("a socket without state or place: %+v", s)
		}
	})
}
