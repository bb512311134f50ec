package host

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/trust"
)

// vault is where the local authority of whoever asks is kept.
func (h *Host) vault() (trust.Vault, error) {
	dir, err := h.state()
	if err != nil {
		return trust.Vault{}, &limen.Error{
			Kind: limen.Denied, What: "cannot keep a local authority", Why: err.Error(), Next: "say where: set XDG_STATE_HOME, or HOME",
		}
	}
	return trust.Vault{Directory: filepath.Join(dir, "authority"), Now: h.now}, nil
}

// trustMachine is where the stores of whoever asks are. Without a home there
// are those of the system.
func (h *Host) trustMachine() trust.Machine {
	home, err := h.home()
	if err != nil {
		home = ""
	}
	return trust.Machine{Home: home}
}

// Trust says who trusts the local authority.
func (h *Host) Trust(ctx context.Context, _ op.TrustIn) (limen.Trust, error) {
	v, err := h.vault()
	if err != nil {
		return limen.Trust{}, err
	}
	a, err := v.Open()
	if errors.Is(err, limen.NotFound) {
		return h.newTrust(nil), nil
	}
	if err != nil {
		return limen.Trust{}, err
	}
	answer := h.newTrust(a)
	answer.Stores = h.trustMachine().Look(ctx, a)
	return answer, h.prove(ctx, a, &answer)
}

// Install makes the local authority, and puts it into every store.
func (h *Host) Install(ctx context.Context, in op.InstallIn) (limen.Trust, error) {
	v, err := h.vault()
	if err != nil {
		return limen.Trust{}, err
	}
	m := h.trustMachine()
	var a *trust.Authority
	if in.Mkcert {
		a, err = borrow(v, m, in)
	} else {
		a, err = v.Make(in.Suffixes)
	}
	if err != nil {
		return limen.Trust{}, err
	}
	answer := h.newTrust(a)
	answer.Stores = m.Install(ctx, a)
	return answer, h.prove(ctx, a, &answer)
}

func borrow(v trust.Vault, m trust.Machine, in op.InstallIn) (*trust.Authority, error) {
	dir := m.FindMkcert()
	switch {
	case len(in.Suffixes) > 0:
		return nil, &limen.Error{
			Kind: limen.Invalid, What: "cannot choose suffixes for the authority of mkcert", Why: "it signs for every name", Next: "leave --suffix out",
		}
	case dir == "":
		return nil, &limen.Error{
			Kind: limen.NotFound, What: "cannot use the authority of mkcert", Why: "there is none where mkcert keeps it",
			Next: "set CAROOT, or leave --mkcert out for one of limen's own, which cannot sign for other sites",
		}
	}
	return v.Borrow(dir)
}

// Distrust takes the local authority out of every store. Its key goes when the
// last store has forgotten it: until then its fingerprint is needed.
func (h *Host) Distrust(ctx context.Context, _ op.DistrustIn) (limen.Trust, error) {
	v, err := h.vault()
	if err != nil {
		return limen.Trust{}, err
	}
	a, err := v.Open()
	if err != nil && !errors.Is(err, limen.NotFound) {
		var gone error
		if a, gone = v.Trace(); errors.Is(gone, fs.ErrNotExist) {
			return limen.Trust{}, err
		} else if gone != nil {
			return limen.Trust{}, gone
		}
	} else if err != nil {
		return h.newTrust(nil), nil
	}
	answer := h.newTrust(a)
	answer.Stores = h.trustMachine().Remove(ctx, a)
	for _, s := range answer.Stores {
		if s.State == limen.StoreTrusts || s.State == limen.StoreUnseen {
			return answer, nil
		}
	}
	if err := v.Forget(); err != nil {
		return answer, err
	}
	answer.Authority = nil
	return answer, nil
}

func (h *Host) newTrust(a *trust.Authority) limen.Trust {
	var t limen.Trust
	t.Machine, t.Time = h.moment()
	if a != nil {
		t.Authority = a.Describe()
	}
	dir := h.trustMachine().FindMkcert()
	if dir == "" {
		return t
	}
	other, err := trust.DescribeMkcert(dir)
	switch {
	case err != nil:
		t.Gaps = append(t.Gaps, limen.Gap{What: "the authority of mkcert", Why: err.Error(), Next: "mkcert -install"})
	case t.Authority == nil || other.Fingerprint != t.Authority.Fingerprint:
		t.Other = other
	}
	return t
}

// prove adds what came of the handshakes.
func (h *Host) prove(ctx context.Context, a *trust.Authority, t *limen.Trust) error {
	clients, gaps, err := h.trustMachine().Prove(ctx, a, h.environ())
	t.Clients, t.Gaps = clients, append(t.Gaps, gaps...)
	return err
}

// trusted returns the variables that make a program trust the local authority,
// if there is one. Whatever cannot be told to a program it does without.
func (h *Host) trusted(env []string) []string {
	v, err := h.vault()
	if err != nil {
		return nil
	}
	a, err := v.Open()
	if err != nil {
		return nil // limen trust says why
	}
	set, _ := a.Environment(h.trustMachine(), env)
	return set
}
