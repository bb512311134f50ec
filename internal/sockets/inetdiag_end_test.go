package sockets

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// As struct inet_diag_req_v2 stands in memory on amd64: both addresses in network
// order, and no cookie.
func TestAQuestionForOneEndHasBothAddresses(t *testing.T) {
	if !littleEndian {
		t.Skip("the bytes below are those of a machine that puts the low byte first")
	}
	for name, row := range map[string]struct {
		question endQuestion
		want     []byte
	}{
		"IPv4": {endQuestion{netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.2:3000")}, fromHex(`
			02 06 00 00 ff 3f 00 00 9c 40 0b b8 7f 00 00 01
			00 00 00 00 00 00 00 00 00 00 00 00 7f 00 00 02
			00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
			ff ff ff ff ff ff ff ff`)},
		"mapped": {endQuestion{netip.MustParseAddrPort("[::ffff:127.0.0.1]:40000"), netip.MustParseAddrPort("127.0.0.2:3000")}, fromHex(`
			02 06 00 00 ff 3f 00 00 9c 40 0b b8 7f 00 00 01
			00 00 00 00 00 00 00 00 00 00 00 00 7f 00 00 02
			00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
			ff ff ff ff ff ff ff ff`)},
		"IPv6": {endQuestion{netip.MustParseAddrPort("[::1]:40000"), netip.MustParseAddrPort("[::1]:3000")}, fromHex(`
			0a 06 00 00 ff 3f 00 00 9c 40 0b b8 00 00 00 00
			00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00
			00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00
			ff ff ff ff ff ff ff ff`)},
	} {
		if diff := cmp.Diff(row.want, row.question.message()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnEndIsWhatHasBothAddresses(t *testing.T) {
	q := endQuestion{netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:3000")}
	for _, row := range []struct {
		local, peer string
		want        bool
	}{
		{"tcp/127.0.0.1:40000", "127.0.0.1:3000", true},
		{"tcp/[::ffff:127.0.0.1]:40000", "[::ffff:127.0.0.1]:3000", true},
		{"tcp/127.0.0.1:3000", "127.0.0.1:40000", false},
		{"tcp/127.0.0.1:40000", "", false},
		{"tcp/127.0.0.1:40000", "127.0.0.2:3000", false},
		{"tcp/[::1]:40000", "[::1]:3000", false},
	} {
		s := Socket{Local: limen.MustParseEndpoint(row.local)}
		if row.peer != "" {
			s.Peer = netip.MustParseAddrPort(row.peer)
		}
		if got := q.matches(s); got != row.want {
			t.Errorf("%s with %q: %v", row.local, row.peer, got)
		}
	}
}
