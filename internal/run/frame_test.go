package run

import (
	"bytes"
	"errors"
	"reflect"
	"syscall"
	"testing"
)

func TestALaunchArrivesAsItWasSent(t *testing.T) {
	for _, l := range []launch{
		{path: "/bin/x", arguments: []string{"x"}, terminal: -1},
		{path: "/bin/x", shim: "/bin/limen", directory: "/d", arguments: []string{"x", "", "a\nb\xff"}, environment: []string{"A=1", "=", ""}, terminal: 2},
	} {
		got, err := parseLaunch(l.encode())
		if err != nil || !reflect.DeepEqual(got, l) {
			t.Errorf("%+v, %v; want %+v", got, err, l)
		}
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	whole := launch{path: "/bin/x", arguments: []string{"x"}, environment: []string{"A=1"}, terminal: -1}.encode()
	for i := range whole {
		if l, err := parseLaunch(whole[:i]); err == nil {
			t.Errorf("the first %d bytes are %+v", i, l)
		}
	}
	for name, b := range map[string][]byte{
		"more than all":      append(bytes.Clone(whole), 0),
		"no arguments":       launch{path: "/x", terminal: -1}.encode(),
		"no path":            launch{arguments: []string{"x"}, terminal: -1}.encode(),
		"a terminal of five": launch{path: "/x", arguments: []string{"x"}, terminal: 5}.encode(),
		"many strings":       append(numbers(1, 0, 0, 0), 0xff, 0xff, 0xff, 0xff, 0x0f),
	} {
		if l, err := parseLaunch(b); err == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
	for _, b := range [][]byte{nil, numbers(1), numbers(1, 2, 3), numbers(0, 7), numbers(1<<40, 7), {0x80}} {
		if id, err := parseStarted(b); err == nil {
			t.Errorf("%v: %v", b, id)
		}
	}
	if err := parseRefused(numbers(2)); !errors.Is(err, syscall.ENOENT) {
		t.Error(err)
	}
	if err := parseRefused(numbers(0)); !errors.Is(err, errFrame) {
		t.Errorf("refused without a reason: %v", err)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add(append(frame{kind: sayStart, files: 3, run: 1, body: []byte("x")}.head(), 'x'))
	f.Add(launch{path: "/x", arguments: []string{"x"}, environment: []string{"A=1"}}.encode())
	f.Add(numbers(1, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, size, err := parseHead(b[:min(len(b), headSize)]); err == nil {
			h.body = make([]byte, size)
			if again, n, err := parseHead(h.head()); err != nil || n != size || again.kind != h.kind || again.run != h.run || again.files != h.files {
				t.Errorf("%+v became %+v, %d, %v", h, again, n, err)
			}
		}
		if l, err := parseLaunch(b); err == nil {
			again, err := parseLaunch(l.encode())
			if err != nil || !reflect.DeepEqual(again, l) {
				t.Errorf("%+v became %+v, %v", l, again, err)
			}
		}
		parseStarted(b)
		parseRefused(b)
	})
}
