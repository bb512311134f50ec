package trust

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// An Authority signs certificates of local names. It is safe for several
// goroutines.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	maker       string
	dir         string // where it keeps files for others
	now         func() time.Time
}

// limenMade and mkcertMade are who can have made an authority.
const (
	limenMade  = "limen"
	mkcertMade = "mkcert"
)

// parseAuthority reads a key and a certificate, in any order.
func parseAuthority(text []byte) (*Authority, error) {
	a := &Authority{maker: limenMade}
	for len(text) > 0 {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		var err error
		switch {
		case block.Type == typeCertificate && a.certificate == nil:
			a.certificate, err = x509.ParseCertificate(block.Bytes)
		case block.Type == typeKey && a.key == nil:
			a.key, err = parseKey(block.Bytes)
		default:
			err = fmt.Errorf("there is a second %q in it, or one that does not belong there", block.Type)
		}
		if err != nil {
			return nil, err
		}
	}
	if a.certificate == nil || a.key == nil {
		return nil, errors.New("it is damaged: it has not both a key and a certificate")
	}
	return a, nil
}

func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	s, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot sign", key)
	}
	return s, nil
}

// check refuses an authority that clients would refuse, and one that could sign
// for more than this machine. What others have made may do that.
func (a *Authority) check(now time.Time) error {
	c := a.certificate
	public, ok := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(a.key.Public()):
		return errors.New("it is damaged: its key is not that of its certificate")
	case !c.IsCA || c.KeyUsage&x509.KeyUsageCertSign == 0:
		return errors.New("its certificate is none of an authority")
	case now.After(c.NotAfter):
		return fmt.Errorf("it ended on %s", c.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(c.NotBefore):
		return fmt.Errorf("it begins on %s, which is still to come by the clock of this machine", c.NotBefore.UTC().Format(time.DateOnly))
	case a.maker == limenMade && (!c.PermittedDNSDomainsCritical || len(c.PermittedDNSDomains) == 0 || len(c.PermittedIPRanges) == 0):
		return errors.New("it could sign for every name of the internet, and limen makes none that can")
	}
	return nil
}

// Fingerprint is the SHA-256 of its certificate, in hexadecimal.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// mark is the name that it has in every store, by which it is found again.
func (a *Authority) mark() string { return "limen-" + a.Fingerprint()[:16] }

// File is where its certificate lies, without the key, for all to read.
func (a *Authority) File() string { return filepath.Join(a.dir, a.mark()+".crt") }

func (a *Authority) text() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: a.certificate.Raw})
}

// publish writes its certificate to a file of its own, unless it is there.
func (a *Authority) publish() error {
	if there, err := os.ReadFile(a.File()); err == nil && bytes.Equal(there, a.text()) {
		return nil
	}
	if err := replace(a.File(), a.text(), 0o644); err != nil {
		return unwritten(a.File(), err, elsewhere)
	}
	return nil
}

// Describe returns what there is to know of it.
func (a *Authority) Describe() *limen.Authority {
	d := &limen.Authority{
		Fingerprint: a.Fingerprint(), Maker: a.maker, File: a.File(),
		From: a.certificate.NotBefore.UTC(), Until: a.certificate.NotAfter.UTC(), Suffixes: a.certificate.PermittedDNSDomains,
	}
	for _, n := range a.certificate.PermittedIPRanges {
		if ip, ok := netip.AddrFromSlice(n.IP); ok {
			ones, _ := n.Mask.Size()
			d.Addresses = append(d.Addresses, netip.PrefixFrom(ip.Unmap(), ones))
		}
	}
	return d
}

// isFree reports whether it may sign for everything.
func (a *Authority) isFree() bool { return len(a.certificate.PermittedDNSDomains) == 0 }

// permits refuses a name that no client would accept from this authority, be
// it a server's name or its address.
func (a *Authority) permits(word string) error {
	name, address, err := parseName(word)
	if err != nil {
		return err
	}
	d := a.Describe()
	if address.IsValid() {
		for _, p := range d.Addresses {
			if p.Contains(address) {
				return nil
			}
		}
	}
	for _, suffix := range d.Suffixes {
		if name != "" && isBelow(strings.TrimPrefix(name, "*."), suffix) {
			return nil
		}
	}
	if a.isFree() {
		return nil
	}
	return fmt.Errorf("the local authority can sign for %s alone, and every client would refuse another name", a.scope())
}

// scope says in words what it may sign for.
func (a *Authority) scope() string {
	if a.isFree() {
		return "every name"
	}
	var words []string
	d := a.Describe()
	for _, s := range d.Suffixes {
		words = append(words, s+" and *."+s)
	}
	for _, p := range d.Addresses {
		words = append(words, p.String())
	}
	return strings.Join(words, ", ")
}
