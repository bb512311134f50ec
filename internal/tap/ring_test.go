package tap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/limenhq/limen"
)

// sizeOf is how many bytes are kept below a directory.
func sizeOf(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() {
			size += info.Size()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has made room for another
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return size
}

// atOnce is how many of them there is room for in memory.
const atOnce = 3

// fill has requests with large bodies go by, seldom enough for all to be kept, and waits
// until they are.
func fill(t *testing.T, p *Tap, from, to int, after func()) {
	t.Helper()
	body := bytes.Repeat([]byte("0123456789abcdef"), 2<<10)
	told := watch(t, p, Watch{Wants: hasEnded})
	for n := from; n < to; n++ {
		late := at(2000 * n)
		k := p.Begin(late, way, []byte(asked))
		k.Answered(late, []byte(answered))
		for range 16 {
			k.Content(body)
		}
		k.End(late, "")
		if n%atOnce != atOnce-1 {
			continue
		}
		for range atOnce {
			if item := <-told; item.Missed > 0 {
				t.Fatalf("%d missed", item.Missed)
			}
		}
		after()
	}
}

func TestTheRingIsBounded(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize, Initiator: func(context.Context, netip.AddrPort, netip.AddrPort) *limen.Process {
		return &limen.Process{Name: "curl"}
	}})
	const all = 60 // of half a MiB each
	fill(t, p, 0, all, func() {
		if size := sizeOf(t, dir); size > leastSize {
			t.Fatalf("%d bytes", size)
		}
	})
	end(t, p)
	got := exchanges(t, dir, Question{})
	if n := len(got); n < 5 || n > 8 || got[n-1].ID != "60" || got[n-1].Open {
		t.Errorf("%d are kept: %+v", n, got)
	}
	for _, x := range got { // who it was is said again where that was deleted
		if x.Initiator == nil || x.Initiator.Name != "curl" {
			t.Errorf("%+v", x)
		}
	}
	if _, err := Recordings(t.Context(), dir, []string{"1"}); !errors.Is(err, limen.NotFound) {
		t.Errorf("%v", err)
	}
	small := open(t, dir, Config{Size: leastSize})
	pass(small, 1)
	end(t, small)
	if size := sizeOf(t, dir); size > leastSize {
		t.Errorf("%d bytes", size)
	}
}

func TestAFullRingWritesIntoTheFilesItHas(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize})
	files := func() (all []os.FileInfo) {
		paths, err := filepath.Glob(filepath.Join(dir, "a", "*"+segmentEnd))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, info)
		}
		return all
	}
	fill(t, p, 0, 18, func() {})
	before := files()
	fill(t, p, 18, 36, func() {})
	after := files()
	for _, f := range after {
		if !slices.ContainsFunc(before, func(o os.FileInfo) bool { return os.SameFile(f, o) }) {
			t.Errorf("%s is new", f.Name())
		}
		if slices.ContainsFunc(before, func(o os.FileInfo) bool { return f.Name() == o.Name() }) {
			t.Errorf("%s has its name still", f.Name())
		}
	}
	if len(after) != segmentParts {
		t.Errorf("%d files", len(after))
	}
}

func TestAReaderBesideTheWriterSeesWholeRequests(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize})
	ctx, stop := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() {
		for last := ""; ctx.Err() == nil; {
			all, err := Exchanges(t.Context(), dir, Question{})
			if err != nil || len(all.Gaps) > 0 {
				t.Errorf("%v, %v", err, all.Gaps)
				return
			}
			for _, x := range all.Exchanges {
				if !x.Open && (x.Status != 201 || x.Received != 16*32<<10) {
					t.Errorf("%+v", x)
				}
			}
			if n := len(all.Exchanges); n > 0 {
				if id := all.Exchanges[n-1].ID; len(id) < len(last) || len(id) == len(last) && id < last {
					t.Errorf("%s after %s", id, last)
				} else {
					last = id
				}
			}
		}
	})
	fill(t, p, 0, 60, func() {})
	stop()
	reading.Wait()
}

// Whoever reads more slowly than others write finds gone what was there a moment ago.
func TestAReaderWhoIsOvertakenSeesWhatCameInstead(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize})
	fill(t, p, 0, 12, func() {})
	n := 12
	overtake := func(*limen.Exchange) bool {
		if n < 60 { // the whole ring, again and again
			fill(t, p, n, n+12, func() {})
			n += 12
		}
		return true
	}
	all, err := Exchanges(t.Context(), dir, Question{Wants: overtake})
	if err != nil || len(all.Gaps) > 0 {
		t.Fatalf("%v, %v", err, all.Gaps)
	}
	if last := all.Exchanges[len(all.Exchanges)-1]; last.ID != "60" {
		t.Errorf("the last one is %+v", last)
	}
	for _, x := range all.Exchanges {
		if x.Open || x.Fault != "" {
			t.Errorf("%+v has ended, and whole", x)
		}
	}
	n = 0
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	endless := func(*limen.Exchange) bool {
		if n++; n > 2*passesMost {
			stop()
		}
		fill(t, p, 60+9*n, 69+9*n, func() {})
		return true
	}
	all, err = Exchanges(ctx, dir, Question{Wants: endless})
	if err != nil || len(all.Gaps) != 1 || all.Gaps[0].What != "the last requests" {
		t.Errorf("a reader who is overtaken for ever heard %v, %v", all.Gaps, err)
	}
}

