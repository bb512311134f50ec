package limen_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// arrows says which packages of this module a package may import. It is the
// house of ARCHITECTURE.md: all arrows point down, and capabilities know no
// sibling. Leaves are what several of them would else have twice: each turns values
// into others, and knows no machine.
//
// DO NOT change this to make a build pass. A missing arrow means that code
// stands in the wrong package, or that host should hand one capability's
// result to another. A new package gets a line here and a sentence in
// ARCHITECTURE.md; a new arrow gets a reason in the commit.
const arrows = `
capabilities:      sockets process project keeper registry bind verdict apidoc resend
capabilities:      naming resolve relay wait halt hint manifest supervise journal plan scan config probe lease run serve proxy tap trust store doctor audit discover guard
leaves:            coding redact har contrast

.:
internal/coding:   .
internal/redact:   . internal/coding
internal/har:      . internal/coding internal/redact
internal/contrast: .
each capability:   . leaves
internal/op:       .
internal/view:     . leaves
internal/host:     . internal/op capabilities leaves
internal/wire:     . internal/op
internal/fleet:    . internal/op
internal/web:      . internal/op internal/view
internal/tui:      . internal/op internal/view
internal/mcp:      . internal/op
internal/daemon:   . internal/op internal/host internal/wire internal/fleet internal/web internal/mcp
internal/cli:      . internal/op internal/view internal/daemon internal/tui internal/mcp
cmd/limen:         internal/cli
internal/nettest:  .
internal/peertest: .
`

// fixtures are the packages that only tests may import. They make a place for
// a test, and may do there what the program may not.
var fixtures = []string{"internal/nettest", "internal/peertest"}

// A door is where a library comes into the module: packages, or single files.
// The words tests and generators stand for every _test.go file, and for every
// program that only go generate runs: they never reach a user.
type door struct {
	library string // a path; it stands for all below it
	open    []string
	why     string
}

// doors are all libraries that are not of the standard library, and those of
// the standard library that bring in more than code.
var doors = []door{
	{"github.com/spf13/cobra", []string{"internal/cli/cobra.go"}, "flags and completion; one file, so that it can be replaced"},
	{"github.com/spf13/pflag", []string{"internal/cli/cobra.go"}, "comes with cobra"},
	{"golang.org/x/sys", []string{"internal/cli/unread_unix.go", "internal/cli/foreground_unix.go", "internal/sockets", "internal/process", "internal/bind", "internal/keeper/winservice_windows.go", "internal/wait", "internal/halt", "internal/scan", "internal/run", "internal/serve", "internal/wire", "internal/journal", "internal/trust/native_windows.go", "internal/nettest", "tests"}, "system calls; who needs one speaks to the kernel"},
	{"golang.org/x/term", []string{"internal/cli/terminal.go"}, "whether there is a terminal, and how wide"},
	{"golang.org/x/text", []string{"internal/view", "internal/serve"}, "how wide a character is on a screen, and which names look the same"},
	{"github.com/rogpeppe/go-internal/testscript", []string{"tests"}, "runs the scripts"},
	{"github.com/google/go-cmp", []string{"tests"}, "shows how two values differ"},
	{"golang.org/x/tools/txtar", []string{"tests"}, "small trees of files in one file"},
	{"golang.org/x/net", []string{"internal/probe", "internal/proxy", "internal/resolve", "tests"}, "reads the answers of name servers, and gives them, and frames and heads of HTTP/2; the socket that mDNS shares"},
	{"github.com/godbus/dbus/v5", []string{"internal/cli/notify_dbus.go", "tests"}, "desktops show notifications over D-Bus"},
	{"github.com/pelletier/go-toml/v2", []string{"internal/config", "internal/manifest", "internal/serve/mock_rules.go"}, "settings, the apps of a project and mocks are TOML, with the place of each mistake"},
	{"github.com/creack/pty", []string{"internal/run", "tests"}, "a program at a terminal gets one of its own, on every Unix"},
	{"github.com/fsnotify/fsnotify", []string{"internal/serve"}, "a folder that is served tells what changed in it"},
	{"github.com/yuin/goldmark", []string{"internal/serve"}, "Markdown is shown as a page"},
	{"github.com/klauspost/compress", []string{"internal/serve", "internal/coding"}, "gzip and zstd, for bodies and archives"},
	{"github.com/andybalholm/brotli", []string{"internal/serve", "internal/coding"}, "brotli, for bodies"},
	{"rsc.io/qr", []string{"internal/serve"}, "an address that a phone can read"},
	{"github.com/pion/mdns/v2", []string{"internal/resolve"}, "a folder that is served, and a route, have a name in the local network"},
	{"modernc.org/sqlite", []string{"internal/store"}, "SQLite without C; leases and what was stopped are shared by processes that know nothing of each other"},
	{"net/http", []string{"internal/keeper", "internal/probe", "internal/registry", "internal/wait", "internal/serve", "internal/proxy", "internal/wire", "internal/har", "internal/apidoc", "internal/resend", "tests"}, "engines are asked on a local socket, services what they are, the registry's source for a newer one, a page whether it is there; a folder is served, and verbs are carried between processes; an archive has words for a status, and cookies; a service is asked for its documents, and a request is sent again"},
	{"os/exec", []string{"internal/nettest", "internal/cli/react.go", "internal/cli/editor.go", "internal/cli/then.go", "internal/cli/hold.go", "internal/cli/upbehind.go", "internal/cli/notify_darwin.go", "internal/halt", "internal/trust/tool.go", "internal/daemon/service_windows.go", "tests", "generators"}, "limen reads the kernel, and runs no program to learn something; watch and wait start what the user names, without a shell, pick itself, to hold a port, up itself, to go on in the background, and halt the tool of a keeper, or what it ended; an editor changes a request before it is sent again; trust has the tools of stores take up a certificate, and clients try one, and the daemon that of the task scheduler a task"},
	{"os/user", nil, "on some systems it calls C; process reads the names itself"},
	{"plugin", nil, "limen is one program that can be read whole"},
	{"C", nil, "limen builds for every system on every system"},
	{"log", []string{"internal/serve/listen.go", "internal/proxy/serve.go", "internal/wire/serve.go", "generators"}, "a package returns an error or a gap; logging is the daemon's, when there is one, and net/http takes a logger to write nothing"},
}

