package serve

import (
	"errors"
	"net/url"
	"strings"
)

// Paths are decoded and cleaned once, here; everything behind works with what
// comes out, and nothing looks at the raw text again. Servers that look twice
// have been made to see two things.

// mostPath is how long a path may be: as long as Linux lets one be (PATH_MAX
// of linux/limits.h), and longer than anything a person has.
const mostPath = 4096

// What a path can be refused for. Each is answered with 400: it is no name
// that a folder could have.
var (
	errDotDot    = errors.New(`the address has ".." for a name, and nothing above the folder is served`)
	errSeparator = errors.New("the address has a slash or backslash inside a name")
	errNUL       = errors.New("the address has a zero byte in a name")
	errEscape    = errors.New("the address has a percent sign without two hexadecimal digits")
	errNoSlash   = errors.New("the address does not begin with a slash")
)

// parsePath decodes the path of a URL, as it was sent, and cleans it: it begins
// with one slash, has none twice, and ends in one if and only if the sent one
// does. A name in it may still be one that is not served.
func parsePath(sent string) (string, error) {
	if !strings.HasPrefix(sent, "/") {
		return "", errNoSlash
	}
	if isPlain(sent) {
		return sent, nil
	}
	clean := make([]byte, 0, len(sent))
	for name := range strings.SplitSeq(sent[1:], "/") {
		if name == "" {
			continue
		}
		decoded, err := url.PathUnescape(name)
		switch {
		case err != nil:
			return "", errEscape
		case decoded == "..":
			return "", errDotDot
		case strings.ContainsAny(decoded, `/\`):
			return "", errSeparator
		case strings.ContainsRune(decoded, 0):
			return "", errNUL
		}
		clean = append(append(clean, '/'), decoded...)
	}
	if strings.HasSuffix(sent, "/") {
		clean = append(clean, '/')
	}
	return string(clean), nil
}

// isPlain reports whether a path is clean as it stands, as nearly all are.
func isPlain(sent string) bool {
	for i := range len(sent) {
		switch c := sent[i]; {
		case c == '%', c == '\\', c == 0:
			return false
		case (c == '/' || c == '.') && i > 0 && sent[i-1] == '/':
			return false
		}
	}
	return true
}

// inRoot is the name in the root of what a clean path names.
func inRoot(path string) string {
	if name := strings.Trim(path, "/"); name != "" {
		return name
	}
	return "."
}

// areServable reports whether each name of a clean path may be asked for.
func areServable(path string) bool {
	path = strings.Trim(path, "/")
	if path == "" {
		return true // the folder itself
	}
	for name := range strings.SplitSeq(path, "/") {
		if !isServable(name) {
			return false
		}
	}
	return true
}
