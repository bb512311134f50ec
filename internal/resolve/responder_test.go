package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
	"golang.org/x/net/dns/dnsmessage"
)

// shop is a zone with a bit of everything.
var shop = Zone{
	Suffixes: []string{"test", "shop.example"},
	Names: map[string][]netip.Addr{
		"shop.test":       addresses("127.0.0.1", "::1"),
		"*.shop.test":     addresses("127.0.0.2"),
		"*.api.shop.test": addresses("127.0.0.3"),
		"db.shop.test":    addresses("127.77.1.2"),
		"a.b.deep.test":   addresses("127.0.0.1"),
		"www.example.com": addresses("127.0.0.9"), // below no suffix
	},
}

// serveZone answers for a zone until the test ends.
func serveZone(t *testing.T, z Zone) netip.AddrPort {
	t.Helper()
	r, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, r, z)
	return r.At()
}

func serveOn(t *testing.T, r *Responder, z Zone) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, func() Zone { return z }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// through is Go's own resolver, which asks at one place alone.
func through(at netip.AddrPort, network string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.String())
	}}
}

func TestGoFindsNamesOverUDPAndTCP(t *testing.T) {
	at := serveZone(t, shop)
	for _, network := range []string{"udp", "tcp"} {
		r := through(at, network)
		for name, want := range map[string]string{
			"shop.test.":       "127.0.0.1 ::1",
			"SHOP.Test.":       "127.0.0.1 ::1",
			"any.shop.test.":   "127.0.0.2",
			"a.b.shop.test.":   "127.0.0.2",
			"x.api.shop.test.": "127.0.0.3",
			"db.shop.test.":    "127.77.1.2",
			"nothing.test.":    "",
		} {
			all, err := r.LookupNetIP(t.Context(), "ip", name)
			slices.SortFunc(all, netip.Addr.Compare)
			if !slices.Equal(all, addresses(strings.Fields(want)...)) || (err != nil) != (want == "") {
				t.Errorf("%s over %s: %v, %v; want %s", name, network, all, err, want)
			}
			if e := (*net.DNSError)(nil); errors.As(err, &e) && !e.IsNotFound {
				t.Errorf("%s over %s: %v; want that it does not exist", name, network, err)
			}
		}
	}
}

func TestNodeFindsNamesWithItsOwnResolver(t *testing.T) {
	at := serveZone(t, shop)
	out, err := exec.CommandContext(t.Context(), nettest.Need(t, "node"), "-e", `
		const { Resolver } = require('dns').promises
		const r = new Resolver()
		r.setServers([process.argv[1]])
		;(async () => {
			console.log(await r.resolve4('shop.test'), await r.resolve6('shop.test'))
			for (const name of ['nothing.test', 'www.example.com', 'b.deep.test'])
				await r.resolve4(name).catch(e => console.log(name, e.code))
		})()`, at.String()).CombinedOutput()
	want := "[ '127.0.0.1' ] [ '::1' ]\nnothing.test ENOTFOUND\nwww.example.com EREFUSED\nb.deep.test ENODATA\n"
	if string(out) != want || err != nil {
		t.Errorf("it says %s, %v; want %s", out, err, want)
	}
}

