package journal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// collect reads what is printed in pieces, each after the other was read.
func collect(t testing.TB, pieces ...string) (all []limen.LogLine) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		for _, p := range pieces {
			io.WriteString(w, p)
		}
		w.Close()
	}()
	clock := func() time.Time { return at(0) }
	if err := Lines(r, "web", limen.StdErr, clock, func(lines []limen.LogLine) { all = append(all, lines...) }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBytesBecomeLines(t *testing.T) {
	long := strings.Repeat("x", longest)
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"one\ntwo\n", []string{"one", "two"}},
		{"no end", []string{"no end"}},
		{"windows\r\n\n", []string{"windows", ""}},
		{"10 %\r20 %\rdone\n", []string{"done"}},
		{"\x00\xff\x1b[31mred\n", []string{"\x00\xff\x1b[31mred"}},
		{long + "y\n", []string{long, "y"}},
		{long + "\n\n", []string{long, ""}},
	} {
		var got []string
		for _, l := range collect(t, c.in) {
			got = append(got, l.Text)
			if l.Cut != (len(l.Text) == longest) {
				t.Errorf("%.20q is cut: %v", l.Text, l.Cut)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", c.in, diff)
		}
	}
}

// A conversation is what an app prints, piece by piece, and what is seen of it
// before the next piece comes.
func converse(t *testing.T, pieces, want []string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	seen := make(chan string, 100)
	done := make(chan error)
	go func() {
		done <- Lines(r, "web", limen.StdOut, time.Now, func(lines []limen.LogLine) {
			for _, l := range lines {
				seen <- l.Text
			}
		})
	}()
	for i, p := range pieces {
		io.WriteString(w, p)
		if want[i] == "" {
			continue
		}
		for _, line := range strings.Split(want[i], "|") {
			if got := <-seen; got != line {
				t.Errorf("after %q: %q, want %q", p, got, line)
			}
		}
	}
	w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	close(seen)
	for got := range seen {
		t.Errorf("%q came at the end", got)
	}
}

func TestAQuestionIsSeenBeforeItsLineEnds(t *testing.T) {
	for _, c := range []struct{ pieces, want []string }{
		{[]string{"Password: ", "thanks\n"}, []string{"Password: ", "thanks"}},
		{[]string{"Continue? ", "\nyes\n"}, []string{"Continue? ", "yes"}},
		{[]string{"Continue? ", "\r\n\r\nyes\r\n"}, []string{"Continue? ", "|yes"}},
		{[]string{"10 %", "\r20 %", "\r30 %\r40 %\r", "\n"}, []string{"10 %", "20 %", "40 %", ""}},
	} {
		converse(t, c.pieces, c.want)
	}
}

// A bar of progress is one line for hours.
func TestWhatIsWrittenOverTakesNoRoom(t *testing.T) {
	var states strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&states, "\r%d of 20000", n)
	}
	for _, l := range collect(t, states.String()+"\n") {
		if l.Cut || strings.Contains(l.Text, "\r") {
			t.Errorf("%.40q, cut: %v", l.Text, l.Cut)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\nb", "c\n")
	f.Fuzz(func(t *testing.T, one, two string) {
		all := collect(t, one, two)
		if got, most := len(all), strings.Count(one+two, "\n")+1+len(one+two)/longest+1; got > most {
			t.Errorf("%d lines of %d", got, most)
		}
		if strings.ContainsRune(one+two, '\r') {
			return
		}
		got := ""
		for _, l := range all {
			got += l.Text
		}
		if want := strings.ReplaceAll(one+two, "\n", ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

// BenchmarkLines is an app that prints as fast as it can, with its lines kept.
func BenchmarkLines(b *testing.B) {
	text := strings.Repeat(strings.Repeat("x", 99)+"\n", 600)
	b.SetBytes(int64(len(text)))
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	j, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	done := make(chan error)
	go func() {
		done <- Lines(r, "web", limen.StdOut, time.Now, func(lines []limen.LogLine) {
			if err := j.Add(lines); err != nil {
				b.Error(err)
			}
		})
	}()
	for b.Loop() {
		io.WriteString(w, text)
	}
	w.Close()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
