package cli

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestATargetIsReadHoweverItIsWritten(t *testing.T) {
	addr := netip.MustParseAddr
	for text, want := range map[string]op.WhyIn{
		"3000":                      {Port: 3000},
		":65535":                    {Port: 65535},
		"3000/tcp":                  {Transport: limen.TCP, Port: 3000},
		"udp/53":                    {Transport: limen.UDP, Port: 53},
		"udp/:53":                   {Transport: limen.UDP, Port: 53},
		"127.0.0.1:3000/udp":        {Transport: limen.UDP, Address: addr("127.0.0.1"), Port: 3000},
		"tcp/127.0.0.1:3000":        {Transport: limen.TCP, Address: addr("127.0.0.1"), Port: 3000},
		"0.0.0.0:80":                {Address: addr("0.0.0.0"), Port: 80},
		"[::]:80":                   {Address: addr("::"), Port: 80},
		"[fe80::1%eth0]:80":         {Address: addr("fe80::1%eth0"), Port: 80},
		"[::ffff:127.0.0.1]:80":     {Address: addr("::ffff:127.0.0.1"), Port: 80},
		"*:80":                      {Port: 80},
		"LOCALHOST:80":              {Port: 80},
		"localhost.:80":             {Port: 80},
		"shop.localhost:80":         {Port: 80},
		"http://localhost":          {Port: 80},
		"https://localhost/":        {Port: 443},
		"WSS://[::1]/socket":        {Address: addr("::1"), Port: 443},
		"http://127.0.0.1:3000/x?y": {Address: addr("127.0.0.1"), Port: 3000},
		"postgres://u:p@localhost/": {Port: 5432},
		"redis://localhost:6380/0":  {Port: 6380},
		"vite://localhost:5173":     {Port: 5173},
		"http://[fe80::1%25eth0]/":  {Address: addr("fe80::1%eth0"), Port: 80},
	} {
		got, err := parseTarget(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", text, got, err, want)
		}
		if !looksLikeTarget(text) {
			t.Errorf("limen %s is no question", text)
		}
	}
}

func TestWhatIsNoTargetIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "foo", "0", "65536", "99999999999999999999", "-1", "+80", "80 ", " 80", "８０", "::1", "127.0.0.1", "::1:80", "[::1]", "[::1]80", "[127.0.0.1]:80",
		"127.0.0.1:", ":", "tcp/", "/tcp", "tcp/udp", "80/sctp", "1.2.3:80", "example.com:80", "localhost:http", "http://", "http://:80x", "://80",
		"http://example.com", "gopher://localhost", "http://localhost:0", "http://[::1", "list", "3000-3010",
	} {
		if got, err := parseTarget(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
	for _, text := range []string{"", "foo", "list", "lst", "example.com", "-x"} {
		if looksLikeTarget(text) {
			t.Errorf("%q looks like a target", text)
		}
	}
}

func TestSchemesAreSortedAndTheirPortsReal(t *testing.T) {
	for i, s := range schemes {
		if s.port == 0 || s.name != strings.ToLower(s.name) || i > 0 && schemes[i-1].name >= s.name {
			t.Errorf("%q at %d is out of order", s.name, i)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"3000", ":3000", "53/udp", "tcp/[::1]:3000", "[fe80::1%eth0]:80", "http://u:p@localhost:3000/x", "postgres://localhost", "*:1", "foo"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in, err := parseTarget(s)
		if err != nil {
			if in != (op.WhyIn{}) {
				t.Errorf("%q was refused and yet read as %+v", s, in)
			}
			return
		}
		if in.Port == 0 {
			t.Errorf("%q was read as port 0", s)
		}
		if !looksLikeTarget(s) {
			t.Errorf("%q is a target and does not look like one", s)
		}
		// What was understood, written as limen writes it, means the same.
		if in.Address.IsValid() && in.Transport != 0 {
			e := limen.Endpoint{Transport: in.Transport, Addr: netip.AddrPortFrom(in.Address, in.Port)}
			if again, err := parseTarget(e.String()); err != nil || again != in {
				t.Errorf("%q was read as %+v, and %s as %+v, %v", s, in, e, again, err)
			}
		}
	})
}
