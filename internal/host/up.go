package host

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/hint"
	"github.com/limenhq/limen/internal/journal"
	"github.com/limenhq/limen/internal/manifest"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/supervise"
)

// Up starts the apps of a project and keeps them running, and tells what
// happens to them and what they print.
func (h *Host) Up(ctx context.Context, in op.UpIn, next func(limen.AppEvent) error) error {
	environment := h.environment(op.RunIn{Environment: in.Environment})
	environment = slices.Concat(environment, h.trusted(environment))
	project, err := manifest.Read(manifest.Options{
		Directory: in.Directory, File: in.File, Scripts: in.Scripts, Environment: environment,
	})
	if err != nil {
		return err
	}
	waves, err := project.Order(in.Apps)
	if err != nil {
		return err
	}
	wanted := slices.Concat(waves...)
	over := h.alone(ctx, project.Directory)
	defer over()
	if err := h.notTwice(ctx, project.Directory, wanted); err != nil {
		return err
	}
	c, err := h.newCrew(cmp.Or(in.Grace, usualGrace))
	if err != nil {
		return err
	}
	c.known = over
	err = c.up(ctx, project, wanted, next)
	if left := c.dismiss(); err == nil {
		err = left
	}
	return err
}

// notTwice refuses apps that another limen runs already: two would fight for
// one port, and for one file of lines.
func (h *Host) notTwice(ctx context.Context, project string, wanted []string) error {
	now, err := h.Apps(ctx, op.AppsIn{Directory: project, Names: wanted})
	if err != nil {
		return err
	}
	for _, a := range now.Apps {
		if a.Project == project {
			return &limen.Error{
				Kind: limen.Busy, What: fmt.Sprintf("cannot start %s", a.Name),
				Why:  fmt.Sprintf("a limen (pid %d) runs it already", a.Runner.PID),
				Next: fmt.Sprintf("limen ps; limen restart %s; limen down", a.Name),
			}
		}
	}
	return nil
}

// up starts the apps that are wanted, and stays until they have ended.
func (c *crew) up(ctx context.Context, project manifest.Project, wanted []string, next func(limen.AppEvent) error) error {
	kept, err := c.host.linesOf(project.Directory)
	if err != nil {
		return err
	}
	defer kept.Close() // what was printed last is on its way to the disk by then
	c.journal = kept
	duties, err := c.duties(ctx, project, wanted)
	if err != nil {
		return err
	}
	defer func() {
		for _, d := range duties {
			closeAll(d.handed)
		}
	}()
	c.supervisor = &supervise.Supervisor{
		Now: c.host.now,
		Start: func(ctx context.Context, name string, _ int) (supervise.Running, error) {
			return c.perform(ctx, duties[name])
		},
	}
	c.main = mainOf(project, wanted)
	for _, name := range wanted {
		d := duties[name]
		c.supervisor.Apps = append(c.supervisor.Apps, d.supervised())
		c.add(limen.App{
			Name: name, Project: project.Directory, Command: d.launch.Command, Directory: d.launch.Directory,
			State: limen.AppWaiting, Told: d.launch.Port,
		})
	}
	for _, a := range c.list() {
		_, now := c.host.moment()
		if err := next(limen.AppEvent{Time: now, App: a.Name, Change: limen.AppMoved, State: a.State}); err != nil {
			return err
		}
	}
	return c.attend(ctx, next, func(os.Signal) bool { return false })
}

// fronts are what people call the app of a project that has its pages.
var fronts = []string{"web", "app", "frontend", "front", "site", "ui", "www", "client"}

// mainOf returns the app that is meant by the name of its project: the one that
// is called so, else the one that is called as those with pages are, else the
// first.
func mainOf(p manifest.Project, wanted []string) string {
	for _, name := range append([]string{filepath.Base(p.Directory)}, fronts...) {
		if slices.Contains(wanted, name) {
			return name
		}
	}
	for _, a := range p.Apps {
		if slices.Contains(wanted, a.Name) {
			return a.Name
		}
	}
	return ""
}

// linesOf opens what is kept of what the apps of a project print.
func (h *Host) linesOf(project string) (kept *journal.Journal, err error) {
	shelf, err := h.journals()
	if err == nil {
		kept, err = shelf.Open(project)
	}
	if err != nil {
		return nil, &limen.Error{
			Kind: limen.Denied, What: "cannot keep what apps print", Why: err.Error(), Next: "say where: set XDG_STATE_HOME, or HOME",
		}
	}
	return kept, nil
}

