package project

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var tomlDocs = []struct {
	claim, doc string
	want       [][2]string
}{
	{"a key lies in the table above it", "a = 1\n[t]\nb = 2\n[t.u] # nested\nc=3", [][2]string{{"a", "1"}, {"t.b", "2"}, {"t.u.c", "3"}}},
	{"spaces and quotes make no other key", "[ 't' . \"u\" ]\n\"a\" . b = 1", [][2]string{{"t.u.a.b", "1"}}},
	{"a table in an array is another", "[[t]]\na = 1", [][2]string{{"[t.a", "1"}}},
	{"a comment is none of the value", "a = 1 # = 2\n#b = 2\n", [][2]string{{"a", "1"}}},
	{"a string hides what is in it", `a = "x # ] [t] \" = y" # z`, [][2]string{{"a", `"x # ] [t] \" = y"`}}},
	{"a long string hides its lines", "a = \"\"\"\n[t]\nname = 'x'\n\\\"\"\"\nb = 1\"\"\"\nc = '''\n\\'''\nd = 1", [][2]string{
		{"a", "\"\"\"\n[t]\nname = 'x'\n\\\"\"\"\nb = 1\"\"\""}, {"c", "'''\n\\'''"}, {"d", "1"}}},
	{"an array goes on over lines", "a = [ # ]\n 'x]',\n [1],\n]\nb = 1", [][2]string{{"a", "[ # ]\n 'x]',\n [1],\n]"}, {"b", "1"}}},
	{"an inline table is one value", "a = { b = 'c', d = 1 }\ne = 1", [][2]string{{"a", "{ b = 'c', d = 1 }"}, {"e", "1"}}},
	{"what is no key is stepped over", "nonsense\n'x\na = 1", [][2]string{{"a", "1"}}},
	{"an array that does not end hides the rest", "a = 1\nb = [\nc = 2", [][2]string{{"a", "1"}, {"b", "[\nc = 2"}}},
	{"line ends may be of Windows", "\ufeff[t]\r\na = 'x'\r\n", [][2]string{{"t.a", "'x'"}}},
}

func TestTOMLValues(t *testing.T) {
	for _, c := range tomlDocs {
		var got [][2]string
		for key, value := range tomlValues(c.doc) {
			got = append(got, [2]string{key, value})
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.claim, diff)
		}
	}
}

func TestALongTableIsNotCopiedForEachKey(t *testing.T) {
	for key := range tomlValues("[" + strings.Repeat("t", 1000) + "]\na = 1\n") {
		if len(key) > 2*maxName {
			t.Errorf("a key of %d bytes", len(key))
		}
	}
}

func TestTOMLText(t *testing.T) {
	for value, want := range map[string]string{
		`"a\tb\u00e9\""`: "a\tbé\"", `'a\tb'`: `a\tb`, `""`: "", `'`: "", `"`: "", `'a'b'`: "", `"a`: "",
		"`a`": "", "1": "", `["a"]`: "", `"""a"""`: "", "true": "",
	} {
		if got := tomlText(value); got != want {
			t.Errorf("tomlText(%s) = %q, want %q", value, got, want)
		}
	}
}

// FuzzTOML checks that what is yielded is there, in order, and each byte of it
// once: no document is read longer than it is.
func FuzzTOML(f *testing.F) {
	for _, c := range tomlDocs {
		f.Add(c.doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		rest := doc
		for _, value := range tomlValues(doc) {
			_, after, ok := strings.Cut(rest, value)
			if !ok {
				t.Fatalf("value %q is not in what is left, %q", value, rest)
			}
			rest = after
			for text := range tomlTexts(value) {
				_ = text
			}
			tomlText(value)
		}
	})
}

// BenchmarkTOMLHostile reads documents that are as long as they may be, and
// made to be read more than once. The time of each grows with its length, and
// not with the square of it.
func BenchmarkTOMLHostile(b *testing.B) {
	for _, c := range []struct{ claim, begin, repeat string }{
		{"string that seems to begin on every line", "", "\\\"\"\"\n"},
		{"string that does not end", "", "a = \"\"\"\\\n"},
		{"key that does not end", "", "\"a\n"},
		{"array that does not end", "", "a = [\n"},
		{"table on every line", "", "[\n"},
		{"table with a long name", "[" + strings.Repeat("t", maxFile/2) + "]\n", "=\n"},
	} {
		b.Run(c.claim, func(b *testing.B) {
			doc := c.begin + strings.Repeat(c.repeat, (maxFile-len(c.begin))/len(c.repeat))
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				for range tomlValues(doc) {
				}
			}
		})
	}
}
