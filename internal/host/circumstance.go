package host

import (
	"context"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/proxy"
)

// circumstance says what is known of a route that leads nowhere: who was there
// last, and what starts it.
func (b *harbour) circumstance(ctx context.Context, r limen.Route) (c proxy.Circumstance) {
	subject := r.Subject
	if subject == nil {
		return c
	}
	c.Directory = subject.Project
	b.mu.Lock()
	gone, wasHere := b.last[*subject]
	b.mu.Unlock()
	if wasHere {
		p := gone.owner.Process
		c.Last = fmt.Sprintf("%s (pid %d), until %s ago", limen.Unmistakable(p.Name), p.PID, roughly(b.host.now().Sub(gone.at)))
		c.Command, c.Directory = strings.Join(p.Command, " "), p.Directory
		if p.Framework != nil {
			c.Framework = p.Framework.Name
		}
	}
	apps, err := b.host.Apps(ctx, op.AppsIn{})
	if err != nil {
		return c
	}
	for _, a := range apps.Apps {
		if a.Project != subject.Project || r.Source == limen.RouteRun && subject.Program != "" && a.Name != subject.Program {
			continue
		}
		c.Command, c.Directory = "limen restart "+a.Name, a.Project
		if a.State == limen.AppStarting || a.State == limen.AppRestarting || a.State == limen.AppWaiting {
			c.IsStarting, c.Progress = true, fmt.Sprintf("%s is %v", a.Name, a.State)
		}
	}
	return c
}