// journals is where the lines of all projects are kept.
func (h *Host) journals() (journal.Shelf, error) {
	dir, err := h.state()
	return journal.Shelf{Dir: filepath.Join(dir, "apps")}, err
}

// duties says how each app is started.
func (c *crew) duties(ctx context.Context, project manifest.Project, wanted []string) (map[string]*duty, error) {
	places, taken, err := c.places(ctx, project, wanted)
	if err != nil {
		return nil, err
	}
	duties := map[string]*duty{}
	for _, a := range project.Apps {
		if !slices.Contains(wanted, a.Name) {
			continue
		}
		command, err := project.Resolve(a.Name, places)
		if err != nil {
			return nil, err
		}
		d := &duty{app: a, ready: command.Ready, grace: cmp.Or(a.StopWithin, c.grace)}
		d.launch = taken[a.Name]
		given := hint.For(hint.Command{Arguments: command.Arguments, Directory: a.Directory, Environment: command.Environment}, d.launch.Port, d.launch.Host)
		d.launch.App, d.launch.Project, d.launch.Directory = a.Name, project.Directory, a.Directory
		d.launch.Command, d.launch.Environment = given.Arguments, given.Environment
		d.launch.Hint, d.launch.Evidence, d.launch.Why = given.Row, given.Evidence, given.Why
		d.program = run.Program{Arguments: given.Arguments, Directory: a.Directory, Environment: slices.Concat(command.Environment, given.Environment)}
		d.handed, err = handedOver(ctx, op.RunIn{Socket: a.Socket}, d.launch, &d.program)
		if err != nil {
			return nil, err
		}
		d.isNeeded = slices.ContainsFunc(project.Apps, func(b manifest.App) bool {
			return slices.ContainsFunc(b.After, func(on manifest.Dependency) bool { return on.Name == a.Name && on.Until == manifest.UntilReady })
		})
		duties[a.Name] = d
	}
	return duties, nil
}

// places finds a port for each app of the project: the one that it wants, or
// names in its own command, or the one that is leased for it.
func (c *crew) places(ctx context.Context, project manifest.Project, wanted []string) (map[string]manifest.Place, map[string]limen.Launch, error) {
	places, launches := map[string]manifest.Place{}, map[string]limen.Launch{}
	for _, a := range project.Apps {
		l := limen.Launch{App: a.Name, Host: loopback, Project: project.Directory}
		if !slices.Contains(wanted, a.Name) && a.Port != 0 {
			l.Port = a.Port // others may name it
		} else if err := c.host.berth(ctx, op.RunIn{Directory: project.Directory, Port: a.Port}, &l); err != nil {
			return nil, nil, err
		}
		places[a.Name], launches[a.Name] = manifest.Place{Host: l.Host, Port: l.Port}, l
	}
	for _, a := range project.Apps {
		command, err := project.Resolve(a.Name, places)
		if err != nil {
			return nil, nil, err
		}
		l := launches[a.Name]
		named := hint.For(hint.Command{Arguments: command.Arguments, Directory: a.Directory, Environment: command.Environment}, 0, l.Host).Named
		if named != 0 && named != l.Port && a.Port == 0 {
			l.Port, l.Named = named, true
			if err := c.host.noteTaken(ctx, &l, named); err != nil {
				return nil, nil, err
			}
			places[a.Name], launches[a.Name] = manifest.Place{Host: l.Host, Port: l.Port}, l
		}
	}
	return places, launches, notTwoAtOne(project, wanted, launches)
}

// notTwoAtOne refuses two apps whose own commands name the same port: one of
// them would crash again and again.
func notTwoAtOne(project manifest.Project, wanted []string, launches map[string]limen.Launch) error {
	at := map[uint16]manifest.App{}
	for _, a := range project.Apps {
		port := launches[a.Name].Port
		if b, ok := at[port]; ok && slices.Contains(wanted, a.Name) {
			return &limen.Error{
				Kind: limen.Invalid, What: "cannot start " + a.Name,
				Why:  fmt.Sprintf("%s:%d and %s:%d want the same port, %d", project.File, b.Line, project.File, a.Line, port),
				Next: "let the command of one of them use $PORT, or name another port in it",
			}
		}
		if slices.Contains(wanted, a.Name) {
			at[port] = a
		}
	}
	return nil
}

// settled is how long an app may run without listening anywhere before it
// counts as one that never will, where nobody waits for it.
const settled = 5 * time.Second
