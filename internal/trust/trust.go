// Package trust is the local authority of a user: it signs the certificates of
// local names and of nothing else, puts itself into the stores where programs
// look up whom they trust, and has every client prove that it does.
package trust

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/limenhq/limen"
)

// A Vault is the directory that keeps the authority of a user.
type Vault struct {
	Directory string
	Now       func() time.Time // nil means the system's clock
}

// secretName is the one file that has both the key and the certificate, so
// that no moment has one without the other.
const secretName = "authority.pem"

// borrowedName is the file that names the directory of an authority that
// another program has made.
const borrowedName = "mkcert"

func (v Vault) now() time.Time {
	if v.Now == nil {
		return time.Now()
	}
	return v.Now()
}

// Trace returns what is left of an authority that cannot be used any more: its
// certificate, by which stores can forget it.
func (v Vault) Trace() (*Authority, error) {
	files, err := filepath.Glob(filepath.Join(globQuote(v.Directory), "limen-*.crt"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		text, err := readBounded(f)
		if err != nil {
			continue
		}
		if c, err := parseCertificate(text); err == nil {
			if a := (&Authority{certificate: c, maker: limenMade, dir: v.Directory, now: v.now}); a.File() == f {
				return a, nil
			}
		}
	}
	return nil, fs.ErrNotExist
}

// Open returns the authority, or an error that is limen.NotFound if there is
// none. One that cannot be used is refused, and never replaced.
func (v Vault) Open() (*Authority, error) {
	if dir, err := v.borrowed(); err != nil {
		return nil, err
	} else if dir != "" {
		return v.openMkcert(dir)
	}
	file := filepath.Join(v.Directory, secretName)
	text, err := readSecret(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &limen.Error{
			Kind: limen.NotFound, What: "cannot find the local authority", Why: "none has been made yet", Next: "limen trust install",
		}
	}
	if err != nil {
		return nil, err
	}
	a, err := parseAuthority(text)
	if err == nil {
		err = a.check(v.now())
	}
	if err != nil {
		return nil, unusable(file, err)
	}
	a.now, a.dir = v.now, v.Directory
	return a, a.publish()
}

func unusable(file string, why error) error {
	return &limen.Error{
		Kind: limen.Invalid, What: "cannot use the local authority in " + file, Why: why.Error(),
		Next: "limen trust remove; then limen trust install makes another",
	}
}

// Make returns the authority, and makes it if there is none. Of several who do
// so at once, all get the same.
func (v Vault) Make(suffixes []string) (*Authority, error) {
	a, err := v.Open()
	if err == nil {
		return a, a.covers(suffixes)
	}
	if !errors.Is(err, limen.NotFound) {
		return nil, err
	}
	text, err := create(suffixes, v.now())
	if err != nil {
		return nil, err
	}
	file := filepath.Join(v.Directory, secretName)
	if err := os.MkdirAll(v.Directory, 0o700); err != nil {
		return nil, unwritten(file, err, elsewhere)
	}
	draft := filepath.Join(v.Directory, ".draft-"+randomName())
	if err := writeNew(draft, text, 0o600); err != nil {
		return nil, unwritten(file, err, elsewhere)
	}
	defer os.Remove(draft)
	// A link is made whole or not at all, and not over another (link(2)).
	err = os.Link(draft, file)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, unwritten(file, err, elsewhere)
	}
	if a, err = v.Open(); err != nil {
		return nil, err
	}
	return a, a.covers(suffixes)
}

// Forget removes the authority. What it has signed is good for nothing then.
func (v Vault) Forget() error {
	if v.Directory == "" {
		return errors.New("no directory")
	}
	// Its files are known by name; what somebody else has put there stays.
	for _, pattern := range []string{secretName, borrowedName, "limen-*.crt", "bundle-*.pem", ".draft-*"} {
		files, err := filepath.Glob(filepath.Join(globQuote(v.Directory), pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	err := os.Remove(v.Directory)
	if errors.Is(err, fs.ErrNotExist) || isNotEmpty(v.Directory) {
		return nil
	}
	return err
}

func isNotEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) > 0
}

// writeNew writes a file that is not there yet, down to the disk.
func writeNew(file string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		os.Remove(file)
	}
	return err
}

// replace writes a file as a whole, in the place of one that may be there.
func replace(file string, text []byte, mode fs.FileMode) error {
	draft := filepath.Join(filepath.Dir(file), ".draft-"+randomName())
	if err := writeNew(draft, text, mode); err != nil {
		return err
	}
	if err := os.Rename(draft, file); err != nil {
		os.Remove(draft)
		return fmt.Errorf("put a file in its place: %w", err)
	}
	return nil
}

func randomName() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
