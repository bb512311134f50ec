//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestAContextEndsWhenTheReaderHasGone(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, leave := whileRead(t.Context(), w, time.Millisecond)
	defer leave()
	if isUnread(w) || ctx.Err() != nil {
		t.Fatal("the reader is still there")
	}
	r.Close()
	<-ctx.Done()
	if err := endOfWatch(ctx, ctx.Err(), nil); exitCode(err) != 0 || !isPipeGone(err) {
		t.Errorf("the watch ends with %v", err)
	}
}

func TestAFileIsNeverUnread(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if isUnread(f) || isUnread(null) {
		t.Error("nobody has to read a file")
	}
	ctx, leave := whileRead(t.Context(), f, time.Millisecond)
	leave()
	if !errors.Is(context.Cause(ctx), context.Canceled) {
		t.Errorf("it was left, and ended with %v", context.Cause(ctx))
	}
}
