package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/limenhq/limen/internal/nettest"
)

// A manner changes how a program is started: "orphan listen web …". It is
// given as many words as it takes.
type manner struct {
	takes int
	apply func(ts *testscript.TestScript, c *cast, words []string) error
}

// A cast is a program before it starts.
type cast struct {
	nettest.Program
	elsewhere bool // it lives in another network namespace
}

var manners = map[string]manner{
	"named":   {1, castNamed},
	"args":    {1, castArgs},
	"indir":   {1, castInDir},
	"with":    {1, func(_ *testscript.TestScript, c *cast, w []string) error { c.Env = append(c.Env, w[0]); return nil }},
	"prefork": {1, castPrefork},
	"deaf":    {0, func(_ *testscript.TestScript, c *cast, _ []string) error { c.Deaf = true; return nil }},
	"deleted": {0, func(_ *testscript.TestScript, c *cast, _ []string) error { c.Deleted = true; return nil }},
	"orphan":  {0, func(_ *testscript.TestScript, c *cast, _ []string) error { c.Orphan = true; return nil }},
	"dropped": {0, castDropped},
	"netns":   {0, func(_ *testscript.TestScript, c *cast, _ []string) error { c.elsewhere = true; return nil }},
}

// castNamed reads a name as it is, or as Go writes it in quotes.
func castNamed(_ *testscript.TestScript, c *cast, words []string) (err error) {
	c.Name = words[0]
	if strings.HasPrefix(c.Name, `"`) {
		c.Name, err = strconv.Unquote(c.Name)
	}
	return err
}

func castArgs(_ *testscript.TestScript, c *cast, words []string) error {
	c.Args = strings.Fields(words[0])
	return nil
}

func castInDir(ts *testscript.TestScript, c *cast, words []string) error {
	c.Dir = ts.MkAbs(words[0])
	return os.MkdirAll(c.Dir, 0o755)
}

func castPrefork(_ *testscript.TestScript, c *cast, words []string) (err error) {
	c.Workers, err = strconv.Atoi(words[0])
	return err
}

// nobody is a user that owns nothing, by convention and in every container.
const nobody = 65534

func castDropped(ts *testscript.TestScript, c *cast, _ []string) error {
	nettest.NeedRoot(storyOf(ts).t)
	c.User = nobody
	return nil
}

// start starts a program: KIND NAME NETWORK ADDR [option...], and further
// sockets of it after "and". Manners stand before. The script can then write
// $NAME_pid, $NAME_exe, $NAME_dir and, for workers, $NAME_worker1. The first
// word is the command that testscript took off.
func start(first string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, rest []string) {
		if neg {
			ts.Fatalf("a program cannot be started not to be")
		}
		c := cast{Program: nettest.Program{Dir: ts.MkAbs(".")}}
		words := c.behave(ts, append([]string{first}, rest...))
		if len(words) < 4 {
			ts.Fatalf("write it as: %s NAME NETWORK ADDR [option...] [and NETWORK ADDR [option...]]", words[0])
		}
		name := words[1]
		c.Name = cmp.Or(c.Name, name)
		for part := range splitAt(words[2:], "and") {
			if len(part) < 2 {
				ts.Fatalf("a socket has a network and an address, and %q has not", part)
			}
			s, err := nettest.Spec{Kind: nettest.Kind(words[0]), Network: part[0], Addr: part[1]}.With(part[2:]...)
			ts.Check(err)
			c.Sockets = append(c.Sockets, s)
		}
		storyOf(ts).play(ts, name, c)
	}
}

// behave applies the manners that words begin with, and returns what follows.
func (c *cast) behave(ts *testscript.TestScript, words []string) []string {
	for len(words) > 0 {
		m, ok := manners[words[0]]
		if !ok {
			return words
		}
		if len(words) < m.takes+2 {
			break
		}
		ts.Check(m.apply(ts, c, words[1:1+m.takes]))
		words = words[1+m.takes:]
	}
	ts.Fatalf("a program is to follow: listen, bound or outgoing")
	return nil
}

// splitAt yields the words between separators.
func splitAt(words []string, separator string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for {
			i := slices.Index(words, separator)
			if i < 0 {
				yield(words)
				return
			}
			if !yield(words[:i]) {
				return
			}
			words = words[i+1:]
		}
	}
}

// play starts a program and tells the script about it.
func (s *story) play(ts *testscript.TestScript, name string, c cast) {
	if s.peers[name] != nil {
		ts.Fatalf("there is a program %s already", name)
	}
	run := func() { s.peers[name] = c.Start(s.t) }
	if c.elsewhere {
		nettest.Namespace(s.t).Do(run)
	} else {
		run()
	}
	p := s.peers[name]
	s.say(ts, name+"_pid", strconv.Itoa(p.PID))
	s.say(ts, name+"_exe", p.File)
	ts.Setenv(name+"_dir", p.Dir) // below $WORK, which golden writes
	for i, pid := range p.Workers {
		s.say(ts, fmt.Sprintf("%s_worker%d", name, i+1), strconv.Itoa(pid))
	}
}

// stopPeers ends the programs that are named, or all.
func stopPeers(ts *testscript.TestScript, neg bool, names []string) {
	peers := storyOf(ts).peers
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(peers))
	}
	for _, name := range names {
		p := peers[name]
		if neg || p == nil {
			ts.Fatalf("there is no program %s to stop", name)
		}
		p.Stop()
		delete(peers, name)
	}
}

// timeWait leaves a closed connection behind: timewait ADDR [option...].
func timeWait(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) == 0 {
		ts.Fatalf("write it as: timewait ADDR [option...]")
	}
	nettest.TimeWait(storyOf(ts).t, words[0], words[1:]...)
}

// address gives the script's network an address: address 10.1.2.3/24.
func address(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) != 1 {
		ts.Fatalf("write it as: address ADDR/BITS")
	}
	nettest.Address(storyOf(ts).t, words[0])
}

// sysctl changes a setting of the script's network:
// sysctl net.ipv4.ip_local_reserved_ports 3000.
func sysctl(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) != 2 || !strings.HasPrefix(words[0], "net.") {
		ts.Fatalf("write it as: sysctl net.NAME VALUE; other settings are not the script's own")
	}
	file := filepath.Join("/proc/sys", strings.ReplaceAll(words[0], ".", "/"))
	ts.Check(os.WriteFile(file, []byte(words[1]), 0))
}
