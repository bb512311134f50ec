package host

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

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

// routeRecords are the records, and the names in them: also those that were given a
// moment ago, and are not there yet.
func (h *Host) routeRecords(ctx context.Context) (records *store.Store, all []limen.Route, gaps []limen.Gap, err error) {
	if records, gaps, err = h.records(ctx); err != nil {
		return nil, nil, nil, err
	}
	var late map[berthKey]limen.Route
	if b := h.harbour.Load(); b != nil {
		late = b.late() // before the records are read: what is saved meanwhile is in both
	}
	if all, err = records.Routes(ctx); err != nil {
		records.Close()
		return nil, nil, nil, err
	}
	all = slices.DeleteFunc(all, func(r limen.Route) bool { _, isLate := late[keyOf(r)]; return isLate })
	return records, slices.AppendSeq(all, maps.Values(late)), gaps, nil
}
