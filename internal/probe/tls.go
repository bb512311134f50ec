package probe

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// tlsPorts are where TLS begins at once, without a word in the clear before.
var tlsPorts = []uint16{
	443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 2484, 3269, 4433, 4843, 5061, 5223, 5671, 5986,
	6443, 6514, 6697, 7443, 8243, 8443, 8448, 8883, 9443, 10250, 27018,
}

// mostNames is how many names of a certificate are kept. Some have thousands.
const mostNames = 20

// startTLS goes inside TLS on the connection as it is. The server is looked
// at, not trusted: nothing is verified, everything that can be spoken is
// offered, and what it shows is kept even if it turns us away afterwards.
func (c *Conn) startTLS() {
	if c.err != nil {
		return
	}
	plain := c.conn
	secure := tls.Client(plain, &tls.Config{
		InsecureSkipVerify:   true,
		MinVersion:           tls.VersionTLS10,
		CipherSuites:         cipherSuites(),
		ServerName:           "localhost", // some servers answer no client that names nobody
		NextProtos:           c.alpn,
		GetClientCertificate: c.noCertificate,
		VerifyConnection: func(state tls.ConnectionState) error {
			c.tls = shown(state)
			return nil
		},
	})
	c.fail(secure.HandshakeContext(c.ctx))
	if c.err == nil {
		c.unbind()
		c.attach(secure)
	}
}

// noCertificate is what a server gets that wants one of us.
func (c *Conn) noCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c.wants = true
	return new(tls.Certificate), nil
}

// Protocol returns what was agreed on inside TLS, of what ALPN offered; empty
// if nothing was.
func (c *Conn) Protocol() string {
	if secure, ok := c.conn.(*tls.Conn); ok {
		return secure.ConnectionState().NegotiatedProtocol
	}
	return ""
}

// cipherSuites are all that are known, the weak ones too: a server that
// speaks nothing better is to be seen.
func cipherSuites() (all []uint16) {
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		all = append(all, s.ID)
	}
	return all
}

// shown is what a server showed of itself in a handshake.
func shown(state tls.ConnectionState) *limen.TLS {
	t := &limen.TLS{Version: strings.TrimPrefix(tls.VersionName(state.Version), "TLS ")}
	if len(state.PeerCertificates) == 0 {
		return t
	}
	cert := state.PeerCertificates[0]
	t.Names, t.Expires, t.Issuer = certificateNames(cert), cert.NotAfter.UTC(), cert.Issuer.CommonName
	if t.Issuer == "" && len(cert.Issuer.Organization) > 0 {
		t.Issuer = cert.Issuer.Organization[0]
	}
	return t
}

// certificateNames are the names and addresses a certificate is for, or who it
// belongs to where it is for none.
func certificateNames(cert *x509.Certificate) []string {
	names := slices.Clone(cert.DNSNames[:min(len(cert.DNSNames), mostNames)])
	for _, a := range cert.IPAddresses {
		if len(names) == mostNames {
			break
		}
		names = append(names, a.String())
	}
	if len(names) == 0 && cert.Subject.CommonName != "" {
		names = append(names, cert.Subject.CommonName)
	}
	return names
}

// isAlert reports whether first is how a server turns away a client that does
// not speak TLS: with an alert (RFC 8446 §5.1: type 21, version 3.x).
func isAlert(first []byte) bool {
	return len(first) >= 3 && first[0] == 21 && first[1] == 3 && first[2] <= 4
}
