package journal

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/limenhq/limen"
)

// many are lines with their numbers.
func many(from, n int) (all []limen.LogLine) {
	for i := range n {
		all = append(all, limen.LogLine{App: "web", Text: fmt.Sprintf("%d %s", from+i, strings.Repeat("x", 90))})
	}
	return all
}

// A listener counts what it is told, and takes its time for it.
type listener struct {
	t         *testing.T
	pace      func()
	got, lost int
}

func (l *listener) hear(lines []limen.LogLine) {
	for _, line := range lines {
		l.lost += line.Lost
		if want := fmt.Sprintf("%d ", l.got+l.lost); !strings.HasPrefix(line.Text, want) {
			l.t.Errorf("%.10q, want %q", line.Text, want)
		}
		l.got++
	}
	l.pace()
}

func TestABurstIsToldWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		l := listener{t: t, pace: func() { <-time.After(10 * time.Millisecond) }}
		var telling sync.WaitGroup
		telling.Go(func() { q.Tell(l.hear) })
		q.Put(many(0, 5000))
		q.Close()
		telling.Wait()
		if l.got != 5000 || l.lost != 0 {
			t.Errorf("%d lines came, %d are lost", l.got, l.lost)
		}
	})
}

func TestAnAppDoesNotWaitForWhoListensToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		awake := make(chan bool)
		l := listener{t: t, pace: func() { <-awake }}
		var telling sync.WaitGroup
		telling.Go(func() { q.Tell(l.hear) })
		began := time.Now()
		for n := range 100 {
			q.Put(many(n*1000, 1000))
		}
		if took := time.Since(began); took != patience {
			t.Errorf("the app was held up for %v", took)
		}
		if q.tail.size > untold {
			t.Errorf("%d bytes wait", q.tail.size)
		}
		close(awake)
		synctest.Wait()
		q.Put(many(100_000, 3000)) // it listens again, and is waited for again
		q.Close()
		telling.Wait()
		if l.got+l.lost != 103_000 || l.lost == 0 {
			t.Errorf("%d lines came and %d are lost, of 103000", l.got, l.lost)
		}
	})
}

func TestSeveralMayPutWhileOneTells(t *testing.T) {
	var q Queue
	var putting, telling sync.WaitGroup
	got := 0
	telling.Go(func() {
		q.Tell(func(lines []limen.LogLine) {
			for _, l := range lines {
				got += 1 + l.Lost
			}
		})
	})
	for range 4 {
		putting.Go(func() {
			for range 100 {
				q.Put(many(0, 50))
			}
		})
	}
	putting.Wait()
	q.Close()
	telling.Wait()
	if got != 4*100*50 {
		t.Errorf("%d lines came or were told as lost", got)
	}
}
