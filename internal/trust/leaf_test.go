package trust

import (
	"crypto/tls"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestNamesOutsideTheConstraintsAreRefusedAndSaid(t *testing.T) {
	_, a := anew(t, "test")
	for _, name := range []string{bank, "localhost.example", "xlocalhost", "8.8.8.8", "::2", "", "a b.localhost", "*.com"} {
		_, err := a.Certificate(name)
		var said *limen.Error
		if !errors.As(err, &said) || said.Kind != limen.Invalid || said.Why == "" || said.Next == "" {
			t.Errorf("%q: %v, want what, why and next", name, err)
		}
	}
	c, err := a.Certificate("shop.localhost", "*.shop.localhost", "Web.Test.", "127.1.2.3", "[::1]")
	must(t, err)
	if got := fmt.Sprint(c.Leaf.DNSNames, c.Leaf.IPAddresses); got != "[shop.localhost *.shop.localhost web.test] [127.1.2.3 ::1]" {
		t.Errorf("it is for %s", got)
	}
	if whole := c.Leaf.NotAfter.Sub(c.Leaf.NotBefore); whole > 47*24*time.Hour {
		t.Errorf("it is good for %v", whole)
	}
}

func TestLeavesAreKeptAndRenewedBeforeTheyEnd(t *testing.T) {
	_, a := anew(t)
	clock := time.Now()
	a.now = func() time.Time { return clock }
	l := a.Leaves()
	hello := &tls.ClientHelloInfo{ServerName: "shop.localhost"}
	first, err := l.Certificate(hello)
	must(t, err)
	if again, _ := l.Certificate(hello); again != first {
		t.Error("a certificate is made twice")
	}
	clock = first.Leaf.NotAfter.Add(-time.Hour)
	renewed, err := l.Certificate(hello)
	must(t, err)
	if renewed == first || !renewed.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Error("a certificate that ends in an hour is not renewed")
	}
	if c, err := l.Certificate(&tls.ClientHelloInfo{ServerName: bank}); c != nil || err != nil {
		t.Errorf("for %s: %v, %v; want neither", bank, c, err)
	}
}

func TestManyNamesTakeBoundedMemory(t *testing.T) {
	_, a := anew(t)
	l := a.Leaves()
	for i := range mostLeaves + 10 {
		_, err := l.Certificate(&tls.ClientHelloInfo{ServerName: fmt.Sprintf("n%d.localhost", i)})
		must(t, err)
	}
	if len(l.kept) > mostLeaves {
		t.Errorf("%d are kept", len(l.kept))
	}
}

func BenchmarkLeaf(b *testing.B) {
	_, a := anew(b)
	for b.Loop() {
		if _, err := a.Certificate("shop.localhost"); err != nil {
			b.Fatal(err)
		}
	}
}
