package verdict

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// What is asked about decides who is in the way: each row is a socket, and
// the addresses that it keeps a server from.
func TestOnlyWhatCollidesBlocksAnAddress(t *testing.T) {
	addresses := []string{"", "127.0.0.1", "10.0.0.5", "0.0.0.0", "::1", "::"}
	for _, tt := range []struct {
		at   string
		want []string
	}{
		{"tcp/127.0.0.1:3000", []string{"", "127.0.0.1", "0.0.0.0", "::"}},
		{"tcp/0.0.0.0:3000", []string{"", "127.0.0.1", "10.0.0.5", "0.0.0.0", "::"}},
		{"tcp/[::1]:3000", []string{"", "::1", "::"}},
		{"tcp/[::]:3000", addresses},
		{"tcp/[::ffff:10.0.0.5]:3000", []string{"", "10.0.0.5", "0.0.0.0", "::"}},
	} {
		there := Facts{Transport: limen.TCP, Port: 3000, Listeners: []limen.Listener{listener(tt.at, owner(9, "vite"))}}
		left := Facts{Transport: limen.TCP, Port: 3000, Leftovers: []Leftover{
			connection(tt.at, "192.0.2.9:443", limen.Established, owner(9, "vite")),
			connection(tt.at, "192.0.2.9:444", limen.TimeWait)}}
		var got []string
		for _, a := range addresses {
			if a != "" {
				there.Address = netip.MustParseAddr(a)
			}
			v := Judge(there)
			if len(v.Causes) == 0 || v.Causes[0].Kind != limen.CauseListener {
				t.Fatalf("%s asked about %q: the listener is not told of: %v", tt.at, a, v.Causes)
			}
			if !v.Free {
				got = append(got, a)
			}
			if v.Free && v.Next != "" {
				t.Errorf("%s does not block %q, and the next move is %q", tt.at, a, v.Next)
			}
			left.Address = there.Address
			if w := Judge(left); !there.Listeners[0].Endpoint.IsWildcard() && w.Free != v.Free {
				t.Errorf("connections at %s, asked about %q: free is %v", tt.at, a, w.Free)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s blocks (-want +got):\n%s", tt.at, diff)
		}
	}
}
