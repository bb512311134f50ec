package trust

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
)

// Chromium is what Chromium, Chrome, Edge, Brave and their kin trust on Linux,
// beside the system's authorities that they bring themselves.
var Chromium = Store{
	Kind: "chromium",
	Find: func(m Machine) []Place {
		return m.databases(
			".pki/nssdb",
			".local/share/pki/nssdb", // since 2022, where the other is not there (crypto/nss_util.cc)
			"snap/*/current/.pki/nssdb",
			".var/app/*/.pki/nssdb",
			".var/app/*/data/pki/nssdb",
		)
	},
	None: "no Chromium has made a database for this user yet",
	Next: "start the browser once, then limen trust install",
}

// Firefox is what each profile of Firefox and its kin trusts.
var Firefox = Store{
	Kind: "firefox",
	Find: func(m Machine) []Place {
		return m.databases(
			".mozilla/firefox/*",
			".config/mozilla/firefox/*", // since 147
			".librewolf/*",
			"snap/firefox/common/.mozilla/firefox/*",
			".var/app/org.mozilla.firefox/.mozilla/firefox/*",
			".var/app/org.mozilla.firefox/config/mozilla/firefox/*",
			".var/app/io.gitlab.librewolf-community/.librewolf/*",
			"Library/Application Support/Firefox/Profiles/*",
			"AppData/Roaming/Mozilla/Firefox/Profiles/*",
		)
	},
	None: "no Firefox has a profile of this user",
	Next: "start the browser once, then limen trust install",
}

// databaseName is the file of certificates in an NSS database (nss, sql: form,
// the only one that is written since NSS 3.35).
const databaseName = "cert9.db"

// mostDatabases is more than a person has profiles.
const mostDatabases = 100

// An nss is a database of Mozilla's Network Security Services.
type nss struct{ dir string }

func (m Machine) databases(patterns ...string) (all []Place) {
	var seen []string
	for _, p := range patterns {
		if m.Home == "" {
			return nil
		}
		files, err := filepath.Glob(filepath.Join(globQuote(m.Home), filepath.FromSlash(p), databaseName))
		if err != nil {
			continue // none of the patterns is malformed
		}
		for _, f := range files {
			dir := filepath.Dir(f)
			// Snaps are reached by the number of their revision and by "current".
			real, err := filepath.EvalSymlinks(dir)
			if err != nil || slices.Contains(seen, real) || len(all) == mostDatabases {
				continue
			}
			seen = append(seen, real)
			all = append(all, nss{dir})
		}
	}
	return all
}

func (p nss) Path() string { return p.dir }

// tool runs NSS's own program on the database. The format is SQLite's, but
// trust in it is sealed, and a key for that lies in another file.
func (p nss) tool(ctx context.Context, words ...string) ([]byte, error) {
	path := find("certutil")
	if path == "" {
		return nil, &limen.Error{
			Kind: limen.Unsupported, What: "cannot read " + p.dir, Why: "the program certutil of NSS is not installed",
			Next: "install it: libnss3-tools (Debian, Ubuntu), nss-tools (Fedora, Alpine), nss (Arch, Homebrew)",
		}
	}
	// An empty file for the password: it would ask a terminal otherwise.
	return run(ctx, nil, append([]string{path, "-d", "sql:" + p.dir, "-f", os.DevNull}, words...)...)
}

// Has compares the certificate itself (-r writes it as DER), and whether it is
// good as an authority for servers: -V judges it with the database's own trust.
func (p nss) Has(ctx context.Context, a *Authority) (bool, error) {
	der, err := p.read(ctx, a)
	if err != nil || !bytes.Equal(der, a.certificate.Raw) {
		return false, err
	}
	_, err = p.tool(ctx, "-V", "-n", a.mark(), "-u", "L")
	var judged *failure
	if errors.As(err, &judged) {
		return false, nil
	}
	return err == nil, err
}

// read returns the certificate of our name; nil if there is none.
func (p nss) read(ctx context.Context, a *Authority) ([]byte, error) {
	der, err := p.tool(ctx, "-L", "-n", a.mark(), "-r")
	var none *failure
	if errors.As(err, &none) && none.code == missingCode {
		return nil, nil
	}
	return der, err
}

// missingCode is how certutil ends for a name that it does not find, and for
// all else that goes wrong.
const missingCode = 255

func (p nss) Add(ctx context.Context, a *Authority) error {
	// C: an authority for servers, and for nothing else (certutil(1), -t).
	_, err := p.tool(ctx, "-A", "-n", a.mark(), "-t", "C,,", "-i", a.File())
	return err
}

func (p nss) Remove(ctx context.Context, a *Authority) error {
	der, err := p.read(ctx, a)
	if err != nil || !bytes.Equal(der, a.certificate.Raw) {
		return err
	}
	_, err = p.tool(ctx, "-D", "-n", a.mark())
	return err
}
