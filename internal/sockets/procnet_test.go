package sockets

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// What Linux writes on a little-endian machine.
const (
	procNetTCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000        0 12345 1 ffff8880043b8000 100 0 0 10 0                     
   1: 0100007F:0FA3 0100007F:C946 06 00000000:00000000 03:00001752 00000000     0        0 0 3 ffff888003a1f0f0                                      
   2: 00000000:0016 00000000:0000 FF 00000000:00000000 00:00000000 00000000     0        0 99 1 ffff8880043b8000 100 0 0 10 0                        
`
	procNetUDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 3051: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 54321 2 ffff888004f1a000 0
 3052: 0000000000000000FFFF00000100007F:0036 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 54322 2 ffff888004f1a000 0
 3053: 00000000000000000000000000000000:0037 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 54323 2 ffff888004f1a000 0
`
)

func TestParseProcNetReadsBothFamilies(t *testing.T) {
	if !littleEndian {
		t.Skip("the tables are those of a little-endian machine")
	}
	four, six := []limen.Family{limen.IPv4}, []limen.Family{limen.IPv6}
	for text, want := range map[string][]Socket{
		procNetTCP: {
			{Local: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), State: limen.Listening, Families: four, UID: 1000, Number: 12345},
			{Local: limen.MustParseEndpoint("tcp/127.0.0.1:4003"), State: limen.TimeWait, Families: four, Peer: netip.MustParseAddrPort("127.0.0.1:51526")},
			// The third is in a state that is not known here.
		},
		procNetUDP6: {
			{Local: limen.MustParseEndpoint("udp/[::1]:53"), State: limen.Open, Families: six, Number: 54321},
			{Local: limen.MustParseEndpoint("udp/[::ffff:127.0.0.1]:54"), State: limen.Open, Families: four, Number: 54322},
			{Local: limen.MustParseEndpoint("udp/[::]:55"), State: limen.Open, Families: []limen.Family{limen.IPv4, limen.IPv6}, Number: 54323},
		},
	} {
		got, err := parseProcNet(text, want[0].Local.Transport)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Socket{}), cmpopts.EquateComparable(netip.AddrPort{}, limen.Endpoint{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestParseProcNetRefusesAndNamesABrokenRow(t *testing.T) {
	whole := "0: 0100007F:0BB8 00000000:0000 0A 0:1 00:0 0 1000 0 12345"
	for _, row := range []string{
		"", "0:", strings.TrimSuffix(whole, " 12345"),
		strings.Replace(whole, "0100007F:0BB8", "0100007F", 1),
		strings.Replace(whole, "0100007F", "0100007", 1),
		strings.Replace(whole, "0100007F", "0100007FFF", 1),
		strings.Replace(whole, "0100007F", "xxxxxxxx", 1),
		strings.Replace(whole, ":0BB8", ":10BB8", 1),
		strings.Replace(whole, "00000000:0000", "00000000:-1", 1),
		strings.Replace(whole, "0A", "100", 1),
		strings.Replace(whole, "1000", "4294967296", 1),
		strings.Replace(whole, "12345", "18446744073709551616", 1),
	} {
		socks, err := parseProcNet("header\n"+row+"\n", limen.TCP)
		if err == nil || !strings.Contains(err.Error(), "row ") {
			t.Errorf("%q was read as %v, %v", row, socks, err)
		}
	}
}

func FuzzParseProcNet(f *testing.F) {
	f.Add(procNetTCP)
	f.Add(procNetUDP6)
	f.Add("\n0: : : 0 0 0 0 0 0 0")
	f.Fuzz(func(t *testing.T, text string) {
		socks, err := parseProcNet(text, limen.TCP)
		if err != nil {
			return
		}
		for _, s := range socks {
			if _, err := s.Local.MarshalText(); err != nil || len(s.Families) == 0 {
				t.Errorf("%+v: %v", s, err)
			}
		}
	})
}
