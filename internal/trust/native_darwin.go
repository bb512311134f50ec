package trust

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
)

// A keychain is that of the user: the system's would ask for a password of an
// administrator, and other users have no use for this authority.
type keychain struct{ file string }

func native(m Machine) []Place {
	if m.Root != "" || m.Home == "" {
		return nil
	}
	return []Place{keychain{filepath.Join(m.Home, "Library", "Keychains", "login.keychain-db")}}
}

func (p keychain) Path() string { return p.file }

func (p keychain) security(ctx context.Context, words ...string) ([]byte, error) {
	return run(ctx, nil, append([]string{"/usr/bin/security"}, words...)...)
}

// Has asks for the certificate by its name (-p writes it as PEM), and lets the
// system judge it with the user's own settings of trust.
func (p keychain) Has(ctx context.Context, a *Authority) (bool, error) {
	text, err := p.security(ctx, "find-certificate", "-a", "-c", a.certificate.Subject.CommonName, "-p", p.file)
	var none *failure
	if errors.As(err, &none) {
		return false, nil
	}
	if err != nil || !bytes.Equal(decodeOne(text), a.certificate.Raw) {
		return false, err
	}
	_, err = p.security(ctx, "verify-cert", "-c", a.File(), "-l", "-L", "-p", "ssl")
	if errors.As(err, &none) {
		return false, nil
	}
	return err == nil, err
}

// Add makes the system ask the user, who has to agree.
func (p keychain) Add(ctx context.Context, a *Authority) error {
	_, err := p.security(ctx, "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", p.file, a.File())
	return err
}

func (p keychain) Remove(ctx context.Context, a *Authority) error {
	_, err := p.security(ctx, "remove-trusted-cert", a.File())
	if err != nil {
		return err
	}
	_, err = p.security(ctx, "delete-certificate", "-Z", sha1Of(a), p.file)
	return err
}
