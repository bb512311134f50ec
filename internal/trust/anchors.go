package trust

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// System is what the system's own libraries trust, and most programs with them.
var System = Store{
	Kind: "system", Find: findSystem,
	None: "this system has no directory for authorities of its own that limen knows",
	Next: "let its manual say how a certificate is trusted; limen trust status names the file",
}

// A layout is how a system is told of authorities: a directory, and a program
// that makes the bundles anew from it.
type layout struct {
	directory string
	ending    string   // of the files that are taken
	tool      []string // what makes the bundles anew
	afresh    []string // the same where something has gone; nil for tool
	systems   string
}

// layouts are those of all systems, the more particular first: Fedora has the
// directory of Debian, too, when a package has put something there.
var layouts = []layout{
	{"/etc/pki/ca-trust/source/anchors", ".pem", []string{"update-ca-trust", "extract"}, nil, "Fedora, RHEL: update-ca-trust(8)"},
	{"/etc/ca-certificates/trust-source/anchors", ".crt", []string{"update-ca-trust"}, nil, "Arch: update-ca-trust(8)"},
	{"/etc/pki/trust/anchors", ".pem", []string{"update-ca-certificates"}, nil, "openSUSE: update-ca-certificates(8)"},
	// Without --fresh a link to what has gone may stay in /etc/ssl/certs.
	{"/usr/local/share/ca-certificates", ".crt", []string{"update-ca-certificates"}, []string{"update-ca-certificates", "--fresh"}, "Debian, Ubuntu, Alpine: update-ca-certificates(8)"},
}

// bundles are where systems keep all authorities in one file; the list is that
// of Go (crypto/x509, root_linux.go and root_bsd.go).
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/usr/local/etc/ssl/cert.pem",
}

// An anchor is the directory of a layout on this machine.
type anchor struct {
	layout
	machine Machine
}

func findSystem(m Machine) []Place {
	if own := native(m); own != nil {
		return own
	}
	for _, l := range layouts {
		if info, err := os.Stat(m.system(l.directory)); err == nil && info.IsDir() {
			return []Place{anchor{l, m}}
		}
	}
	// The directory may be missing where nobody has needed it yet; the tool is not.
	for _, l := range layouts {
		if m.Root == "" && l.directory == layouts[len(layouts)-1].directory && find(l.tool[0]) != "" {
			return []Place{anchor{l, m}}
		}
	}
	return nil
}

func (p anchor) Path() string { return p.machine.system(p.directory) }

func (p anchor) file(a *Authority) string { return filepath.Join(p.Path(), a.mark()+p.ending) }

// Has reports whether it is in the directory, and in the bundle, where there is
// one: a file that no program has taken up yet helps nobody.
func (p anchor) Has(_ context.Context, a *Authority) (bool, error) {
	has, err := holds(p.file(a), a)
	if err != nil || !has {
		return false, err
	}
	text, err := p.machine.bundle()
	if err != nil || text == nil {
		return err == nil, err
	}
	return contains(text, a.certificate.Raw), nil
}

func (p anchor) Add(ctx context.Context, a *Authority) error {
	file := p.file(a)
	// Whatever the name, what is not ours is not written over.
	if has, err := holds(file, a); err != nil {
		return err
	} else if !has {
		if err := os.MkdirAll(p.Path(), 0o755); err != nil {
			return err
		}
		if err := writeNew(file, a.text(), 0o644); err != nil {
			return err
		}
	}
	return p.renew(ctx, p.tool)
}

func (p anchor) Remove(ctx context.Context, a *Authority) error {
	has, err := holds(p.file(a), a)
	if err != nil {
		return err
	}
	if has {
		if err := os.Remove(p.file(a)); err != nil {
			return err
		}
	}
	if p.afresh != nil {
		return p.renew(ctx, p.afresh)
	}
	return p.renew(ctx, p.tool)
}

// renew makes the bundles anew. Below another root that is left to whoever
// lives there.
func (p anchor) renew(ctx context.Context, tool []string) error {
	if p.machine.Root != "" {
		return nil
	}
	path := find(tool[0])
	if path == "" {
		return fmt.Errorf("the program %s is not installed, which tells the system's programs (%s)", tool[0], p.systems)
	}
	_, err := run(ctx, nil, append([]string{path}, tool[1:]...)...)
	return err
}

func (p anchor) byHand(a *Authority, adding bool) string {
	if adding {
		return fmt.Sprintf("sudo install -D -m 644 %s %s && sudo %s", quote(a.File()), quote(p.file(a)), strings.Join(p.tool, " "))
	}
	tool := p.tool
	if p.afresh != nil {
		tool = p.afresh
	}
	return fmt.Sprintf("sudo rm %s && sudo %s", quote(p.file(a)), strings.Join(tool, " "))
}

// bundle returns what the system's programs trust, as text; nil if there is no
// such file.
func (m Machine) bundle() ([]byte, error) {
	for _, b := range bundles {
		text, err := readBundle(m.system(b))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return text, err
	}
	return nil, nil
}
