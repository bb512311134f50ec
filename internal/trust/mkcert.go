package trust

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// The files of mkcert's authority (mkcert, main.go, rootName and rootKeyName).
const (
	mkcertCertificate = "rootCA.pem"
	mkcertKey         = "rootCA-key.pem"
)

// FindMkcert returns the directory of an authority that mkcert has made, or "".
// It looks where mkcert itself does (mkcert, main.go, getCAROOT).
func (m Machine) FindMkcert() string {
	home := m.Home
	for _, dir := range []string{
		m.getenv("CAROOT"),
		under(m.getenv("LocalAppData"), "mkcert"),
		under(m.getenv("XDG_DATA_HOME"), "mkcert"),
		under(home, "Library", "Application Support", "mkcert"),
		under(home, ".local", "share", "mkcert"),
	} {
		if dir == "" || !filepath.IsAbs(dir) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, mkcertCertificate)); err == nil && info.Mode().IsRegular() {
			return dir
		}
	}
	return ""
}

// under joins a path, unless it would begin nowhere.
func under(dir string, rest ...string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(append([]string{dir}, rest...)...)
}

// DescribeMkcert returns what is known of mkcert's authority in a directory; its key
// is not touched.
func DescribeMkcert(dir string) (*limen.Authority, error) {
	text, err := readBounded(filepath.Join(dir, mkcertCertificate))
	if err != nil {
		return nil, err
	}
	c, err := parseCertificate(text)
	if err != nil {
		return nil, err
	}
	d := (&Authority{certificate: c, maker: mkcertMade}).Describe()
	d.File = filepath.Join(dir, mkcertCertificate)
	return d, nil
}

// Borrow uses mkcert's authority from now on, in place of one of limen's own.
func (v Vault) Borrow(dir string) (*Authority, error) {
	if own, err := os.Lstat(filepath.Join(v.Directory, secretName)); err == nil && own != nil {
		return nil, &limen.Error{
			Kind: limen.Busy, What: "cannot use the authority of mkcert", Why: "limen has one of its own, and stores may trust it",
			Next: "limen trust remove; then limen trust install --mkcert",
		}
	}
	if _, err := v.openMkcert(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(v.Directory, 0o700); err != nil {
		return nil, err
	}
	if err := replace(filepath.Join(v.Directory, borrowedName), []byte(dir+"\n"), 0o600); err != nil {
		return nil, err
	}
	return v.Open()
}

// borrowed returns the directory of the authority that is used in place of our
// own, or "".
func (v Vault) borrowed() (string, error) {
	text, err := readBounded(filepath.Join(v.Directory, borrowedName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	dir := strings.TrimSuffix(string(text), "\n")
	if err == nil && !filepath.IsAbs(dir) {
		err = unusable(filepath.Join(v.Directory, borrowedName), fmt.Errorf("it is damaged: %q is no directory", dir))
	}
	return dir, err
}

func (v Vault) openMkcert(dir string) (*Authority, error) {
	key, err := readSecret(filepath.Join(dir, mkcertKey))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &limen.Error{
			Kind: limen.NotFound, What: "cannot use the authority of mkcert in " + dir, Why: "its key is not there: " + mkcertKey,
			Next: "limen trust remove; then limen trust install makes one of limen's own",
		}
	}
	if err != nil {
		return nil, err
	}
	certificate, err := readBounded(filepath.Join(dir, mkcertCertificate))
	if err != nil {
		return nil, err
	}
	a, err := parseAuthority(bytes.Join([][]byte{key, certificate}, []byte("\n")))
	if err == nil {
		a.maker, a.now, a.dir = mkcertMade, v.now, v.Directory
		err = a.check(v.now())
	}
	if err != nil {
		return nil, unusable(dir, err)
	}
	if _, err := os.Stat(v.Directory); err != nil {
		return a, nil // before it is borrowed
	}
	return a, a.publish()
}

// readBounded reads a file that is small, or refuses it.
func readBounded(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostSecret+1))
	if err == nil && len(text) > mostSecret {
		err = fmt.Errorf("%s has more than %d bytes", file, mostSecret)
	}
	return text, err
}

// decodeOne returns what the first certificate of a text is made of.
func decodeOne(text []byte) []byte {
	for {
		block, rest := pem.Decode(text)
		if block == nil || block.Type == typeCertificate {
			if block == nil {
				return nil
			}
			return block.Bytes
		}
		text = rest
	}
}