// packet is a question as it is sent.
func packet(t testing.TB, name string, kind dnsmessage.Type, more ...func(*dnsmessage.Message)) []byte {
	t.Helper()
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	for _, change := range more {
		change(&m)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func edns(size int) func(*dnsmessage.Message) {
	return func(m *dnsmessage.Message) {
		var h dnsmessage.ResourceHeader
		if err := h.SetEDNS0(size, 0, false); err != nil {
			panic(err)
		}
		m.Additionals = append(m.Additionals, dnsmessage.Resource{Header: h, Body: &dnsmessage.OPTResource{}})
	}
}

func TestEachQuestionGetsTheAnswerThatTheRulesWant(t *testing.T) {
	for _, row := range []struct {
		what string
		ask  []byte
		code dnsmessage.RCode
		aa   bool
		says string // addresses
		soa  bool
	}{
		{"a name", packet(t, "shop.test.", dnsmessage.TypeA, edns(1232)), 0, true, "127.0.0.1", false},
		{"its other family", packet(t, "shop.test.", dnsmessage.TypeAAAA, edns(1232)), 0, true, "::1", false},
		{"everything", packet(t, "shop.test.", dnsmessage.TypeALL, edns(1232)), 0, true, "127.0.0.1 ::1", false},
		{"a family it does not have", packet(t, "db.shop.test.", dnsmessage.TypeAAAA, edns(1232)), 0, true, "", true},
		{"another type, as browsers ask (RFC 9460)", packet(t, "shop.test.", dnsmessage.Type(65), edns(1232)), 0, true, "", true},
		{"what nobody has", packet(t, "nothing.test.", dnsmessage.TypeA, edns(1232)), dnsmessage.RCodeNameError, true, "", true},
		{"the same without EDNS", packet(t, "nothing.test.", dnsmessage.TypeA), dnsmessage.RCodeNameError, true, "", false},
		{"what lies between", packet(t, "deep.test.", dnsmessage.TypeA, edns(1232)), 0, true, "", true},
		{"the suffix itself", packet(t, "test.", dnsmessage.TypeSOA, edns(1232)), 0, true, "", true},
		{"a name of others", packet(t, "www.example.com.", dnsmessage.TypeA, edns(1232)), dnsmessage.RCodeRefused, false, "", false},
		{"the root", packet(t, ".", dnsmessage.TypeNS, edns(1232)), dnsmessage.RCodeRefused, false, "", false},
		{"what only ends in the same letters", packet(t, "latest.", dnsmessage.TypeA), dnsmessage.RCodeRefused, false, "", false},
		{"another class", packet(t, "shop.test.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.Questions[0].Class = dnsmessage.ClassCHAOS }), dnsmessage.RCodeRefused, false, "", false},
		{"another operation", packet(t, "shop.test.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.OpCode = 5 }), dnsmessage.RCodeNotImplemented, false, "", false},
		{"two questions", packet(t, "shop.test.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.Questions = append(m.Questions, m.Questions[0]) }), dnsmessage.RCodeFormatError, false, "", false},
		{"no question", packet(t, "shop.test.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.Questions = nil }), dnsmessage.RCodeFormatError, false, "", false},
		{"EDNS twice", packet(t, "shop.test.", dnsmessage.TypeA, edns(512), edns(512)), dnsmessage.RCodeFormatError, false, "", false},
	} {
		for _, isUDP := range []bool{true, false} {
			var m dnsmessage.Message
			if err := m.Unpack(shop.reply(row.ask, isUDP)); err != nil {
				t.Errorf("%s: %v", row.what, err)
				continue
			}
			var says []netip.Addr
			for _, a := range m.Answers {
				switch b := a.Body.(type) {
				case *dnsmessage.AResource:
					says = append(says, netip.AddrFrom4(b.A))
				case *dnsmessage.AAAAResource:
					says = append(says, netip.AddrFrom16(b.AAAA))
				}
			}
			soa := len(m.Authorities) == 1 && m.Authorities[0].Header.Type == dnsmessage.TypeSOA
			if !isUDP && row.aa && row.says == "" {
				row.soa = true // there is always room for it
			}
			if m.RCode != row.code || m.Authoritative != row.aa || !slices.Equal(says, addresses(strings.Fields(row.says)...)) || soa != row.soa || !m.Response || m.ID != 7 || m.RecursionAvailable {
				t.Errorf("%s (UDP %v): %+v", row.what, isUDP, m)
			}
		}
	}
}

func TestNothingIsSaidToAnAnswerOrToHalfAHead(t *testing.T) {
	answered := packet(t, "shop.test.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.Response = true })
	for _, p := range [][]byte{nil, {0, 7}, answered, answered[:11]} {
		if b := shop.reply(p, true); b != nil {
			t.Errorf("%q is answered with %q", p, b)
		}
	}
}

func TestTheNextPortIsTakenIfTheFirstIsNotFree(t *testing.T) {
	nettest.NeedPrivate(t)
	nettest.Bind(t, "udp", fmt.Sprint("127.0.0.1:", FirstPort))
	nettest.Listen(t, "tcp", fmt.Sprint("127.0.0.1:", FirstPort+1))
	if at := serveZone(t, shop); at.Port() != FirstPort+2 {
		t.Errorf("it answers at %v", at)
	}
}

func FuzzReply(f *testing.F) {
	f.Add(packet(f, "shop.test.", dnsmessage.TypeA))
	f.Add(packet(f, "nothing.shop.example.", dnsmessage.TypeALL, edns(4096)))
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0xc0, 12, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, p []byte) {
		b := shop.reply(p, true)
		if b == nil {
			return
		}
		if len(b) > mostLimit || len(b) > 2*len(p)+28 && !hasEDNS(p) {
			t.Errorf("%d octets are answered with %d", len(p), len(b))
		}
		var m dnsmessage.Message
		if err := m.Unpack(b); err != nil {
			t.Errorf("the answer %q: %v", b, err)
		}
	})
}

func hasEDNS(p []byte) bool {
	q, _ := parseInquiry(p)
	return q.edns
}

func FuzzParseReply(f *testing.F) {
	q := dnsmessage.Question{Name: dnsmessage.MustNewName("shop.test."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	f.Add(shop.reply(packet(f, "shop.test.", dnsmessage.TypeA), false))
	f.Add(shop.reply(packet(f, "nothing.test.", dnsmessage.TypeA), false))
	f.Fuzz(func(t *testing.T, p []byte) {
		if all, isReply, err := parseReply(p, 7, q); (!isReply || err != nil) && all != nil {
			t.Errorf("%v, %v", all, err)
		}
	})
}
