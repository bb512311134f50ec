package journal

import (
	"sync"
	"time"

	"github.com/limenhq/limen"
)

const (
	// untold is how many bytes of lines wait to be told: more than a screen
	// full, and little enough for fifty apps.
	untold = 256 << 10
	// patience is for how long an app is held up by somebody who is told its
	// lines more slowly than it prints them: a burst is told whole.
	patience = 100 * time.Millisecond
)

// A Queue stands between an app that prints and somebody who is told, such as a
// terminal, and may take their time: neither the app nor what is kept of it
// waits for them. If they fall behind, the oldest lines that they were not told
// are left out, and LogLine.Lost of the next one says how many those were. The
// zero Queue is empty.
type Queue struct {
	mu        sync.Mutex // guards what follows
	change    sync.Cond  // of anything below
	tail      tail
	isOver    bool
	patience  *time.Timer // runs since there was no room; nil while there is
	impatient bool        // it has run out, and not all was told since
}

// lock takes the queue.
func (q *Queue) lock() {
	q.mu.Lock()
	q.change.L = &q.mu
}

// Put hands over lines. When the queue is full it waits for room, but for no
// longer than a tenth of a second until all was told again. Several goroutines
// may call it.
func (q *Queue) Put(lines []limen.LogLine) {
	q.lock()
	defer q.mu.Unlock()
	for len(lines) > 0 {
		q.await()
		n := portion(lines)
		q.tail.add(lines[:n], untold)
		q.change.Broadcast()
		lines = lines[n:]
	}
}

// await waits until half of the queue is free, if there is patience left.
func (q *Queue) await() {
	for q.tail.size > untold/2 && !q.impatient && !q.isOver {
		if q.patience == nil {
			q.patience = time.AfterFunc(patience, func() {
				q.lock()
				defer q.mu.Unlock()
				q.impatient = q.patience != nil
				q.change.Broadcast()
			})
		}
		q.change.Wait()
	}
}

// portion is how many of the lines fill no more than a quarter of the queue; at
// least one.
func portion(lines []limen.LogLine) int {
	size := 0
	for i, l := range lines {
		if size += weigh(l); size > untold/4 && i > 0 {
			return i
		}
	}
	return len(lines)
}

// Close says that no more lines will be put.
func (q *Queue) Close() {
	q.lock()
	defer q.mu.Unlock()
	q.isOver = true
	q.calm()
	q.change.Broadcast()
}

// Tell gives what is put, in that order, until the queue is closed and all was
// given. The slice is used again.
func (q *Queue) Tell(give func([]limen.LogLine)) {
	var spare []limen.LogLine
	for {
		lines := q.take(spare)
		if len(lines) == 0 {
			return
		}
		give(lines)
		clear(lines) // their texts may go
		spare = lines[:0]
	}
}

// take returns all lines that were put since, and none if there will be no more.
func (q *Queue) take(spare []limen.LogLine) []limen.LogLine {
	q.lock()
	defer q.mu.Unlock()
	for len(q.tail.lines) == 0 {
		q.calm()
		if q.isOver {
			return nil
		}
		q.change.Wait()
	}
	lines := q.tail.lines
	lines[0].Lost += q.tail.dropped
	q.tail = tail{lines: spare}
	q.change.Broadcast()
	return lines
}

// calm notes that all was told: there is patience again.
func (q *Queue) calm() {
	if q.patience != nil {
		q.patience.Stop()
	}
	q.patience, q.impatient = nil, false
}
