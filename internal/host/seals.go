package host

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/trust"
)

// Seals are the certificates by which names are answered over TLS. The
// authority that signs them may be replaced at any time: limen trust is another
// process.
type seals struct {
	host     *Host
	suffixes []string

	mu        sync.Mutex // guards what follows
	authority *trust.Authority
	leaves    *trust.Leaves
	scope     []string    // it signs for these names and all below them; for all if there is none
	made      os.FileInfo // of the file that has the authority
	looked    time.Time
	failed    error
	trusted   bool      // a store has the authority
	wasAsked  bool      // it is known whether one has
	asked     time.Time // when that was
}

// mostSealAge is how long an authority is used before its file is looked at again.
const mostSealAge = time.Second

func (h *Host) newSeals(suffixes []string) *seals { return &seals{host: h, suffixes: suffixes} }

// certificate is a tls.Config's GetCertificate.
func (s *seals) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	err := s.open()
	leaves := s.leaves
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c, err := leaves.Certificate(hello)
	if c == nil && err == nil {
		err = errUnsealed
	}
	return c, err
}

var errUnsealed = errors.New("the local authority may not sign for this name")

// open opens the authority, or makes it if there is none: that nobody trusts it
// yet is for a person to change. The caller holds mu.
func (s *seals) open() error {
	now := s.host.now()
	if age := now.Sub(s.looked); 0 <= age && age < mostSealAge {
		return s.failed
	}
	s.looked = now
	v, err := s.host.vault()
	if err != nil {
		s.failed = err
		return err
	}
	info, err := os.Stat(filepath.Join(v.Directory, "authority.pem"))
	if err == nil && s.made != nil && os.SameFile(info, s.made) && info.ModTime().Equal(s.made.ModTime()) {
		return s.failed
	}
	a, err := v.Open()
	if errors.Is(err, limen.NotFound) {
		a, err = v.Make(slices.DeleteFunc(slices.Clone(s.suffixes), func(n string) bool { return n == "localhost" }))
	}
	if s.failed = err; err != nil {
		return err
	}
	s.authority, s.leaves, s.scope, s.asked = a, a.Leaves(), a.Describe().Suffixes, time.Time{}
	s.made, _ = os.Stat(filepath.Join(v.Directory, "authority.pem")) // one of mkcert's has no such file, and is opened anew each time
	return nil
}

// fault says why nothing can be signed; nil if it can.
func (s *seals) fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open()
}

// signs reports whether the authority signs for a name.
func (s *seals) signs(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open() != nil {
		return false
	}
	return len(s.scope) == 0 || slices.ContainsFunc(s.scope, func(suffix string) bool {
		return name == suffix || strings.HasSuffix(name, "."+suffix)
	})
}

// mostTrustAge is how long it is believed what the stores have said: some are
// asked by starting their tools.
const mostTrustAge = 10 * time.Second

// gap says what browsers will show, if no store trusts the authority. It may take
// as long as the tools of stores do.
func (s *seals) gap(ctx context.Context) *limen.Gap {
	s.mu.Lock()
	err := s.open()
	a, age := s.authority, s.host.now().Sub(s.asked)
	isKnown := s.trusted && 0 <= age && age < mostTrustAge
	s.mu.Unlock()
	switch {
	case err != nil:
		g := gapOf("HTTPS", err, "limen trust")
		return &g
	case isKnown:
		return nil
	}
	isTrusted := slices.ContainsFunc(s.host.trustMachine().Look(ctx, a), func(t limen.TrustStore) bool { return t.State == limen.StoreTrusts })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.authority == a {
		s.trusted, s.asked, s.wasAsked = isTrusted, s.host.now(), true
	}
	if isTrusted {
		return nil
	}
	g := padlock
	return &g
}

// padlock is what is missing without trust.
var padlock = limen.Gap{
	What: "the padlock", Why: "no store has the local authority yet: browsers will say that the connection is not private", Next: "limen trust install",
}

// known is gap as far as it is known already.
func (s *seals) known() *limen.Gap {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wasAsked || s.trusted {
		return nil
	}
	g := padlock
	return &g
}
