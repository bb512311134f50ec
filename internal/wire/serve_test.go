package wire

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// serving is Serve in a test that ends it itself.
func serving(t *testing.T, h handler) (socket string, end context.CancelFunc, ended <-chan error) {
	t.Helper()
	socket = filepath.Join(directory(t), "s")
	l, err := Listen(socket)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, h, h.pace) }()
	t.Cleanup(cancel)
	return socket, cancel, done
}

func TestAServerThatEndsEndsFeedsAndWaitsForVerbs(t *testing.T) {
	leaves(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	h := handle(op.Table{
		echo.By(func(ctx context.Context, in word) (word, error) {
			close(begun)
			<-finish
			return in, ctx.Err()
		}),
		counter.By(func(ctx context.Context, in tally, next func(tally) error) error {
			if err := next(in); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}),
	}, nil)
	h.pace.patience = 2 * time.Second // less than net/http waits for who asks nothing
	socket, end, ended := serving(t, h)
	raw(t, socket) // who asks nothing
	c := dialled(t, socket)
	answered := make(chan error, 1)
	go func() {
		got, err := echo.On(t.Context(), c, word{Text: "a"})
		if got.Text != "a" {
			t.Errorf("the verb that ran gave %+v", got)
		}
		answered <- err
	}()
	<-begun
	var last error
	for _, last = range counter.On(t.Context(), c, tally{}) {
		end()
	}
	if !errors.Is(last, limen.NotFound) || !strings.Contains(last.Error(), "is ending") {
		t.Errorf("the feed ended with %v", last)
	}
	close(finish) // the feed has ended, and the verb has not
	if err := <-answered; err != nil {
		t.Errorf("the verb that ran ended with %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(socket)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := echo.On(t.Context(), c, word{}); !errors.Is(err, ErrNobody) {
		t.Errorf("afterwards: %v; want ErrNobody", err)
	}
}

func TestAVerbThatTakesTooLongIsToldToStopWhenTheServerEnds(t *testing.T) {
	leaves(t)
	begun := make(chan struct{})
	h := handle(op.Table{echo.By(func(ctx context.Context, in word) (word, error) {
		close(begun)
		<-ctx.Done()
		return in, ctx.Err()
	})}, nil)
	h.pace.patience = 500 * time.Millisecond
	socket, end, ended := serving(t, h)
	c := dialled(t, socket)
	go func() {
		<-begun
		end()
	}()
	got, err := echo.On(t.Context(), c, word{Text: "half"})
	if !errors.Is(err, limen.NotFound) || !strings.Contains(err.Error(), "is ending") || got.Text != "half" {
		t.Errorf("the verb gave %+v, %v", got, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestAFeedThatNobodyReadsDoesNotHoldUpTheEnd(t *testing.T) {
	leaves(t)
	full := make(chan struct{})
	words := op.Feed[int, word]{Name: "words"}
	h := handle(op.Table{words.By(func(ctx context.Context, _ int, next func(word) error) error {
		for i := 0; ; i++ {
			if i == 1 {
				close(full) // one megabyte is more than any buffer between the two
			}
			if err := next(word{Text: strings.Repeat("a", 2<<20)}); err != nil {
				return err
			}
		}
	})}, nil)
	h.pace.patience = time.Second
	socket, end, ended := serving(t, h)
	c := raw(t, socket)
	if _, err := c.Write([]byte(request("/v1/words", usualHead, "0"))); err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 3<<20)
	for n := 0; n < len(one); { // so that the second item is under way
		m, err := c.Read(one[n:])
		must(t, err)
		n += m
	}
	<-full
	end()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestAServerSaysThatSomethingDoesNotStop(t *testing.T) {
	leaves(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	h := handle(op.Table{echo.By(func(_ context.Context, in word) (word, error) {
		close(begun)
		<-finish
		return in, nil
	})}, nil)
	h.pace.patience = 10 * time.Millisecond
	socket, end, ended := serving(t, h)
	c := dialled(t, socket)
	answered := make(chan error)
	go func() { answered <- second(echo.On(t.Context(), c, word{})) }()
	<-begun
	end()
	if err := <-ended; !errors.Is(err, limen.Internal) || !strings.Contains(err.Error(), "goes on") {
		t.Errorf("Serve: %v", err)
	}
	if err := <-answered; !errors.Is(err, ErrGone) {
		t.Errorf("the verb gave %v; want ErrGone", err)
	}
	close(finish)
}

func TestServeSaysWhenItsListenerFails(t *testing.T) {
	leaves(t)
	l, err := Listen(filepath.Join(directory(t), "s"))
	must(t, err)
	must(t, l.Close())
	if err := Serve(t.Context(), l, Handler(everything, nil)); err == nil {
		t.Error("it served on a listener that is closed")
	}
}
