package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// An envFile is a file of variables that a manifest names.
type envFile struct {
	name     string
	at       position // of its name
	optional bool     // it may be missing
}

// variablesOf reads files of variables, each once.
func (r *reader) variablesOf(files []envFile) (all []variables) {
	for _, f := range files {
		full := f.name
		if !filepath.IsAbs(full) {
			full = filepath.Join(r.project.Directory, filepath.FromSlash(f.name))
		}
		if known, ok := r.read[full]; ok {
			all = append(all, known)
			continue
		}
		before := len(r.mistakes.all)
		bytes, err := readFile(full)
		switch {
		case errors.Is(err, fs.ErrNotExist) && f.optional:
		case errors.Is(err, fs.ErrNotExist):
			r.mistakes.add(f.at, fmt.Sprintf("make it, or write %.80q if it may be missing", "?"+f.name), "the file %.80q is not there", f.name)
		case err != nil:
			r.mistakes.add(f.at, "", "the file %.80q cannot be read: %s", f.name, reason(err))
		case r.isText(full, bytes):
			r.read[full] = parseEnvFile(full, string(bytes), &r.mistakes)
			all = append(all, r.read[full])
		}
		r.lacks = r.lacks || len(r.mistakes.all) > before
	}
	return all
}

// parseEnvFile reads a file of variables, NAME=value in a line, as dotenv and
// its kin have it: comments, "export" before a name, values in quotes, which
// may go on over lines. In double quotes \n and its like are known. Nothing is
// replaced in values: a secret may hold a dollar.
//
// What the file holds is secret. A mistake says its line, and the name of a
// variable where it is surely one; a line that is none may be part of a key.
func parseEnvFile(file, text string, m *mistakes) (all variables) {
	e := envReader{file: file, rest: strings.ReplaceAll(unmarked(text), "\r\n", "\n"), line: 1, mistakes: m}
	for e.rest != "" {
		v, ok := e.take()
		if ok && len(all) == mostVariables {
			m.add(position{file, e.line, 0}, "", "there are more than %d variables", mostVariables)
			break
		}
		if ok {
			all = append(all, v)
		}
	}
	return all
}

// mostVariables is more than a program is given.
const mostVariables = 4096

// An envReader is how far parseEnvFile has read.
type envReader struct {
	file     string
	rest     string
	line     int
	mistakes *mistakes
}

// take reads a line, or the lines of one value.
func (e *envReader) take() (v variable, ok bool) {
	line, _, _ := strings.Cut(e.rest, "\n")
	begun := strings.TrimLeft(line, " \t")
	at := position{e.file, e.line, 0}
	if begun == "" || begun[0] == '#' {
		e.skip(len(line))
		return v, false
	}
	name, _, found := strings.Cut(begun, "=")
	if after, has := strings.CutPrefix(name, "export"); has && strings.TrimLeft(after, " \t") != after {
		name = after
	}
	name = strings.Trim(name, " \t")
	if !found || !isVariable(name) {
		e.mistakes.add(at, "write NAME=value; a value of several lines needs quotes", "this line is not NAME=value")
		e.skip(len(line))
		return v, false
	}
	e.rest = strings.TrimLeft(e.rest[strings.IndexByte(e.rest, '=')+1:], " \t")
	value, why := e.value()
	if why == "" && strings.IndexByte(value, 0) >= 0 {
		why = "holds a zero byte, which ends every variable"
	}
	if why != "" {
		e.mistakes.add(at, "", "the value of %.80s %s", name, why)
		return v, false
	}
	return variable{name, value}, true
}

// skip goes on behind n bytes and the end of the line that they lie in.
func (e *envReader) skip(n int) {
	if end := strings.IndexByte(e.rest[n:], '\n'); end >= 0 {
		n += end + 1
	} else {
		n = len(e.rest)
	}
	e.line += strings.Count(e.rest[:n], "\n")
	e.rest = e.rest[n:]
}

// value reads a value, and what follows it in its line. Why says what is wrong
// with it.
func (e *envReader) value() (value, why string) {
	if e.rest == "" || e.rest[0] != '"' && e.rest[0] != '\'' {
		line, _, _ := strings.Cut(e.rest, "\n")
		e.skip(len(line))
		return bare(line), ""
	}
	end := closing(e.rest)
	if end < 0 {
		e.skip(len(e.rest))
		return "", "begins with a quote that is never closed"
	}
	value = e.rest[1:end]
	if e.rest[0] == '"' {
		value = escapes.Replace(value)
	}
	line, _, _ := strings.Cut(e.rest[end+1:], "\n")
	tail := strings.Trim(line, " \t\r")
	e.skip(end + 1 + len(line))
	if tail != "" && tail[0] != '#' {
		return "", "goes on behind its quotes"
	}
	return value, ""
}

// bare returns a value without quotes: a # behind a space begins a comment.
func bare(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
			break
		}
	}
	return strings.Trim(line, " \t\r")
}

// escapes are what a backslash stands for in double quotes.
var escapes = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\$`, "$")

// closing returns where the quote is closed that s begins with; -1 if it never
// is. In double quotes a backslash keeps it open.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i
		case s[i] == '\\' && s[0] == '"':
			i++
		}
	}
	return -1
}

// isVariable reports whether a variable can be called so: as in POSIX, and
// with the dots and hyphens that some programs want in theirs.
func isVariable(name string) bool {
	return isName(strings.NewReplacer(".", "_", "-", "_").Replace(name))
}
