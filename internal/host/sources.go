package host

import (
	"context"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Sources says which ways to look at this machine serve.
func (h *Host) Sources(ctx context.Context, _ op.SourcesIn) (s limen.Sources, err error) {
	s.Machine, s.Time = h.moment()
	r := h.sockets
	r.Memory = h.memory()
	s.Sources = r.Sources(ctx)
	return s, ctx.Err()
}

// memory is the file in which holders are kept for the next question, or "" if
// there is no place for it.
func (h *Host) memory() string {
	dir, err := h.cache()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "limen", "holders")
}
