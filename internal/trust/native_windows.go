package trust

import (
	"bytes"
	"context"
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A rootStore is the current user's list of authorities. Windows asks the user
// before it takes one up or forgets one (wincrypt.h, CertOpenSystemStore).
type rootStore struct{}

func native(m Machine) []Place {
	if m.Root != "" {
		return nil
	}
	return []Place{rootStore{}}
}

func (rootStore) Path() string { return `Cert:\CurrentUser\Root` }

// encoding is what certificates are written in (wincrypt.h).
const encoding = windows.X509_ASN_ENCODING | windows.PKCS_7_ASN_ENCODING

// with opens the list, and lets do have the entry of an authority, or nil. An
// entry is freed by whoever gets it.
func (rootStore) with(a *Authority, do func(list windows.Handle, entry *windows.CertContext) error) error {
	name, err := windows.UTF16PtrFromString("ROOT")
	if err != nil {
		return err
	}
	list, err := windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM, 0, 0, windows.CERT_SYSTEM_STORE_CURRENT_USER, uintptr(unsafe.Pointer(name)))
	if err != nil {
		return err
	}
	defer windows.CertCloseStore(list, 0)
	var entry *windows.CertContext
	for {
		// Each call frees the entry that it is given.
		entry, err = windows.CertEnumCertificatesInStore(list, entry)
		if errors.Is(err, windows.Errno(windows.CRYPT_E_NOT_FOUND)) {
			return do(list, nil)
		}
		if err != nil {
			return err
		}
		if bytes.Equal(unsafe.Slice(entry.EncodedCert, entry.Length), a.certificate.Raw) {
			return do(list, entry)
		}
	}
}

func (p rootStore) Has(_ context.Context, a *Authority) (has bool, err error) {
	err = p.with(a, func(_ windows.Handle, entry *windows.CertContext) error {
		if has = entry != nil; has {
			return windows.CertFreeCertificateContext(entry)
		}
		return nil
	})
	return has, err
}

func (p rootStore) Add(_ context.Context, a *Authority) error {
	return p.with(a, func(list windows.Handle, entry *windows.CertContext) error {
		if entry != nil {
			return windows.CertFreeCertificateContext(entry)
		}
		raw := a.certificate.Raw
		made, err := windows.CertCreateCertificateContext(encoding, &raw[0], uint32(len(raw)))
		if err != nil {
			return err
		}
		defer windows.CertFreeCertificateContext(made)
		return windows.CertAddCertificateContextToStore(list, made, windows.CERT_STORE_ADD_NEW, nil)
	})
}

func (p rootStore) Remove(_ context.Context, a *Authority) error {
	return p.with(a, func(_ windows.Handle, entry *windows.CertContext) error {
		if entry == nil {
			return nil
		}
		return windows.CertDeleteCertificateFromStore(entry) // which frees it, too
	})
}
