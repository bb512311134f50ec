package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var free = command{
	name:  "free",
	args:  "PORT...",
	short: "stop whatever holds a port, in the way that lasts",
	long: "Finds who holds the port and what would start it again, says what it would do, asks, and does it: a unit is " +
		"stopped by systemctl, a container by its engine, what a supervisor keeps by the supervisor's own tool, and anything " +
		"else is asked to end (SIGTERM), its master first. Then the port is bound on every family: only if that succeeds it is free.\n\n" +
		"Nobody is stopped on a guess: not a client, not whoever cannot be named, not what limen was started by. " +
		"A port is freed whole or not touched. Without a terminal nothing is stopped unless --yes says so.\n\n" +
		"The exit code is 0 if the port was bound afterwards, 3 if nothing held it, 4 if it may not be done, 5 if it is still held.",
	examples: []entry{
		{"limen free 3000", "says what it would do, and asks"},
		{"limen free 3000 --plan", "says it, and does nothing"},
		{"limen free 3000 3001 --yes", "two ports, without a question"},
		{"limen free 3000 --yes --force", "kills what goes on after 5 s"},
		{"limen free 3000 --yes --json", "for scripts: what was stopped, and what remains"},
	},
	flags: slices.Concat([]flag{
		{name: "plan", doc: "say what would be done, and do nothing"},
		{name: "yes", short: "y", doc: "do it without a question"},
		{name: "force", doc: "kill what goes on after the grace"},
		{name: "grace", value: "TIME", doc: "how long to wait for what was asked to end; 5s if not said"},
		{name: "confirm", value: "PORT", doc: "the port once more, for one that is protected"},
		{name: "udp", doc: "UDP ports"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: portWords,
	run:      runFree,
}

func runFree(ctx context.Context, env Env, c call) error {
	ins, err := freeIns(c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		if c.has("plan") {
			plans, err := askPlans(ctx, place, ins)
			if err != nil {
				return err
			}
			return view.Plans(env.Out, plans, f, o)
		}
		talk := newTalk(env)
		if !c.has("yes") {
			if ins, err = agree(ctx, env, place, talk, ins); err != nil {
				return err
			}
		}
		var all []limen.Freed
		for _, in := range ins {
			freed, err := op.Free.On(ctx, place, in)
			if err == nil && !freed.Freed && !in.Force && talk != nil && freed.Stubborn {
				freed, err = insist(ctx, place, talk, in, freed)
			}
			if err != nil {
				return err
			}
			all = append(all, freed)
		}
		if err := view.Freed(env.Out, all, f, o); err != nil {
			return err
		}
		for _, one := range all {
			if !f.TellsGaps {
				if err := view.Gaps(env.Err, one.Gaps); err != nil {
					return err
				}
			}
		}
		return failure(all)
	})
}

// failure is the error of the first port that is not free.
func failure(all []limen.Freed) error {
	for _, one := range all {
		if one.Failure != nil {
			return &limen.Error{Kind: *one.Failure, What: fmt.Sprintf("cannot free port %d", one.Port), Why: one.Why, Next: one.Next}
		}
	}
	return nil
}

// freeIns reads which ports are to be freed. All are read before the first is
// touched.
func freeIns(c call) ([]op.FreeIn, error) {
	if len(c.args) == 0 {
		return nil, invalid("cannot free a port")("none is named", "limen free 3000")
	}
	common := op.FreeIn{Force: c.has("force"), Asker: os.Getpid()}
	if c.has("grace") {
		var err error
		if common.Grace, err = time.ParseDuration(c.values["grace"]); err != nil || common.Grace <= 0 {
			return nil, invalid("cannot wait for %q", c.values["grace"])("that is no time; write it as 500ms, 5s or 1m", "limen free 3000 --grace 10s")
		}
	}
	var all []op.FreeIn
	for _, word := range c.args {
		target, err := parseTarget(word)
		if err == nil && target.Address.IsValid() {
			return nil, invalid("cannot free %q", withoutPassword(word))(
				"a port is freed at every address: whoever holds it elsewhere would be in the way", fmt.Sprintf("limen free %d", target.Port))
		}
		if err != nil {
			return nil, invalid("cannot free %q", withoutPassword(word))(err.Error(), "limen free 3000")
		}
		in := common
		in.Port, in.Transport = target.Port, target.Transport
		if in.Transport == 0 {
			in.Transport = limen.TCP
			if c.has("udp") {
				in.Transport = limen.UDP
			}
		}
		in.Confirmed = c.values["confirm"] == strconv.Itoa(int(in.Port))
		if !slices.ContainsFunc(all, func(o op.FreeIn) bool { return o.Port == in.Port && o.Transport == in.Transport }) {
			all = append(all, in)
		}
	}
	return all, nil
}

func askPlans(ctx context.Context, place op.Place, ins []op.FreeIn) (plans []limen.Plan, err error) {
	for _, in := range ins {
		p, err := op.Plan.On(ctx, place, in)
		if err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// agree shows what would be done and asks whether to. From then on only those
// may be stopped who were shown.
func agree(ctx context.Context, env Env, place op.Place, t *talk, ins []op.FreeIn) ([]op.FreeIn, error) {
	if t == nil {
		return nil, &limen.Error{
			Kind: limen.Denied, What: fmt.Sprintf("cannot free port %d", ins[0].Port),
			Why: "there is no terminal to ask on, and nothing is stopped unasked", Next: fmt.Sprintf("limen free %d --yes; limen free %d --plan says what it would do", ins[0].Port, ins[0].Port),
		}
	}
	plans, err := askPlans(ctx, place, ins)
	if err != nil {
		return nil, err
	}
	if err := view.Plans(env.Err, plans, view.Table, view.Options{}); err != nil {
		return nil, err
	}
	something := false
	for i, p := range plans {
		ins[i].Agreed = []limen.ProcessID{}
		for _, s := range p.Steps {
			something = something || s.Refused == ""
			for _, o := range s.Owners {
				ins[i].Agreed = append(ins[i].Agreed, o.Process.ProcessID)
			}
		}
		if p.Protected != "" && !ins[i].Confirmed {
			word, err := t.ask(ctx, fmt.Sprintf("type %d to go on: ", p.Port))
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil || word != strconv.Itoa(int(p.Port)) {
				return nil, declined(p.Port)
			}
			ins[i].Confirmed = true
		}
	}
	if !something {
		return ins, nil // there is nothing to agree to, and Free says why
	}
	if word, err := t.ask(ctx, "do it? [y/N] "); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil || !isYes(word) {
		return nil, declined(ins[0].Port)
	}
	return ins, nil
}

// insist asks whether to kill what goes on after it was asked to end.
func insist(ctx context.Context, place op.Place, t *talk, in op.FreeIn, before limen.Freed) (limen.Freed, error) {
	if word, err := t.ask(ctx, fmt.Sprintf("%s; kill it? [y/N] ", view.Safe(before.Why))); err != nil || !isYes(word) {
		return before, nil
	}
	in.Force, in.Grace = true, time.Millisecond
	after, err := op.Free.On(ctx, place, in)
	after.Stopped = append(before.Stopped, after.Stopped...)
	return after, err
}

func declined(port uint16) error {
	return &limen.Error{Kind: limen.Denied, What: fmt.Sprintf("cannot free port %d", port), Why: "you did not agree to it; nothing was stopped"}
}

func isYes(word string) bool { return slices.Contains([]string{"y", "yes"}, strings.ToLower(word)) }

// A talk is a conversation with whoever sits at the terminal.
type talk struct {
	in  *bufio.Reader
	out io.Writer
}

// newTalk returns nil if nobody does.
func newTalk(env Env) *talk {
	if !isTerminal(env.In) {
		return nil
	}
	return &talk{bufio.NewReader(env.In), env.Err}
}

// ask puts a question and returns the answer, without spaces around it. When
// ctx ends it does not wait for one; what waits in read(2) then ends with limen.
func (t *talk) ask(ctx context.Context, question string) (string, error) {
	if _, err := io.WriteString(t.out, question); err != nil {
		return "", err
	}
	var answer string
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		answer, err = t.in.ReadString('\n')
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-answered:
		return strings.TrimSpace(answer), err
	}
}
