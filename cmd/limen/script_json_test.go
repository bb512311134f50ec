package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// checkJSON compares one value in a text of JSON: json stdout
// .listeners[0].port 3000. Without a value to compare with, something must be
// there; "! json" wants nothing there.
func checkJSON(ts *testscript.TestScript, neg bool, words []string) {
	if len(words) < 2 || neg && len(words) > 2 {
		ts.Fatalf("write it as: json FILE PATH [VALUE], or ! json FILE PATH")
	}
	var whole any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(words[0])))
	d.UseNumber() // a socket's number does not fit a float64
	ts.Check(d.Decode(&whole))
	found, err := find(whole, words[1])
	switch got := inWords(found); {
	case neg && err == nil:
		ts.Fatalf("%s is there: %s", words[1], got)
	case neg:
	case err != nil:
		ts.Fatalf("%v", err)
	case len(words) > 2 && got != strings.Join(words[2:], " "):
		ts.Fatalf("%s is %s, want %s", words[1], got, strings.Join(words[2:], " "))
	}
}

// inWords writes text without quotes and all else as JSON.
func inWords(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// find returns the value at a path: .name for a member, [3] for an element,
// [name=value] for the first element that has such a member, .length for how
// many elements there are.
func find(v any, path string) (any, error) {
	for rest := path; rest != ""; {
		var step string
		step, rest = cutStep(rest)
		next, ok := take(v, step)
		if !ok {
			return nil, fmt.Errorf("%s: there is no %s in %s", path, step, inWords(v))
		}
		v = next
	}
	return v, nil
}

// cutStep cuts the first step off a path: up to the next one, or to the
// bracket that closes it.
func cutStep(path string) (step, rest string) {
	end := strings.IndexAny(path[1:], ".[") + 1
	if path[0] == '[' {
		end = strings.IndexByte(path, ']') + 1
	}
	if end == 0 {
		end = len(path)
	}
	return path[:end], path[end:]
}

// take goes one step.
func take(v any, step string) (any, bool) {
	name, isMember := strings.CutPrefix(step, ".")
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[name]
		return next, ok && isMember
	case []any:
		if name == "length" {
			return len(v), true
		}
		i, ok := index(v, step)
		if !ok {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}

// index finds an element by its place or by a member.
func index(list []any, step string) (int, bool) {
	which, isOpen := strings.CutPrefix(step, "[")
	which, isClosed := strings.CutSuffix(which, "]")
	if !isOpen || !isClosed {
		return 0, false
	}
	name, value, isMember := strings.Cut(which, "=")
	if !isMember {
		i, err := strconv.Atoi(which)
		return i, err == nil && i >= 0 && i < len(list)
	}
	for i, e := range list {
		if m, ok := e.(map[string]any); ok && m[name] != nil && inWords(m[name]) == value {
			return i, true
		}
	}
	return 0, false
}

func TestFindFollowsAPath(t *testing.T) {
	var whole any
	if err := json.Unmarshal([]byte(`{"a":[{"n":1,"s":"x"},{"n":2,"s":"y"}],"b":{"c":true},"d":null}`), &whole); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		".a[0].s": "x", ".a[n=2].s": "y", ".a[s=x].n": "1", ".a.length": "2", ".b.c": "true", ".d": "null",
		".a[1]": `{"n":2,"s":"y"}`,
	} {
		if got, err := find(whole, path); err != nil || inWords(got) != want {
			t.Errorf("%s is %s (%v), want %s", path, inWords(got), err, want)
		}
	}
	for _, path := range []string{".x", ".a[2]", ".a[-1]", ".a[n=3]", ".b.c.d", ".a[", "a[0", ".a.n"} {
		if got, err := find(whole, path); err == nil {
			t.Errorf("%s is %s, and should not be there", path, inWords(got))
		}
	}
}
