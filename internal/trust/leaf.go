package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// leafTime is how long a certificate of a server is good for: the most that
// browsers will take from 2029 on (CA/Browser Forum, ballot SC-081v3).
const leafTime = 47 * 24 * time.Hour

// slack is how far back a certificate begins, for clocks that are slow.
const slack = time.Hour

// Certificate makes a certificate for names and addresses. The key is new.
func (a *Authority) Certificate(names ...string) (*tls.Certificate, error) {
	c, err := a.draft(names)
	if err != nil {
		return nil, err
	}
	// Browsers take P-256, and not all of them Ed25519.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// draft is a certificate that is not signed.
func (a *Authority) draft(names []string) (*x509.Certificate, error) {
	if len(names) == 0 {
		return nil, errors.New("no name")
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	now := a.now()
	c := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{organization}},
		NotBefore:    later(now.Add(-slack), a.certificate.NotBefore),
		NotAfter:     earlier(now.Add(leafTime-slack), a.certificate.NotAfter),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, word := range names {
		if err := a.permits(word); err != nil {
			return nil, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot make a certificate for %q", word), Why: err.Error(),
				Next: "use a name that ends in .localhost; for another suffix: limen trust remove, then limen trust install --suffix NAME",
			}
		}
		name, address, err := parseName(word)
		switch {
		case err != nil:
			return nil, err
		case address.IsValid():
			c.IPAddresses = append(c.IPAddresses, net.IP(address.AsSlice()))
		case !slices.Contains(c.DNSNames, name):
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	return c, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Text returns a certificate with that of its authority, and its key, as files
// have them.
func (a *Authority) Text(c *tls.Certificate) (chain, key []byte, err error) {
	for _, der := range c.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: der})...)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	return append(chain, a.text()...), pem.EncodeToMemory(&pem.Block{Type: typeKey, Bytes: secret}), err
}
