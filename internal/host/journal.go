package host

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/halt"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/process"
)

// A memento is what it takes to start again what one step of a plan stops:
// one of program, tool and container.
type memento struct {
	Name      string        `json:"name"`
	User      *limen.User   `json:"user,omitempty"`
	Program   *halt.Program `json:"program,omitempty"`
	Tool      []string      `json:"tool,omitempty"`
	Container *limen.Keeper `json:"container,omitempty"`
	Cannot    string        `json:"cannot,omitempty"` // why it cannot be started again
}

// journal writes down what is about to be stopped, before it is: afterwards
// nobody knows how it was started. Without the journal there is no undo, and
// that is a gap; the port is freed all the same.
func (h *Host) journal(ctx context.Context, p limen.Plan) (forget func(), gaps []limen.Gap) {
	nothing := func() {}
	lost := func(err error) (func(), []limen.Gap) {
		return nothing, append(gaps, limen.Gap{What: "how to start again what is stopped", Why: err.Error(), Next: "limen undo will not know it"})
	}
	var all []memento
	who := h.newPeople(false)
	for _, s := range p.Steps {
		all = append(all, remember(who, s))
	}
	record, err := json.Marshal(all)
	if err != nil {
		return lost(err)
	}
	records, gaps, err := h.records(ctx)
	if err != nil {
		return lost(err)
	}
	defer records.Close()
	_, now := h.moment()
	id, err := records.NoteStop(ctx, p.Port, now, record)
	if err != nil {
		return lost(err)
	}
	return func() {
		if records, _, err := h.records(ctx); err == nil {
			records.ForgetStop(ctx, id) // what was not stopped is found running by undo, too
			records.Close()
		}
	}, gaps
}

// remember is how to start again what a step stops.
func remember(who *people, s limen.Step) memento {
	o := s.Owners[0]
	m := memento{Name: o.Process.Name, User: o.Process.User}
	switch s.Way {
	case limen.ByContainer:
		m.Name, m.Container = o.Keeper.Name, o.Keeper
		return m
	case limen.ByTool:
		m.Name, m.Tool = o.Keeper.Name, keeper.Starter(o.Within)
		return m
	}
	facts, err := who.processes.Read(o.Process.ProcessID)
	if err != nil {
		m.Cannot = fmt.Sprintf("it could not be read how %s was started: %v", m.Name, err)
		return m
	}
	env, err := who.processes.Environ(o.Process.ProcessID)
	if err != nil {
		m.Cannot = fmt.Sprintf("the environment of %s could not be read: %v", m.Name, err)
		return m
	}
	m.User = facts.Process.User
	m.Program, m.Cannot = programOf(facts, env)
	return m
}

// programOf is what it takes to start a process again, or why that cannot be
// had: something like it is not it.
func programOf(f process.Facts, env map[string]string) (p *halt.Program, cannot string) {
	switch {
	case len(f.Command) == 0 || f.Directory == "":
		return nil, fmt.Sprintf("it could not be seen how %s was started, and where", f.Name)
	case f.CommandCut:
		return nil, fmt.Sprintf("the arguments of %s are longer than limen reads", f.Name)
	case f.Deleted:
		return nil, fmt.Sprintf("the file of %s is gone or was replaced", f.Name)
	case f.InnerPID != 0:
		return nil, fmt.Sprintf("%s ran in a container, and only its engine can start it there", f.Name)
	}
	p = &halt.Program{Executable: f.Executable, Arguments: f.Command, Directory: f.Directory}
	for name, value := range env {
		p.Environment = append(p.Environment, name+"="+value)
	}
	slices.Sort(p.Environment)
	return p, ""
}

// typed is a command as a person reads it.
func (m memento) typed() string {
	if m.Program != nil {
		return strings.Join(m.Program.Arguments, " ")
	}
	return strings.Join(m.Tool, " ")
}
