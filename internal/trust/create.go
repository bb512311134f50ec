package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// lifetime is how long an authority is good for. Ten years of a key that can
// sign for nothing but this machine are no risk; a shorter time is one more
// morning on which nothing works.
const lifetime = 10 * 365 * 24 * time.Hour

// loopback are all addresses that no other machine can have (RFC 1122, section
// 3.2.1.3, and RFC 4291, section 2.5.3).
var loopback = []*net.IPNet{
	{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
	{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
}

// create makes an authority, as the text of the file that keeps it.
func create(suffixes []string, now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	permitted := []string{localhost}
	for _, s := range suffixes {
		if s, err = parseSuffix(s); err != nil {
			return nil, err
		}
		if !slices.Contains(permitted, s) {
			permitted = append(permitted, s)
		}
	}
	c := &x509.Certificate{
		SerialNumber: serial,
		// The number tells two of them apart in a list of a browser.
		Subject:   pkix.Name{Organization: []string{organization}, CommonName: "limen local authority " + hex.EncodeToString(serial.Bytes()[:4])},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, // no authority below it
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, // no programs, no mail, no clients

		// Names of a kind for which nothing is permitted are all permitted (RFC
		// 5280, section 4.2.1.10), so every kind has something. Critical: who does
		// not understand this has to refuse the whole.
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         permitted,
		PermittedIPRanges:           loopback,
		PermittedEmailAddresses:     []string{localhost},
		PermittedURIDomains:         []string{localhost},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	pem.Encode(&text, &pem.Block{Type: typeKey, Bytes: secret}) // a Buffer takes all
	pem.Encode(&text, &pem.Block{Type: typeCertificate, Bytes: der})
	return text.Bytes(), nil
}

const organization = "limen, for development on this machine"

// The types of blocks (RFC 7468, sections 5 and 10).
const (
	typeCertificate = "CERTIFICATE"
	typeKey         = "PRIVATE KEY"
)

// newSerial returns a number that nobody has had before: 127 random bits with
// one in front (RFC 5280, section 4.1.2.2, allows 20 octets, and no zero).
func newSerial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	return n.SetBit(n, 126, 1), nil
}

// covers refuses an authority that does not permit what is wanted of it.
func (a *Authority) covers(suffixes []string) error {
	for _, s := range suffixes {
		s, err := parseSuffix(s)
		if err != nil {
			return err
		}
		if a.permits(s) != nil {
			return &limen.Error{
				Kind: limen.Busy, What: "cannot let the local authority sign for " + s,
				Why:  "it is there already and may sign for " + a.scope() + " alone; what it may is part of its certificate",
				Next: "limen trust remove; then limen trust install --suffix " + s,
			}
		}
	}
	return nil
}
