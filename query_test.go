package limen_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// byValue lets go-cmp look at the standard library's comparable values.
var byValue = cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}, netip.Prefix{})

func TestParseQueryReadsEveryWordOfItsForm(t *testing.T) {
	ports := func(from, to uint16) []limen.PortRange { return []limen.PortRange{{From: from, To: to}} }
	v4, v6 := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")

	for text, want := range map[string]limen.Query{
		"":                           {},
		"   ":                        {},
		"3000":                       {Ports: ports(3000, 3000)},
		":3000":                      {Ports: ports(3000, 3000)},
		":3000-3010":                 {Ports: ports(3000, 3010)},
		"80 443":                     {Ports: append(ports(80, 80), ports(443, 443)...)},
		"53/udp":                     {Ports: ports(53, 53), Transport: limen.UDP},
		"udp/53":                     {Ports: ports(53, 53), Transport: limen.UDP},
		"127.0.0.1":                  {Address: v4},
		"::1":                        {Address: v6},
		"[::1]":                      {Address: v6},
		"127.0.0.1:3000":             {Address: v4, Ports: ports(3000, 3000)},
		"[::1]:3000":                 {Address: v6, Ports: ports(3000, 3000)},
		"tcp/127.0.0.1:3000":         {Address: v4, Ports: ports(3000, 3000), Transport: limen.TCP},
		"tcp/[::1]:3000-3010":        {Address: v6, Ports: ports(3000, 3010), Transport: limen.TCP},
		"udp/127.0.0.1":              {Address: v4, Transport: limen.UDP},
		"[::1:3000":                  {Text: []string{"[::1:3000"}},
		"*:3000":                     {Ports: ports(3000, 3000)},
		"localhost:3000":             {Ports: ports(3000, 3000)},
		"localhost":                  {Text: []string{"localhost"}},
		"port:3000-3010":             {Ports: ports(3000, 3010)},
		"address:::1":                {Address: v6},
		"address:[::1]":              {Address: v6},
		"transport:udp":              {Transport: limen.UDP},
		"user:nick":                  {User: "nick"},
		"user:1000":                  {User: "1000"},
		"reach:network+":             {Reaches: []limen.Reach{limen.Network, limen.World}},
		"reach:world,self":           {Reaches: []limen.Reach{limen.Self, limen.World}},
		"project:shop":               {Project: "shop"},
		`project:"my shop" vite`:     {Project: "my shop", Text: []string{"vite"}},
		"vite shop":                  {Text: []string{"vite", "shop"}},
		"text:99999":                 {Text: []string{"99999"}},
		"text:user:nick":             {Text: []string{"user:nick"}},
		`"two words"`:                {Text: []string{"two words"}},
		"http://example.test/a":      {Text: []string{"http://example.test/a"}},
		"src/udp":                    {Text: []string{"src/udp"}},
		"user:nick user:nick":        {User: "nick"},
		"tcp/127.0.0.1:80 127.0.0.1": {Address: v4, Ports: ports(80, 80), Transport: limen.TCP},
	} {
		got, err := limen.ParseQuery(text)
		if diff := cmp.Diff(want, got, byValue); diff != "" || err != nil {
			t.Errorf("ParseQuery(%q): %v (-want +got):\n%s", text, err, diff)
		}
	}
}

// Each of these would otherwise be searched for as text, or drop a word, and
// so answer "nothing" to a question that makes no sense.
func TestParseQueryRefusesWhatCannotBeMeant(t *testing.T) {
	for text, says := range map[string]string{
		"99999":                   "ports are numbers from 1 to 65535; to search for it, write text:99999",
		"0":                       "not a port",
		":":                       "not a port",
		"-":                       "not a port",
		"3010-3000":               "ends before it begins",
		"127.0.0.1:99999":         "not a port",
		"127.0.0.1:0":             "not a port",
		"127.0.0.1:http":          "not a port",
		"tcp/127.0.0.1:0":         "not a port",
		"99999/udp":               "not a port",
		"localhost:99999":         "not a port",
		"port:web":                "not a port",
		"address:web":             "such as 127.0.0.1 or ::1",
		"address:127.0.0.1:80":    "such as 127.0.0.1 or ::1",
		"transport:sctp":          "use tcp or udp",
		"reach:far":               "use self, machine, network or world",
		"reach:self reach:world":  "join the words with commas",
		"user:":                   "needs a value",
		`text:""`:                 "needs a value",
		`""`:                      "an empty word narrows nothing",
		"user:nick user:root":     `both "nick" and "root"`,
		"127.0.0.1 ::1":           "one address",
		"tcp/1.2.3.4:1 udp/53":    "one transport",
		`"open`:                   "does not end",
		`text:"a"b`:               "put a space there",
		`text:"two` + "\n" + `l"`: "quote that does not end",
	} {
		q, err := limen.ParseQuery(text)
		if err == nil {
			t.Errorf("ParseQuery(%q) is %v, want an error", text, q)
		} else if !strings.Contains(err.Error(), says) {
			t.Errorf("ParseQuery(%q) says %q, and not %q", text, err, says)
		}
	}
}

func TestAWordThatIsRefusedLeavesTheQueryAsItWas(t *testing.T) {
	q, err := limen.ParseQuery("tcp/127.0.0.1:80 user:nick reach:self")
	if err != nil {
		t.Fatal(err)
	}
	want := q.String()
	for _, word := range []string{"tcp/[::1]:81", "udp/81", "99999", "port:x", "user:root", "reach:world", "reach:x", "transport:x", ""} {
		if err := q.Add(word); err == nil {
			t.Errorf("%q was added", word)
		}
		if got := q.String(); got != want {
			t.Fatalf("%q left %s, want %s", word, got, want)
		}
	}
}

func TestAQueryWithOddValuesIsReadBack(t *testing.T) {
	want := limen.Query{
		User:    "a b",
		Project: "\"quoted\"\\",
		Text:    []string{"user:x", "99999", "tab\there", "\x1b[31m", "\u202e", "\xff", "日本", "a\u00a0b", "127.0.0.1"},
		Address: netip.MustParseAddr("fe80::1%a]b c"),
	}
	got, err := limen.ParseQuery(want.String())
	if diff := cmp.Diff(want, got, byValue); diff != "" || err != nil {
		t.Errorf("%s was read back with %v (-want +got):\n%s", want, err, diff)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{
		"", ":3000-3010 transport:tcp user:nick reach:network+ project:shop vite", `text:"a\x00b" "c d"`, "address:fe80::1%a]b",
		"tcp/[::1%x]:80", "53/udp", "*:1", "localhost:80", "[::1]", "::ffff:1.2.3.4", "text:user:x", "user:\xff", "fe80::%[]:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := limen.ParseQuery(s)
		if err != nil {
			return
		}
		again, err := limen.ParseQuery(q.String())
		if diff := cmp.Diff(q, again, byValue); diff != "" || err != nil {
			t.Errorf("%q was read as %s, which was read back with %v (-first +again):\n%s", s, q, err, diff)
		}
	})
}
