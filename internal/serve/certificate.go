package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"time"

	"github.com/limenhq/limen"
)

// certificate gives the certificate that the site was given, or else one that
// it signs itself, made when somebody first asks for it: most sites are never
// asked.
func (s *Site) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.config.GetCertificate != nil {
		if c, err := s.config.GetCertificate(hello); c != nil || err != nil {
			return c, err
		}
	}
	return s.signed()
}

// sign makes a certificate that nobody else has signed, and says so.
func (s *Site) sign() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := s.now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "limen serve, signed by itself"},
		NotBefore:    now.Add(-time.Hour), // for clocks of other devices that are slow
		NotAfter:     now.Add(30 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost", s.Origin()},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range s.hosts {
		if a, err := netip.ParseAddr(h); err == nil {
			c.IPAddresses = append(c.IPAddresses, a.AsSlice())
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	s.notice(limen.Notice{
		What: "HTTPS has a certificate that limen signed itself",
		Why:  "there is no local authority yet that browsers trust, so they warn of it",
		Next: "go on past the warning, or use http://, which browsers trust on localhost",
	})
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
