package process

import (
	"bytes"
	"testing"
	"time"
)

func TestSplitProcArgsTellsArgumentsFromTheEnvironment(t *testing.T) {
	const path = "/usr/local/bin/node\x00\x00\x00\x00\x00"
	for name, c := range map[string]struct {
		bytes                string
		arguments, variables string
		ok                   bool
	}{
		"a program":           {"\x02\x00\x00\x00" + path + "node\x00server.js\x00HOME=/Users/ann\x00LANG=C\x00", "node\x00server.js\x00", "HOME=/Users/ann\x00LANG=C\x00", true},
		"an empty argument":   {"\x03\x00\x00\x00" + path + "node\x00\x00-v\x00A=b\x00", "node\x00\x00-v\x00", "A=b\x00", true},
		"no arguments":        {"\x00\x00\x00\x00" + path + "A=b\x00", "", "A=b\x00", true},
		"fewer than it says":  {"\xff\xff\xff\xff" + path + "node\x00-v", "node\x00-v", "", true},
		"a path alone":        {"\x01\x00\x00\x00/bin/ls", "", "", true},
		"less than a number":  {"\x01\x00", "", "", false},
		"nothing at all":      {"", "", "", false},
		"written over by one": {"\x02\x00\x00\x00" + path + "postgres: checkpointer", "postgres: checkpointer", "", true},
	} {
		arguments, environment, ok := splitProcArgs([]byte(c.bytes))
		if string(arguments) != c.arguments || string(environment) != c.variables || ok != c.ok {
			t.Errorf("%s: %q, %q, %v; want %q, %q, %v", name, arguments, environment, ok, c.arguments, c.variables, c.ok)
		}
	}
}

func TestParseDirectoryReadsStructProcVnodepathinfo(t *testing.T) {
	// vip_vi and vip_path of pvi_cdir, and pvi_rdir.
	b := cStruct(t, vnodePathInfoSize, "*152", text("/Users/ann/shop", 1024), "*1176")
	if got := parseDirectory(b); got != "/Users/ann/shop" {
		t.Errorf("%q", got)
	}
	if got := parseDirectory(b[:len(b)-1]); got != "" {
		t.Errorf("another size gave %q; want nothing", got)
	}
}

func TestParseTaskInfoCountsTicksOfTheClock(t *testing.T) {
	// pti_virtual_size, pti_resident_size, pti_total_user, pti_total_system, up to pti_priority.
	b := cStruct(t, taskInfoSize, "*8 0000100000000000 00366e0100000000 001bb70000000000 *64")
	for perSecond, want := range map[uint64]time.Duration{24_000_000: 1500 * time.Millisecond, 1_000_000_000: 36 * time.Millisecond} {
		if cpu, resident, err := parseTaskInfo(b, perSecond); cpu != want || resident != 1<<20 || err != nil {
			t.Errorf("at %d a second: %v, %d, %v; want %v", perSecond, cpu, resident, err, want)
		}
	}
	for _, bad := range []struct {
		bytes     []byte
		perSecond uint64
	}{{b[:95], 24_000_000}, {b, 0}, {nil, 1}} {
		if cpu, _, err := parseTaskInfo(bad.bytes, bad.perSecond); err == nil {
			t.Errorf("%d bytes at %d a second gave %v; want an error", len(bad.bytes), bad.perSecond, cpu)
		}
	}
}

func FuzzProcInfo(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00/bin/node\x00\x00node\x00server.js\x00HOME=/\x00"), uint64(24_000_000))
	f.Add(bytes.Repeat([]byte{0xff}, taskInfoSize), uint64(1))
	f.Add(make([]byte, vnodePathInfoSize), uint64(1<<40))
	f.Fuzz(func(t *testing.T, b []byte, perSecond uint64) {
		arguments, environment, _ := splitProcArgs(b)
		if len(arguments)+len(environment) > len(b) {
			t.Errorf("%d and %d bytes of %d", len(arguments), len(environment), len(b))
		}
		if path := parseDirectory(b); len(path) > vnodePathRoom {
			t.Errorf("a path of %d bytes", len(path))
		}
		if cpu, _, err := parseTaskInfo(b, perSecond); err == nil && cpu < 0 {
			t.Errorf("%v of time", cpu)
		}
	})
}
