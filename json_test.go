package limen_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/json anew; only ever adds fields")

// JSON only grows: what a script reads today is there tomorrow, under the same
// name. A new field makes the golden file stale; a lost one is refused even
// by -update.
func TestJSONOnlyGrows(t *testing.T) {
	for _, n := range nouns {
		typ := reflect.TypeOf(n)
		got, err := json.MarshalIndent(filled(n).Interface(), "", "  ")
		if err != nil {
			t.Errorf("%v: %v", typ, err)
			continue
		}
		got = append(got, '\n')
		golden := filepath.Join("testdata", "json", strings.ToLower(typ.Name())+".json")
		want, err := os.ReadFile(golden)
		if err != nil && !*update {
			t.Errorf("%v; write it with go test -run JSONOnlyGrows -update .", err)
			continue
		}
		if lost := lostFields(want, got); len(lost) > 0 {
			t.Errorf("%v no longer has %s\n  why:  JSON only grows, because scripts rely on it\n  next: bring the fields back", typ, strings.Join(lost, ", "))
			continue
		}
		switch {
		case bytes.Equal(got, want):
		case *update:
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("%s is stale; if each change is meant, go test -run JSONOnlyGrows -update . (-want +got):\n%s", golden, cmp.Diff(string(want), string(got)))
		}
	}
}

func TestALostFieldIsNoticedAtAnyDepth(t *testing.T) {
	before := `{"a":1,"b":[{"c":2}],"d":{"e":3}}`
	for after, want := range map[string]string{
		`{"a":1,"b":[{"c":2}],"d":{"e":3},"f":4}`: "",
		`{"b":[{"c":2}],"d":{"e":3}}`:             ".a",
		`{"a":1,"b":[{"x":2}],"d":{"e":3}}`:       ".b[].c",
		`{"a":1,"b":[{"c":2}],"d":3}`:             ".d.e",
	} {
		if got := strings.Join(lostFields([]byte(before), []byte(after)), " "); got != want {
			t.Errorf("from %s to %s, lost %q, want %q", before, after, got, want)
		}
	}
}

// lostFields names the fields of one JSON text that another lacks.
func lostFields(before, after []byte) (lost []string) {
	has := fields(after)
	for f := range fields(before) {
		if !has[f] {
			lost = append(lost, f)
		}
	}
	return lost
}

// fields returns the path of every field of a JSON text, such as .a[].b.
func fields(text []byte) map[string]bool {
	all := map[string]bool{}
	var v any
	if json.Unmarshal(text, &v) != nil {
		return all // no golden file yet
	}
	var walk func(string, any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				all[path+"."+k] = true
				walk(path+"."+k, e)
			}
		case []any:
			for _, e := range v {
				walk(path+"[]", e)
			}
		}
	}
	walk("", v)
	return all
}
