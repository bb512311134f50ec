// Package config reads what a person has set: the files that limen takes its
// settings from, and nothing else.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/limenhq/limen"
)

// Config is all that can be set.
type Config struct {
	Scan struct {
		Networks []string `toml:"networks"`
	} `toml:"scan"`
	Free struct {
		Ports []uint16 `toml:"ports"`
		Users []string `toml:"users"`
	} `toml:"free"`
	Names struct {
		Observe  *bool    `toml:"observe"`
		Ignore   []string `toml:"ignore"`
		Suffixes []string `toml:"suffixes"`
	} `toml:"names"`
	Tap tap `toml:"tap"`

	networks []netip.Prefix
	from     map[string]string // which file has set what
}

// Networks are the networks that the user says are theirs.
func (c Config) Networks() []netip.Prefix { return c.networks }

// Observes reports whether listeners get a name when they are seen.
func (c Config) Observes() bool { return c.Names.Observe == nil || *c.Names.Observe }

// Suffixes are what names end in, the usual one first.
func (c Config) Suffixes() []string {
	if len(c.Names.Suffixes) == 0 {
		return []string{"localhost"}
	}
	return c.Names.Suffixes
}

// settings are all settings, in the order they are shown.
var settings = []struct {
	name, doc string
	value     func(Config) []string
}{
	{"scan.networks", "networks that are yours, and may be scanned: 192.168.1.0/24", func(c Config) []string { return c.Scan.Networks }},
	{"free.ports", "ports that limen free stops nobody on unless the port is typed once more", func(c Config) []string {
		var all []string
		for _, p := range c.Free.Ports {
			all = append(all, strconv.Itoa(int(p)))
		}
		return all
	}},
	{"free.users", "users whose programs limen free stops only if the port is typed once more", func(c Config) []string { return c.Free.Users }},
	{"names.observe", "whether what listens gets a name by itself", func(c Config) []string { return []string{strconv.FormatBool(c.Observes())} }},
	{"names.ignore", "what gets no name: projects by name, directories as ~/tmp, ports as 3000", func(c Config) []string { return c.Names.Ignore }},
	{"names.suffixes", "what names end in, the usual one first", func(c Config) []string { return c.Suffixes() }},
	{"tap.always", "whether what goes through names is kept also while nobody looks", func(c Config) []string { return []string{strconv.FormatBool(c.Tap.IsAlways())} }},
	{"tap.size", "how much of it is kept at most: 64 MiB, 1 GiB", func(c Config) []string { return []string{sayBytes(c.Tap.Bytes())} }},
	{"tap.ignore", "names that are not tapped unless they are typed: shop.localhost", func(c Config) []string { return c.Tap.Ignore }},
}

// Files are where settings are read, the user's own before the machine's. What
// the first sets is not looked for in the second.
func Files(dir string) []string {
	files := []string{filepath.Join(dir, "limen", "config.toml")}
	if machineFile != "" {
		files = append(files, machineFile)
	}
	return files
}

// Read reads settings from files, of which each may be missing.
func Read(files []string) (Config, error) {
	c := Config{from: map[string]string{}}
	for _, file := range files {
		text, err := read(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Config{}, &limen.Error{Kind: limen.Denied, What: "cannot read the settings in " + file, Why: err.Error()}
		}
		if err := c.add(file, text); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

// mostBytes is more than anybody sets.
const mostBytes = 256 << 10

// read reads a file, if it is one: to open a pipe would wait for a writer.
func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is no file, but %v", info.Mode().Type())
	}
	if err := trusted(info); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = fmt.Errorf("it is larger than %d KiB", mostBytes>>10)
	}
	return text, err
}

// add takes what a file sets and no file before it has.
func (c *Config) add(file string, text []byte) error {
	var more Config
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&more); err != nil {
		return explain(file, err)
	}
	for _, n := range more.Scan.Networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			return &limen.Error{
				Kind: limen.Invalid, What: "cannot use the settings in " + file,
				Why: fmt.Sprintf("%q in scan.networks is not a network", n), Next: "write it as 192.168.1.0/24",
			}
		}
	}
	for i, suffix := range more.Names.Suffixes {
		name, err := limen.ParseHost(strings.TrimPrefix(suffix, "."))
		if err != nil {
			return &limen.Error{
				Kind: limen.Invalid, What: "cannot use the settings in " + file,
				Why: fmt.Sprintf("names.suffixes: %v", err), Next: `write them as ["localhost", "test"]`,
			}
		}
		more.Names.Suffixes[i] = name
	}
	if more.Tap.Size != "" {
		var err error
		if more.Tap.bytes, err = readSize(more.Tap.Size); err != nil {
			return &limen.Error{Kind: limen.Invalid, What: "cannot use the settings in " + file, Why: err.Error(), Next: `write it as "64 MiB"`}
		}
	}
	take := func(name string, is bool, do func()) {
		if _, set := c.from[name]; is && !set {
			do()
			c.from[name] = file
		}
	}
	take("scan.networks", more.Scan.Networks != nil, func() {
		c.Scan.Networks = more.Scan.Networks
		for _, n := range more.Scan.Networks {
			c.networks = append(c.networks, netip.MustParsePrefix(n))
		}
	})
	take("free.ports", more.Free.Ports != nil, func() { c.Free.Ports = more.Free.Ports })
	take("names.observe", more.Names.Observe != nil, func() { c.Names.Observe = more.Names.Observe })
	take("names.ignore", more.Names.Ignore != nil, func() { c.Names.Ignore = more.Names.Ignore })
	take("names.suffixes", more.Names.Suffixes != nil, func() { c.Names.Suffixes = more.Names.Suffixes })
	take("tap.always", more.Tap.Always != nil, func() { c.Tap.Always = more.Tap.Always })
	take("tap.size", more.Tap.Size != "", func() { c.Tap.Size, c.Tap.bytes = more.Tap.Size, more.Tap.bytes })
	take("tap.ignore", more.Tap.Ignore != nil, func() { c.Tap.Ignore = more.Tap.Ignore })
	take("free.users", more.Free.Users != nil, func() { c.Free.Users = more.Free.Users })
	return nil
}

// explain says where a file is wrong, and what would be right.
func explain(file string, err error) error {
	e := &limen.Error{Kind: limen.Invalid, What: "cannot use the settings in " + file, Why: err.Error(), Next: "what can be set: " + strings.Join(names(), ", ")}
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		line, _ := unknown.Errors[0].Position()
		e.Why = fmt.Sprintf("line %d: nothing is called %q", line, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &wrong):
		line, column := wrong.Position()
		e.Why = fmt.Sprintf("line %d, column %d: %s", line, column, wrong.Error())
	}
	return e
}

// names are the names of all settings.
func names() (all []string) {
	for _, s := range settings {
		all = append(all, s.name)
	}
	return all
}

// Settings are all settings as they are.
func (c Config) Settings(files []string) limen.Settings {
	all := limen.Settings{Files: files}
	for _, s := range settings {
		from := c.from[s.name]
		if from == "" {
			from = "default"
		}
		all.Settings = append(all.Settings, limen.Setting{Name: s.name, Value: s.value(c), From: from, Doc: s.doc})
	}
	return all
}
