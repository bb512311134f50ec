package process

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// nameLimit is how many characters a name has at most.
const nameLimit = 60

// nameOf returns what a person would call a run of a program: its file's base
// name, and for an interpreter what it runs. It is never the kernel's name of
// the first thread (comm), which is cut to 15 bytes and often says "main", as
// long as there is anything else.
func nameOf(executable string, command []string, comm string) string {
	base := baseName(executable, command, comm)
	if in, family := interpreterOf(base); in != nil {
		return clip(strings.TrimRight(in.name(family, command), " "))
	}
	return clip(base)
}

// baseName returns the name of the program alone. The executable decides when
// it can be seen: the first argument is whatever the starter chose.
func baseName(executable string, command []string, comm string) string {
	if executable != "" {
		return calledName(path.Base(executable), command)
	}
	if len(command) > 0 {
		first := command[0]
		if len(command) == 1 {
			first = titleWord(first)
		}
		first = strings.TrimPrefix(first, "-") // how login(1) marks a login shell
		if base := path.Base(first); base != "." && base != "/" {
			return base
		}
	}
	return comm
}

// calledNames are programs that are one file under several names, and do what
// they are called. The first argument may choose among those, and no other.
var calledNames = map[string][]string{
	"redis-check-rdb":  {"redis-server", "redis-sentinel", "redis-check-aof"},
	"redis-check-aof":  {"redis-server", "redis-sentinel", "redis-check-rdb"},
	"valkey-check-rdb": {"valkey-server", "valkey-sentinel", "valkey-check-aof"},
	"valkey-check-aof": {"valkey-server", "valkey-sentinel", "valkey-check-rdb"},
}

// calledName returns the name that a file was called by.
func calledName(file string, command []string) string {
	names := calledNames[file]
	if len(names) == 0 || len(command) == 0 {
		return file
	}
	if name := path.Base(titleWord(command[0])); slices.Contains(names, name) {
		return name
	}
	return file
}

// titleWord returns the program's name in a title that it wrote over its
// arguments, such as "postgres: checkpointer" or "nginx: master process
// /usr/sbin/nginx". A path is no title.
func titleWord(title string) string {
	if word, _, ok := strings.Cut(title, ": "); ok {
		return word
	}
	if strings.HasPrefix(title, "/") {
		return title
	}
	word, _, _ := strings.Cut(title, " ")
	return word
}

// clip makes a name valid UTF-8 and no longer than nameLimit.
func clip(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	n := 0
	for i := range s {
		if n++; n == nameLimit && utf8.RuneCountInString(s[i:]) > 1 {
			return s[:i] + "…"
		}
	}
	return s
}
