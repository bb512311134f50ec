package contrast

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// answer is a side with an answer alone.
func answer(media, body string) Side {
	m := limen.Message{Fields: []limen.Field{{Name: "Content-Type", Value: media}}, Body: []byte(body), Size: int64(len(body))}
	r := limen.Recording{Answer: m}
	return Side{r, r}
}

// told are differences in one line each.
func told(c limen.Comparison) (all []string) {
	for _, d := range c.Differences {
		all = append(all, fmt.Sprintf("%s: %s -> %s", d.Part, d.Before, d.After))
	}
	return all
}

func TestBodiesDifferWhereSomebodyWouldLook(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"the same":                {"same", "same", nil},
		"a value of JSON":         {`{"items":[{"price":1},{"price":2}]}`, `{"items":[{"price":1},{"price":3}]}`, []string{"$.items[1].price: 2 -> 3"}},
		"another way to write it": {`{"a":1,"b":[]}`, "{ \"b\": [],\n\"a\": 1 }", nil},
		"members that came and went": {
			`{"a":null,"b":""}`, `{"b":"","c d":{"x":1}}`, []string{"$.a: null -> ", `$["c d"]:  -> {"x":1}`},
		},
		"one more item in the middle": {`[1,2,3]`, `[1,9,2,3]`, []string{"$[1]:  -> 9"}},
		"one item less":               {`[1,2,3]`, `[1,3]`, []string{"$[1]: 2 -> "}},
		"another kind":                {`{"a":[1]}`, `{"a":{"0":1}}`, []string{`$.a: [1] -> {"0":1}`}},
		"numbers of many digits":      {`{"id":9007199254740993}`, `{"id":9007199254740992}`, []string{"$.id: 9007199254740993 -> 9007199254740992"}},
		"JSON with something behind":  {`{} x`, `{} y`, []string{"line 1: {} x -> {} y"}},
		"a line that was replaced":    {"a\nb\nc\n", "a\nB\nc\n", []string{"line 2: b -> B"}},
		"lines that came":             {"a\nc\n", "a\nb\n\nc\n", []string{"line 2:  -> b", `line 3:  -> ""`}},
		"lines that went":             {"a\nb\nc", "a\nc", []string{"line 2: b -> "}},
		"how lines end":               {"a\r\n", "a\n", []string{`line 1: "a\r" -> a`}},
		"bytes":                       {"\xff\x00abc", "\xff\x00abd!", []string{": 5 bytes, 0x63 at byte 4 -> 6 bytes, 0x64 at byte 4"}},
		"bytes that go on":            {"\xff\x00", "\xff\x00\x01", []string{": 2 bytes, the same up to its end -> 3 bytes, 0x01 at byte 2"}},
		"a body and none":             {"", "a", []string{`line 1: "" -> a`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := told(Compare(answer("", c.before), answer("", c.after)))
			for i := range got {
				got[i] = strings.TrimPrefix(strings.TrimPrefix(got[i], "answer body"), " ")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsDifferWhateverTheirOrderAndNoiseIsMarked(t *testing.T) {
	of := func(lines ...string) Side {
		var r limen.Recording
		r.Status = 200
		for _, l := range lines {
			name, value, _ := strings.Cut(l, ": ")
			r.Answer.Fields = append(r.Answer.Fields, limen.Field{Name: name, Value: value})
		}
		return Side{r, r}
	}
	c := Compare(of("Date: Mon", "etag: 1", "Vary: a", "Vary: b", "X-Gone: "), of("ETag: 1", "vary: b", "Vary: a", "date: Tue", "X-New: 2"))
	want := []limen.Difference{
		{Part: "answer field Date", Before: "Mon", After: "Tue", Fleeting: true},
		{Part: "answer field Vary", Before: "a\nb", After: "b\na"},
		{Part: "answer field X-Gone", Before: `""`},
		{Part: "answer field X-New", After: "2"},
	}
	if diff := cmp.Diff(want, c.Differences); diff != "" {
		t.Error(diff)
	}
}

// Two secrets that differ are a difference, and neither is told.
func TestASecretIsComparedAndNotTold(t *testing.T) {
	of := func(secret string) Side {
		with := func(word string) limen.Recording {
			var r limen.Recording
			r.Request.Fields = []limen.Field{{Name: "Authorization", Value: "Bearer " + word}}
			r.Answer.Body = []byte(`{"token":"` + word + `"}`)
			r.Messages = []limen.Frame{{Kind: limen.FrameText, FromClient: true, Body: []byte(word)}}
			return r
		}
		return Side{with(secret), with("REDACTED")}
	}
	c := Compare(of("one"), of("two"))
	want := []string{
		"request field Authorization: (a secret) -> (another secret)", "answer body: (a secret) -> (another secret)", "message 1: (a secret) -> (another secret)",
	}
	if diff := cmp.Diff(want, told(c)); diff != "" {
		t.Error(diff)
	}
	if got := told(Compare(of("one"), of("one"))); got != nil {
		t.Errorf("the same secret differs: %q", got)
	}
}

func TestWhatWasNotKeptIsAGap(t *testing.T) {
	before, after := answer("", "abc"), answer("", "abc")
	after.Kept.ID, after.Kept.Answer.Size, after.Kept.Gaps = "17", 5, []limen.Gap{{What: "2 of 5 bytes"}}
	after.Shown = after.Kept
	c := Compare(before, after)
	if len(c.Gaps) != 1 || c.Gaps[0].What != "2 of 5 bytes, of 17" {
		t.Errorf("%+v", c.Gaps)
	}
	if diff := cmp.Diff([]string{"answer body: 3 bytes -> 5 bytes"}, told(c)); diff != "" {
		t.Error(diff)
	}
}

func TestThousandsOfDifferencesAreCounted(t *testing.T) {
	var before, after strings.Builder
	for i := range 3 * mostEdits {
		fmt.Fprintf(&before, "before %d\n", i)
		fmt.Fprintf(&after, "after %d\n", i)
	}
	c := Compare(answer("", before.String()), answer("", after.String()))
	if len(c.Differences) != most || len(c.Gaps) != 1 || c.Gaps[0].What != fmt.Sprintf("%d more differences", 3*mostEdits-most) {
		t.Errorf("%d differences, %+v", len(c.Differences), c.Gaps)
	}
}

// Whatever is edited, the edits make the one text of the other.
func FuzzEdits(f *testing.F) {
	f.Add("abcabba", "cbabac")
	f.Add("", "x")
	f.Add("aaa", "aa")
	f.Fuzz(func(t *testing.T, before, after string) {
		b, a := strings.Split(before, ""), strings.Split(after, "")
		var made []string
		at := 0
		for _, e := range edits(b, a) {
			if e.before < at || e.gone == 0 && e.come == 0 {
				t.Fatalf("%+v begins before %d", e, at)
			}
			made = append(append(made, b[at:e.before]...), a[e.after:e.after+e.come]...)
			at = e.before + e.gone
		}
		if made = append(made, b[at:]...); strings.Join(made, "") != after {
			t.Fatalf("%q became %q, want %q", before, made, after)
		}
	})
}

// Whatever stands in bodies, comparing ends, and a thing is the same as itself.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}]}`), []byte(`{"a":[2]}`))
	f.Add([]byte("a\nb"), []byte("\xff"))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		b, a := answer("", string(before)), answer("", string(after))
		if got := Compare(b, b); len(got.Differences) > 0 {
			t.Fatalf("%q differs from itself: %q", before, told(got))
		}
		Compare(b, a)
	})
}
