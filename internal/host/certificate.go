package host

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Certify writes a certificate, for a program that wants one of its own.
func (h *Host) Certify(_ context.Context, in op.CertifyIn) (limen.Certificate, error) {
	v, err := h.vault()
	if err != nil {
		return limen.Certificate{}, err
	}
	a, err := v.Make(nil)
	if err != nil {
		return limen.Certificate{}, err
	}
	return a.Write(in.Directory, in.Force, in.Names...)
}

// certificates gives the certificates of the local authority, or nil where
// there is none: who is served then goes on without.
func (h *Host) certificates() (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	v, err := h.vault()
	if err != nil {
		return nil, nil // without a home there is no authority
	}
	a, err := v.Open()
	if errors.Is(err, limen.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a.Leaves().Certificate, nil
}
