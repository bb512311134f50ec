package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// A Machine is where stores and clients are looked for.
type Machine struct {
	Root   string              // before all directories of the system; "" is the root itself
	Home   string              // of the user whose stores they are
	Getenv func(string) string // nil means the environment's
}

func (m Machine) getenv(name string) string {
	if m.Getenv == nil {
		return os.Getenv(name)
	}
	return m.Getenv(name)
}

// A Store is a kind of place where programs look up whom they trust.
type Store struct {
	Kind string
	Find func(Machine) []Place // those that are there
	None string                // why there may be none; "" where that needs no word
	Next string
}

// Stores are all kinds, the one that most programs use first. Left out are
// bundles that programs bring themselves, such as Node's and certifi's: they
// are told by variables instead, because the next update would bring them back.
var Stores = []Store{System, Chromium, Firefox, Java}

// A Place is one store of this machine. What it does not say is true is asked
// again of the store itself, after every change.
type Place interface {
	Path() string
	Has(context.Context, *Authority) (bool, error)
	Add(context.Context, *Authority) error
	Remove(context.Context, *Authority) error
}

// A manual is a place with a command that does by hand what limen may not.
type manual interface {
	byHand(a *Authority, adding bool) string
}

// Look asks all stores whether they trust an authority.
func (m Machine) Look(ctx context.Context, a *Authority) []limen.TrustStore {
	return m.each(func(s Store, p Place) limen.TrustStore { return look(ctx, s, p, a) })
}

// Install puts an authority into every store that lacks it. Where one cannot
// have it, the others still do.
func (m Machine) Install(ctx context.Context, a *Authority) []limen.TrustStore {
	return m.each(func(s Store, p Place) limen.TrustStore { return change(ctx, s, p, a, true) })
}

// Remove takes an authority out of every store that has it, and takes out
// nothing else.
func (m Machine) Remove(ctx context.Context, a *Authority) []limen.TrustStore {
	return m.each(func(s Store, p Place) limen.TrustStore { return change(ctx, s, p, a, false) })
}

func (m Machine) each(do func(Store, Place) limen.TrustStore) (all []limen.TrustStore) {
	for _, s := range Stores {
		places := s.Find(m)
		for _, p := range places {
			all = append(all, do(s, p))
		}
		if len(places) == 0 {
			all = append(all, limen.TrustStore{Kind: s.Kind, State: limen.StoreAbsent, Why: s.None, Next: s.Next})
		}
	}
	return all
}

func look(ctx context.Context, s Store, p Place, a *Authority) limen.TrustStore {
	seen := limen.TrustStore{Kind: s.Kind, Place: p.Path(), State: limen.StoreLacks}
	has, err := p.Has(ctx, a)
	switch {
	case err != nil:
		seen.State, seen.Why = limen.StoreUnseen, err.Error()
		var known *limen.Error
		if errors.As(err, &known) {
			seen.Why, seen.Next = known.Why, known.Next
		}
	case has:
		seen.State = limen.StoreTrusts
	}
	return seen
}

func change(ctx context.Context, s Store, p Place, a *Authority, adding bool) limen.TrustStore {
	do, wanted := p.Remove, limen.StoreLacks
	if adding {
		do, wanted = p.Add, limen.StoreTrusts
	}
	if seen := look(ctx, s, p, a); seen.State == wanted || seen.State == limen.StoreUnseen {
		return seen
	}
	err := do(ctx, a)
	seen := look(ctx, s, p, a)
	seen.Changed = seen.State == wanted
	if err != nil {
		seen.Why = err.Error()
		if m, ok := p.(manual); ok && errors.Is(err, fs.ErrPermission) {
			seen.Why, seen.Next = "only root may change it: "+err.Error(), m.byHand(a, adding)
		}
	}
	return seen
}

// parseCertificate reads one certificate, as text or not.
func parseCertificate(text []byte) (*x509.Certificate, error) {
	if der := decodeOne(text); der != nil {
		text = der
	}
	return x509.ParseCertificate(text)
}

// holds reports whether a file has the certificate of an authority. One that
// has something else is not ours, whatever its name.
func holds(file string, a *Authority) (bool, error) {
	text, err := readBounded(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return bytes.Equal(decodeOne(text), a.certificate.Raw), nil
}

// quote returns a word as a shell takes it for one.
func quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func (m Machine) system(path string) string {
	return filepath.Join(m.Root+"/", filepath.FromSlash(path))
}