func TestATornEndTakesNothingElseAlong(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	told := watch(t, p, Watch{Wants: hasEnded})
	pass(p, 0)
	<-told // it is written
	pass(p, 1)
	<-told
	end(t, p)
	path := filepath.Join(dir, "a", segmentName(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := blockHead // of what is written at once
	_, n, err := parseBlock(whole[segmentHead+first:])
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	first += n
	for n := segmentHead + first; n < len(whole)-len(blockEnd); n += 7 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if got := exchanges(t, dir, Question{}); len(got) != 1 || got[0].ID != "1" {
			t.Fatalf("cut at %d of %d: %+v", n, len(whole), got)
		}
	}
	copy(whole[segmentHead+first+blockHead:], "something else")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := Exchanges(t.Context(), dir, Question{}); err != nil || len(all.Exchanges) != 1 || len(all.Gaps) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	p = open(t, dir, Config{})
	pass(p, 2)
	end(t, p)
	if all, err := Exchanges(t.Context(), dir, Question{}); err != nil || len(all.Exchanges) != 2 || all.Exchanges[1].ID != "2" || len(all.Gaps) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestWhatIsDamagedIsAGap(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{Size: leastSize})
	fill(t, p, 0, 6, func() {})
	end(t, p)
	before := exchanges(t, dir, Question{})
	damage := func(serial uint64, at int) {
		path := filepath.Join(dir, "a", segmentName(serial))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[at] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damage(1, 0)
	damage(2, 1000)
	for _, notOurs := range []string{"x.tap", "1.tap", "00000007", "../a/lock2"} {
		if err := os.WriteFile(filepath.Join(dir, "a", notOurs), []byte("?"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Exchanges(t.Context(), dir, Question{})
	if n := len(all.Exchanges); err != nil || n == 0 || n >= len(before) || all.Exchanges[n-1].ID != "6" || len(all.Gaps) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestWhatCannotBeWrittenIsToldOnceAndCounted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tap")
	said := make(chan limen.Gap, 100)
	p := open(t, dir, Config{Tell: func(g limen.Gap) { said <- g }})
	if err := os.RemoveAll(dir); err != nil {
		t.Skip("a directory that is in use cannot be deleted here: " + err.Error())
	}
	told := watch(t, p, Watch{})
	for n := range 3 {
		pass(p, n)
		if item := <-told; item.Kind != limen.TapMissed || item.Missed != 1 {
			t.Errorf("%+v", item)
		}
	}
	if g := <-said; !strings.Contains(g.What, "requests") || g.Why == "" || g.Next == "" {
		t.Errorf("%+v", g)
	}
	if len(said) > 0 || p.Missed() != 3 {
		t.Errorf("said %d times more; %d missed", len(said), p.Missed())
	}
}

func TestAFileThatWasDeletedIsFollowedByAnother(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	told := watch(t, p, Watch{Wants: hasEnded})
	pass(p, 0)
	<-told
	if err := os.Remove(filepath.Join(dir, "a", segmentName(1))); err != nil {
		t.Skip("a file that is in use cannot be deleted here: " + err.Error())
	}
	pass(p, 1)
	<-told
	if got := exchanges(t, dir, Question{}); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("%+v", got)
	}
}

// writeWithoutEnd writes until its process is ended, and says when it has begun.
func writeWithoutEnd(dir string) {
	p, err := Open(dir, Config{Size: leastSize})
	if err != nil {
		panic(err)
	}
	before, isRunning := p.last.Load(), false
	isNew := func(x *limen.Exchange) bool { _, n, _ := parseID(x.ID); return n > before }
	for n := 0; ; n++ {
		pass(p, n)
		if isRunning || n%1000 > 0 {
			continue
		}
		if all, err := Exchanges(context.Background(), dir, Question{Wants: isNew, Most: 1000}); err == nil && len(all.Exchanges) == 1000 {
			isRunning = true
			fmt.Println("it is running")
		}
	}
}

// readSegmentFile reads the first segment of the first ring.
func readSegmentFile(t testing.TB, dir string, give func(block)) {
	t.Helper()
	root, err := os.OpenRoot(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := readSegment(root, place{serial: 1}, func(b block) error { give(b); return nil }); err != nil {
		t.Fatal(err)
	}
}