// exceptions let a place break a rule, each for its reason. Where is a package
// or a file. An exception that excuses nothing any more fails, too.
var exceptions = []struct{ rule, where, why string }{
	{"exit", "cmd/limen", "main turns the answer into an exit code"},
	{"exit", "internal/registry/iana.go", "the data is part of the program, and a test reads all of it"},
}

// A rule is one thing that holds for all code of this module.
type rule struct {
	name  string
	why   string // why it exists
	next  string // what to do about a breach
	check func(tree) []breach
}

// A breach is one place where a rule does not hold.
type breach struct {
	at   string // file, or file:line
	what string
}

// rules are all rules, in the order a reader would want to hear of breaches.
var rules = slices.Concat(importRules, structureRules, worldRules, tableRules)

// A finding is a breach with its rule, in words.
func (r rule) finding(b breach) string {
	return fmt.Sprintf("%s: %s [%s]\n  why:  %s\n  next: %s", b.at, b.what, r.name, r.why, r.next)
}

// isIn reports whether a breach is in a package or a file.
func (b breach) isIn(where string) bool {
	name, _, _ := strings.Cut(b.at, ":")
	return name == where || strings.HasPrefix(name, where+"/")
}

// judge holds all rules against a tree, and returns the findings, and which
// exceptions were needed.
func judge(tr tree) (findings []string, needed map[int]bool) {
	needed = map[int]bool{}
	for _, r := range rules {
		for _, b := range r.check(tr) {
			if i := exceptionFor(r, b); i >= 0 {
				needed[i] = true
				continue
			}
			findings = append(findings, r.finding(b))
		}
	}
	return findings, needed
}

// exceptionFor returns the index of the exception that covers a breach, or -1.
func exceptionFor(r rule, b breach) int {
	for i, e := range exceptions {
		if e.rule == r.name && b.isIn(e.where) {
			return i
		}
	}
	return -1
}

func TestTheCodeKeepsItsLayout(t *testing.T) {
	findings, needed := judge(readTree(t, os.DirFS(".")))
	for _, f := range findings {
		t.Error(f)
	}
	for i, e := range exceptions {
		if !needed[i] {
			t.Errorf("nothing in %s needs its exception from %q any more\n  why:  it would hide the next breach\n  next: delete it from exceptions, in layout_test.go", e.where, e.rule)
		}
	}
}
