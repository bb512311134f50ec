package host

import (
	"context"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Leases says which ports are leased.
func (h *Host) Leases(ctx context.Context, _ op.LeasesIn) (limen.Leases, error) {
	records, gaps, err := h.records(ctx)
	if err != nil {
		return limen.Leases{}, err
	}
	defer records.Close()
	_, now := h.moment()
	all, err := records.Leases(ctx, now)
	return limen.Leases{Leases: all, Gaps: gaps}, err
}

// Release ends leases. A word that fits none ends nothing at all.
func (h *Host) Release(ctx context.Context, in op.ReleaseIn) (limen.Leases, error) {
	if len(in.Words) == 0 {
		return limen.Leases{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot release a port", Why: "none is named", Next: "limen leases shows what is leased",
		}
	}
	records, gaps, err := h.records(ctx)
	if err != nil {
		return limen.Leases{}, err
	}
	defer records.Close()
	_, now := h.moment()
	all, err := records.Leases(ctx, now)
	if err != nil {
		return limen.Leases{}, err
	}
	here := h.projectAt(in.Directory)
	var meant []limen.Lease
	for _, word := range in.Words {
		found := named(all, word, here)
		if len(found) == 0 {
			return limen.Leases{}, &limen.Error{
				Kind: limen.NotFound, What: fmt.Sprintf("cannot release %q", word),
				Why: "no lease has that port, or that name in this project", Next: "limen leases shows what is leased",
			}
		}
		meant = append(meant, found...)
	}
	for _, l := range meant {
		if _, err := records.Release(ctx, l.Port); err != nil {
			return limen.Leases{}, err
		}
	}
	return limen.Leases{Leases: meant, Gaps: gaps}, nil
}

// named returns the leases that a word means: those of a port or a range,
// else those of a name in the project here, on its branch if there is one.
func named(all []limen.Lease, word string, here limen.Project) (found []limen.Lease) {
	r, err := limen.ParsePortRange(word)
	isPort := err == nil
	for _, l := range all {
		if isPort && r.Contains(l.Port) || !isPort && l.Name == word && l.Project == here.Root && l.Branch == here.Branch {
			found = append(found, l)
		}
	}
	return slices.Clip(found)
}
