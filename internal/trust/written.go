package trust

import (
	"bytes"
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// Write makes a certificate and writes it to NAME.pem, with its key beside it
// in NAME-key.pem. What is there is not written over without force.
func (a *Authority) Write(dir string, force bool, names ...string) (limen.Certificate, error) {
	made, err := a.Certificate(names...)
	if err != nil {
		return limen.Certificate{}, err
	}
	chain, key, err := a.Text(made)
	if err != nil {
		return limen.Certificate{}, err
	}
	base := filepath.Join(dir, fileName(names[0]))
	c := limen.Certificate{File: base + ".pem", Key: base + "-key.pem", Until: made.Leaf.NotAfter.UTC()}
	c.Names = append(c.Names, made.Leaf.DNSNames...)
	for _, ip := range made.Leaf.IPAddresses {
		c.Names = append(c.Names, ip.String())
	}
	if err := a.refuseForeign(c, force); err != nil {
		return limen.Certificate{}, err
	}
	// The key first: a server that looks for changes waits for the certificate.
	for _, f := range []struct {
		name string
		text []byte
		mode fs.FileMode
	}{{c.Key, key, 0o600}, {c.File, chain, 0o644}} {
		if err := replace(f.name, f.text, f.mode); err != nil {
			return limen.Certificate{}, unwritten(f.name, err, "choose another place with --dir")
		}
	}
	return c, nil
}

// refuseForeign refuses to write over what this authority has not signed.
func (a *Authority) refuseForeign(c limen.Certificate, force bool) error {
	if force || a.hasSigned(c.File) {
		return nil
	}
	for _, file := range []string{c.File, c.Key} {
		if _, err := os.Lstat(file); err == nil {
			return &limen.Error{
				Kind: limen.Busy, What: "cannot write " + file, Why: "it is there already, and limen has not made it",
				Next: "move it away, choose another place with --dir, or write over it with --force",
			}
		}
	}
	return nil
}

// hasSigned reports whether a file begins with a certificate of this authority.
func (a *Authority) hasSigned(file string) bool {
	text, err := readBounded(file)
	if err != nil {
		return false
	}
	c, err := x509.ParseCertificate(decodeOne(text))
	return err == nil && bytes.Equal(c.RawIssuer, a.certificate.RawSubject) && c.CheckSignatureFrom(a.certificate) == nil
}

// fileName turns a server's name into that of a file, on every system.
func fileName(name string) string {
	return strings.NewReplacer("*.", "wildcard.", ":", "-", "[", "", "]", "").Replace(strings.ToLower(strings.TrimSuffix(name, ".")))
}
