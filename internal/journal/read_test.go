package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

var errEnough = errors.New("errEnough")

// follow reads the lines of web until the last one has come, and returns how many
// came and how many were told as lost. They must come in order.
func follow(t *testing.T, r *Journal, last int, seen func(n int)) (got, lost int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next := 0
	err := r.Read(ctx, Question{Apps: []string{"web"}, Follow: true}, func(l limen.LogLine) error {
		got++
		lost += l.Lost
		next += l.Lost
		if want := lineOf("web", next); l.Text != want.Text {
			t.Errorf("%q, want %q", l.Text, want.Text)
			return errEnough
		}
		next++
		if seen != nil {
			seen(next - 1)
		}
		if next == last {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("%v after %d lines", err, got)
	}
	return got, lost
}

// Another process reads while one writes, and nothing is missed where one file
// ends and the next begins.
func TestFollowingMissesNoLine(t *testing.T) {
	dir := t.TempDir()
	w, r := open(t, dir), open(t, dir)
	w.Kept = 1 << 10
	const most = 401
	add(t, w, lineOf("web", 0))
	got, lost := follow(t, r, most, func(n int) {
		for i := range 10 { // less than a file holds, and more than its rest
			if n%10 == 0 && n+1+i < most {
				add(t, w, lineOf("web", n+1+i))
			}
		}
	})
	if got != most || lost != 0 {
		t.Errorf("%d lines came, %d are lost", got, lost)
	}
}

// The files are filled many times between two looks.
func TestWhoFollowsTooSlowlyIsToldWhatWasLost(t *testing.T) {
	dir := t.TempDir()
	w, r := open(t, dir), open(t, dir)
	w.Kept = 16 << 10
	const most = 20_000
	add(t, w, lineOf("web", 0))
	written := 1
	got, lost := follow(t, r, most, func(int) {
		if written < most { // ten thousand each time something is read
			for end := min(written+most/2, most); written < end; written++ {
				add(t, w, lineOf("web", written))
			}
		}
	})
	if got+lost != most || lost == 0 {
		t.Errorf("%d lines came and %d are lost, of %d", got, lost, most)
	}
}

// Lines that were followed in memory are written when that works again.
func TestNoLineIsGivenTwice(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	inTheWay := filepath.Join(dir, "web.log")
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := j.Add([]limen.LogLine{later(0, 0), later(1, 0)}); err == nil {
		t.Error("a directory was written to")
	}
	j2 := open(t, dir)
	got, lost := follow(t, j, 4, func(n int) {
		if n != 1 {
			return
		}
		if err := os.Remove(inTheWay); err != nil {
			t.Error(err)
		}
		add(t, j, later(2, 30), later(3, 30))
	})
	if got != 4 || lost != 0 {
		t.Errorf("%d lines came, %d are lost", got, lost)
	}
	if got, lost := follow(t, j2, 4, nil); got != 4 || lost != 0 {
		t.Errorf("%d lines came to another process, %d are lost", got, lost)
	}
}
