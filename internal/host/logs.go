package host

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/journal"
	"github.com/limenhq/limen/internal/manifest"
	"github.com/limenhq/limen/internal/op"
)

// Logs gives what the apps of a project have printed, also those that have
// ended.
func (h *Host) Logs(ctx context.Context, in op.LogsIn, next func(limen.LogLine) error) error {
	project, err := h.projectOfApps(ctx, in.AppsIn)
	if err != nil {
		return err
	}
	kept, err := h.linesOf(project)
	if err != nil {
		return err
	}
	defer kept.Close() // it was only read
	known, err := kept.Apps()
	if err != nil {
		return err
	}
	running, err := h.Apps(ctx, op.AppsIn{Directory: project})
	if err != nil {
		return err
	}
	for _, a := range running.Apps {
		if a.Project == project && !slices.Contains(known, a.Name) {
			known = append(known, a.Name) // has printed nothing yet
		}
	}
	for _, name := range in.Names {
		if !slices.Contains(known, name) {
			return &limen.Error{
				Kind: limen.NotFound, What: fmt.Sprintf("cannot show what %q has printed", name),
				Why: "nothing of it is kept: limen up keeps what its apps print, limen run leaves it on its terminal", Next: "limen ps",
			}
		}
	}
	if len(in.Names) > 0 {
		known = in.Names
	}
	if len(known) == 0 {
		return &limen.Error{
			Kind: limen.NotFound, What: "cannot show what apps have printed",
			Why: "nothing is kept of " + project, Next: "limen up starts the apps of a project; limen ps shows those that run",
		}
	}
	err = kept.Read(ctx, journal.Question{Apps: known, Last: in.Last, Since: in.Since, Follow: in.Follow}, next)
	if ctx.Err() != nil && in.Follow {
		return nil // following has no other end
	}
	return err
}

// projectOfApps is the project whose apps are meant in a directory: that of its
// manifest, or else that of an app that runs.
func (h *Host) projectOfApps(ctx context.Context, in op.AppsIn) (string, error) {
	found, err := manifest.Find(in.Directory, "")
	if err == nil && found.File != "" {
		return filepath.Dir(found.File), nil
	}
	now, err := h.Apps(ctx, in)
	if err != nil || len(now.Apps) == 0 {
		return in.Directory, err
	}
	return now.Apps[0].Project, nil
}

// sweepJournals removes what the apps of projects have printed that are not there
// any more, and of which none runs.
func (h *Host) sweepJournals(ctx context.Context) error {
	shelf, err := h.journals()
	if err != nil {
		return nil // nothing is kept anywhere
	}
	running, err := h.Apps(ctx, op.AppsIn{})
	if err != nil {
		return err
	}
	return shelf.Sweep(h.now(), func(project string) bool {
		return isGone(project) && !slices.ContainsFunc(running.Apps, func(a limen.App) bool { return a.Project == project })
	})
}
