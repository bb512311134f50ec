package host

import (
	"context"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/store"
)

// records opens what limen remembers of whoever asks. The caller closes it.
func (h *Host) records(ctx context.Context) (*store.Store, []limen.Gap, error) {
	dir, err := h.state()
	if err != nil {
		return nil, nil, &limen.Error{
			Kind: limen.Denied, What: "cannot keep anything", Why: err.Error(), Next: "say where: set XDG_STATE_HOME, or HOME",
		}
	}
	s, err := store.Open(ctx, filepath.Join(dir, "limen.db"))
	if err != nil {
		return nil, nil, err
	}
	if s.Kept == "" {
		return s, nil, nil
	}
	return s, []limen.Gap{{
		What: "what limen had remembered",
		Why:  "its file was damaged; limen has begun a new one",
		Next: "the damaged one is kept whole: " + s.Kept,
	}}, nil
}

// routeRecords are the records, and the names in them.
func (h *Host) routeRecords(ctx context.Context) (*store.Store, []limen.Route, error) {
	records, _, err := h.records(ctx)
	if err != nil {
		return nil, nil, err
	}
	all, err := records.Routes(ctx)
	if err != nil {
		records.Close()
		return nil, nil, err
	}
	return records, all, nil
}
