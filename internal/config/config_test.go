package config

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// written writes a file and returns its name.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheUsersOwnSettingsComeBeforeTheMachines(t *testing.T) {
	own := written(t, "own.toml", "[scan]\nnetworks = ['192.168.1.0/24']\n")
	machine := written(t, "machine.toml", "[scan]\nnetworks = ['10.0.0.0/8']\n[free]\nports = [22, 5432]\nusers = ['postgres']\n[names]\nobserve = false\nignore = ['~/tmp']\nsuffixes = ['.Test']\n[tap]\nalways = true\nsize = '2 GB'\nignore = ['bank']\n")
	files := []string{own, filepath.Join(t.TempDir(), "missing.toml"), machine}
	c, err := Read(files)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Networks(), []netip.Prefix{netip.MustParsePrefix("192.168.1.0/24")}) || !slices.Equal(c.Free.Ports, []uint16{22, 5432}) || c.Observes() || c.Suffixes()[0] != "test" || !c.Tap.IsAlways() || c.Tap.Bytes() != 2e9 {
		t.Errorf("%+v", c)
	}
	for _, s := range c.Settings(files).Settings {
		want := machine
		if s.Name == "scan.networks" {
			want = own
		}
		if s.From != want || len(s.Value) == 0 || s.Doc == "" {
			t.Errorf("%+v; want it from %s", s, want)
		}
	}
}

func TestWithoutFilesEverythingIsAsItWas(t *testing.T) {
	c, err := Read([]string{"/nowhere/at/all.toml"})
	if err != nil || len(c.Networks()) > 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	usual := map[string]string{"names.observe": "true", "names.suffixes": "localhost", "tap.always": "false", "tap.size": "64 MiB"}
	for _, s := range c.Settings(nil).Settings {
		if s.From != "default" || strings.Join(s.Value, " ") != usual[s.Name] {
			t.Errorf("%+v", s)
		}
	}
}

func TestABadFileSaysWhereItIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, why string }{
		"an unknown name":    {"[scan]\nnetworks = []\n\n[scam]\nx = 1\n", `line 4: nothing is called "scam"`},
		"a misspelt one":     {"[free]\nport = [1]\n", `line 2: nothing is called "free.port"`},
		"no TOML":            {"[scan\n", "line 1"},
		"another kind":       {"[free]\nports = 'all'\n", "line 2"},
		"no port":            {"[free]\nports = [70000]\n", "line 2"},
		"no network":         {"[scan]\nnetworks = ['home']\n", `"home" in scan.networks is not a network`},
		"no size":            {"[tap]\nsize = 'much'\n", `"much" in tap.size is no size`},
		"too small a size":   {"[tap]\nsize = '4095 KiB'\n", "between 4 MiB"},
		"too large a size":   {"[tap]\nsize = '1025 GiB'\n", "between 4 MiB"},
		"a size below zero":  {"[tap]\nsize = '-5 MiB'\n", "is no size"},
		"far too much of it": {strings.Repeat("# more\n", 100_000), "larger than"},
	} {
		var e *limen.Error
		if _, err := Read([]string{written(t, "config.toml", c.text)}); !errors.As(err, &e) || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: %v; want %q", name, err, c.why)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("[scan]\nnetworks = ['192.168.1.0/24']\n[free]\nports = [22]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := Config{from: map[string]string{}}
		if c.add("config.toml", []byte(text)) == nil {
			c.Settings(nil)
		}
	})
}
