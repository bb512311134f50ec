package host

import (
	"context"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
)

// Number says what port numbers are for. A single port is always answered,
// also if all there is to say is that nobody has registered it.
func (h *Host) Number(_ context.Context, in op.NumberIn) (limen.Numbers, error) {
	if len(in.Words) == 0 {
		return limen.Numbers{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot look up a port number",
			Why: "none is named", Next: "limen ports 8008; or search for a word: limen ports matrix",
		}
	}
	if len(in.Words) == 1 {
		if r, err := limen.ParsePortRange(in.Words[0]); err == nil && r.From == r.To {
			return limen.Numbers{Numbers: []limen.Number{registry.Lookup(r.From, 0)}}, nil
		}
	}
	found, err := registry.Search(in.Words...)
	return limen.Numbers{Numbers: found}, err
}
