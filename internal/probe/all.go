package probe

import (
	"context"
	"sync"

	"github.com/limenhq/limen"
)

// An Answer is what came of asking one target.
type Answer struct {
	Service limen.Service
	Err     error // what was seen instead, where nothing could be told
}

// mostAtOnce is how many servers are asked at the same time.
const mostAtOnce = 32

// IdentifyAll asks all targets what they speak, many at once, and answers in
// their order. One process is asked for one thing at a time where it has
// several endpoints with one port: those are often one small server that
// listens in both versions of IP. It waits for the goroutines it starts.
func IdentifyAll(ctx context.Context, targets []Target) []Answer {
	answers := make([]Answer, len(targets))
	turn := make(chan struct{}, mostAtOnce)
	var all sync.WaitGroup
	for _, group := range byServer(targets) {
		turn <- struct{}{}
		all.Go(func() {
			for _, i := range group {
				answers[i].Service, answers[i].Err = Identify(ctx, targets[i])
			}
			<-turn
		})
	}
	all.Wait()
	return answers
}

// byServer groups the indices of targets that one process answers at one port.
func byServer(targets []Target) (groups [][]int) {
	type server struct {
		process limen.ProcessID
		port    uint16
	}
	seen := map[server]int{}
	for i, t := range targets {
		var s server
		if len(t.Owners) > 0 {
			s = server{t.Owners[0].Process.ProcessID, t.Endpoint.Port()}
		}
		at, known := seen[s]
		if s.process.PID == 0 || !known {
			at = len(groups)
			groups, seen[s] = append(groups, nil), at
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}
