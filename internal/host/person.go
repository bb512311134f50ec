package host

import (
	"context"
	"runtime"
	"strings"
	"sync"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/process"
	"github.com/limenhq/limen/internal/sockets"
)

// person is a holder as found out once, whatever number of sockets it holds.
type person struct {
	facts process.Facts
	err   error

	mu      sync.Mutex                   // guards environ
	environ map[string]map[string]string // what was asked of its environment, by the names asked for
}

// variables returns the named variables of a person's environment. They are
// read once, however many sockets it holds. Only detail comes from them, so
// none is no gap: most processes of others may not be asked.
func (p *people) variables(id limen.ProcessID, who *person, keys []string) map[string]string {
	asked := strings.Join(keys, " ")
	who.mu.Lock()
	defer who.mu.Unlock()
	if env, ok := who.environ[asked]; ok {
		return env
	}
	env, err := p.processes.Environ(id, keys...)
	if err != nil {
		env = nil
	}
	if who.environ == nil {
		who.environ = map[string]map[string]string{}
	}
	who.environ[asked] = env
	return env
}

// findHolders finds the processes that hold sockets, and meets them while
// others are still looked for: looking keeps one processor busy, at most.
func (p *people) findHolders(ctx context.Context, r sockets.Reader, socks []sockets.Socket) []limen.Gap {
	met := map[limen.ProcessID]*person{}
	type stranger struct {
		id  limen.ProcessID
		who *person
	}
	r.Memory, p.memory = p.memory, ""  // who asks again has met somebody whom it had wrong
	queue := make(chan stranger, 1024) // the kernel tells of a thousand at once
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for s := range queue {
				p.read(ctx, s.id, s.who)
			}
		})
	}
	r.Found = func(id limen.ProcessID) {
		if met[id] == nil {
			met[id] = &person{}
			queue <- stranger{id, met[id]}
		}
	}
	gaps := r.FindHolders(ctx, socks)
	close(queue)
	wg.Wait()
	p.met = met
	return gaps
}

// meet reads the facts of every holder once, on all processors.
func (p *people) meet(ctx context.Context, socks []sockets.Socket) map[limen.ProcessID]*person {
	known := p.met
	p.met = nil
	if known == nil {
		known = map[limen.ProcessID]*person{}
	}
	var ids []limen.ProcessID
	for _, s := range socks {
		for _, h := range s.Holders {
			if known[h.ProcessID] == nil {
				known[h.ProcessID] = &person{}
				ids = append(ids, h.ProcessID)
			}
		}
	}
	share(len(ids), func(i int) { p.read(ctx, ids[i], known[ids[i]]) })
	return known
}

// read finds out who a holder is.
func (p *people) read(ctx context.Context, id limen.ProcessID, who *person) {
	if who.err = ctx.Err(); who.err != nil {
		return
	}
	who.facts, who.err = p.processes.Read(id)
	if who.err == nil {
		p.describe(&who.facts)
	}
}

// share runs do for 0 to n-1 on all processors, and returns when all is done.
func share(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// describe adds to a process what its own record does not tell.
func (p *people) describe(f *process.Facts) {
	proc := &f.Process
	seen := *proc
	if f.InnerPID != 0 {
		// It is in a container: its paths are the container's, and would
		// lead to something else out here.
		seen.Directory, seen.Executable = "", ""
	}
	proc.Project = p.projects.Find(seen.Directory)
	seen.Project = proc.Project
	proc.Framework = p.projects.Framework(seen)
	if !p.usage.IsZero() {
		if u, err := p.processes.Usage(proc.ProcessID, p.usage); err == nil {
			proc.Usage = &u
		}
	}
}
