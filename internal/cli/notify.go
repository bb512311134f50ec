package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/view"
)

// A desktop shows a notification: a title and a text of one or more lines,
// both plain. Closing it ends nothing that is shown.
type desktop interface {
	Show(ctx context.Context, title, text string) error
	Close() error
}

// patience is how long a desktop may take. One that hangs must not keep limen
// from ending.
const patience = 5 * time.Second

// calm is how long the desktop is left alone after a notification: what
// happens meanwhile becomes one.
const calm = 2 * time.Second

// mostTold is how many events one notification tells; more are counted.
const mostTold = 5

// announce shows events on a desktop until events is closed. A thousand in a
// second are two notifications: the first, and one for the others.
func announce(ctx context.Context, d desktop, events <-chan limen.Event, pause time.Duration) error {
	var waiting []limen.Event
	var quiet <-chan time.Time // nil while the desktop may be spoken to
	show := func() error {
		if len(waiting) == 0 {
			quiet = nil
			return nil
		}
		title, text := notice(waiting)
		waiting, quiet = nil, time.After(pause)
		ctx, done := context.WithTimeout(ctx, patience)
		defer done()
		return d.Show(ctx, title, text)
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-quiet:
			err = show()
		case e, ok := <-events:
			if !ok {
				return show()
			}
			if waiting = append(waiting, e); quiet == nil {
				err = show()
			}
		}
		if err != nil {
			return err
		}
	}
}

// notice is how events read on a desktop.
func notice(events []limen.Event) (title, text string) {
	lines := make([]string, 0, mostTold+1)
	for i, e := range events {
		if i == mostTold {
			lines = append(lines, fmt.Sprintf("and %d more", len(events)-i))
			break
		}
		lines = append(lines, view.Headline(e))
	}
	if len(events) == 1 {
		return lines[0], ""
	}
	return fmt.Sprintf("%d changes on local ports", len(events)), strings.Join(lines, "\n")
}

// mostKept is how many events may wait to be shown. A desktop that takes none
// must not hold up the watch: those beyond are written, and not shown.
const mostKept = 4096

// notifier returns what shows events on the desktop, if that is wanted, and
// what ends it when all are shown.
func (c call) notifier(ctx context.Context, env Env) (tell func(limen.Event), stop func(), err error) {
	if !c.has("notify") {
		return func(limen.Event) {}, func() {}, nil
	}
	d, err := openDesktop(ctx, env.Getenv)
	if err != nil {
		return nil, nil, err
	}
	events := make(chan limen.Event, mostKept)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := announce(ctx, d, events, calm); err != nil && ctx.Err() == nil {
			fmt.Fprintf(env.Err, "no more notifications: %s\n", view.Safe(err.Error())) // where it cannot be written, nobody is listening
			for range events {                                                          // nobody shows them; they are written all the same
			}
		}
	}()
	tell = func(e limen.Event) {
		select {
		case events <- e:
		default:
		}
	}
	return tell, func() {
		close(events)
		<-ended
		d.Close()
	}, nil
}

// noDesktop says why there is nothing to show a notification on.
func noDesktop(why, next string) error {
	return &limen.Error{Kind: limen.Unsupported, What: "cannot notify", Why: why, Next: next}
}
