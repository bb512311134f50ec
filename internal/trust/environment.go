package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A variable tells a kind of program of authorities that the system's own list
// does not have.
type variable struct {
	name    string
	isAdded bool // its file comes beside what the program trusts; else in its place
	readers string
}

// variables are all of them. What is read in place of a list gets a file with
// all that the system trusts and the authority.
var variables = []variable{
	{"NODE_EXTRA_CA_CERTS", true, "Node (cli.html, NODE_EXTRA_CA_CERTS)"},
	{"SSL_CERT_FILE", false, "OpenSSL, and with it Python, Ruby and PHP (X509_get_default_cert_file_env(3)); Go on Unix (crypto/x509, root_unix.go)"},
	{"REQUESTS_CA_BUNDLE", false, "requests of Python, which has a list of its own"},
	{"CURL_CA_BUNDLE", false, "curl (curl(1), --cacert)"},
	{"DENO_CERT", true, "Deno"},
}

// Environment returns the variables, as NAME=VALUE, that make a program trust
// the authority without any store. Env is what the program gets otherwise: a
// file that it names already is taken over into the new one. What cannot be
// told is a gap, and the program trusts what it would have trusted.
func (a *Authority) Environment(m Machine, env []string) (set []string, gaps []limen.Gap) {
	for _, v := range variables {
		value, err := a.fileFor(m, v, lookup(env, v.name))
		if err != nil {
			gaps = append(gaps, limen.Gap{What: "trust by way of " + v.name, Why: err.Error(), Next: "limen trust status"})
			continue
		}
		set = append(set, v.name+"="+value)
	}
	return set, gaps
}

// lookup returns the last value of a variable, which is the one that counts.
func lookup(env []string, name string) (value string) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

func (a *Authority) fileFor(m Machine, v variable, before string) (string, error) {
	var text []byte
	var err error
	switch {
	case before != "":
		if text, err = readBundle(before); v.isAdded && errors.Is(err, fs.ErrNotExist) {
			return a.File(), nil // Node goes on without it, too
		}
	case v.isAdded:
		return a.File(), nil
	default:
		if text, err = m.bundle(); err == nil && text == nil {
			err = errors.New("this system has no file of all that it trusts, and without that nothing else would be trusted")
		}
	}
	if err != nil {
		return "", err
	}
	return a.keep(merge(slices.Clone(text), a))
}

// keep writes a bundle to a file that is named for what is in it, so that no
// program sees one change that it reads.
func (a *Authority) keep(text []byte) (string, error) {
	sum := sha256.Sum256(text)
	file := filepath.Join(a.dir, "bundle-"+hex.EncodeToString(sum[:8])+".pem")
	if info, err := os.Stat(file); err == nil && info.Size() == int64(len(text)) {
		return file, nil
	}
	return file, replace(file, text, 0o644)
}
