package host

import (
	"fmt"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/naming"
)

// noteRenamed says of names that projects have kept from before they were called
// otherwise, or before they were told by their workspace: nobody is to wonder
// where such a name comes from, or how to get the other one.
func (h *Host) noteRenamed(routes []limen.Route) {
	suffix := usualSuffix
	if c, _, err := h.config(); err == nil {
		suffix = c.Suffixes()[0]
	}
	projects := &h.newPeople(false).projects
	for i := range routes {
		r := &routes[i]
		if r.Subject == nil || !filepath.IsAbs(r.Subject.Project) {
			continue
		}
		p := projects.Find(r.Subject.Project)
		if p == nil || p.Root != r.Subject.Project {
			continue
		}
		now, fits := naming.Plain(*p, ending(r.Name, suffix, usualSuffix))
		if fits {
			continue
		}
		if r.Why != "" {
			r.Why += "; "
		}
		r.Why += fmt.Sprintf("its project is called %s now, and keeps this name until limen route rm %s", ending(now, usualSuffix, suffix), r.Name)
	}
}
