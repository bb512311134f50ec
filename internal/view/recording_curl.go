package view

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// errCut is why a request cannot be sent by others.
var errCut = errors.New("only the beginning of its body was kept")

// Curl writes a command for any POSIX shell that has curl send a request as it
// was: the same method, address, fields in their order, and bytes. What no
// terminal should get is written as octal numbers. A body is read from file, if
// that is not empty; else it is part of the command.
func Curl(w io.Writer, r limen.Recording, file string) error {
	if r.Request.IsCut() {
		return errCut
	}
	body := r.Request.Body
	var p page
	words := []string{"curl"}
	isInline := len(body) > 0 && len(body) <= mostInline && file == "" && isPlain(string(body))
	if len(body) > 0 && file == "" && !isInline {
		p.printed(body)
	}
	words = append(words, curlMethod(r)...)
	words = append(words, curlVersion(r)...)
	if isOfServer(r) {
		words = append(words, "--request-target '*'")
		r.URL = strings.TrimSuffix(r.URL, "*") + "/"
	}
	address, host := curlAddress(r)
	words = append(words, "--globoff", "--path-as-is", quoted(address)) // curl would read {a,b} and [1-3] as many, and take /../ away
	words = append(words, curlFields(r.Request, host)...)
	if len(body) > 0 && strings.HasPrefix(r.Protocol, "HTTP/2") && r.Request.Field("Content-Length") == "" {
		words = append(words, "--header Content-Length:") // HTTP/2 needs none
	}
	switch {
	case len(body) == 0:
	case file != "":
		words = append(words, "--data-binary "+quoted("@"+file))
	case isInline:
		words = append(words, "--data-raw "+quoted(string(body)))
	default:
		words = append(words, "--data-binary @-")
	}
	p.WriteString(strings.Join(words, " \\\n  ") + "\n")
	return p.to(w)
}

// mostInline is the longest body that is an argument. Linux takes 128 KiB
// (MAX_ARG_STRLEN, linux/binfmts.h), and people less.
const mostInline = 16 << 10

// curlMethod says how curl is told a method. It waits for the body of an answer
// to HEAD unless it is told in its own way.
func curlMethod(r limen.Recording) []string {
	hasBody := len(r.Request.Body) > 0
	switch {
	case r.Method == "HEAD" && !hasBody:
		return []string{"--head"}
	case r.Method == "GET" && !hasBody, r.Method == "POST" && hasBody:
		return nil
	}
	return []string{"--request " + quoted(r.Method)}
}

// curlVersion has curl speak the version of HTTP that the client spoke, as far
// as it does not by itself.
func curlVersion(r limen.Recording) []string {
	isClear := !strings.HasPrefix(r.URL, "https:")
	switch {
	case strings.HasPrefix(r.Protocol, "HTTP/2") && isClear:
		return []string{"--http2-prior-knowledge"}
	case r.Protocol == "HTTP/1.0":
		return []string{"--http1.0"}
	case r.Protocol == "HTTP/1.1" && !isClear:
		return []string{"--http1.1"}
	}
	return nil
}

// isOfServer reports whether a request asks about the server, and about none of its
// paths (RFC 9112, section 3.2.4).
func isOfServer(r limen.Recording) bool {
	_, rest, _ := strings.Cut(r.URL, "://")
	return r.Method == "OPTIONS" && strings.HasSuffix(rest, "*") && !strings.ContainsAny(rest, "/?")
}

// curlAddress is where to send a request, and the host that curl names by itself
// there. A listener that stood before a port is gone with its tap, so that is
// what the port itself is asked.
func curlAddress(r limen.Recording) (address, host string) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return r.URL, ""
	}
	host = u.Host
	if t, err := limen.ParseTarget(r.Target); r.Name == "" && err == nil && t.Port != 0 && t.Container == "" {
		scheme, name := "http://", t.Host
		if t.Scheme == limen.SchemeHTTPS {
			scheme = "https://"
		}
		if name == "" {
			name = "localhost"
		}
		host = net.JoinHostPort(name, fmt.Sprint(t.Port))
		return scheme + host + Path(r.Exchange), host
	}
	return r.URL, host
}

// own are fields that curl adds where nobody says otherwise.
var own = []string{"User-Agent", "Accept"}

// curlFields are the fields of a request as arguments, in their order. What curl
// would add by itself is taken away.
func curlFields(m limen.Message, host string) (words []string) {
	isThere := map[string]bool{}
	for _, f := range m.Fields {
		name := strings.ToLower(f.Name)
		isThere[name] = true
		switch {
		case strings.HasPrefix(name, ":"), name == "host" && f.Value == host:
		case m.Plain && (name == "content-length" || name == "content-encoding"): // the body is for reading, and has another length
		case f.Value == "":
			words = append(words, "--header "+quoted(f.Name+";")) // how curl is told that nothing stands there
		default:
			words = append(words, "--header "+quoted(f.Name+": "+f.Value))
		}
	}
	without := slices.Clone(own)
	if len(m.Body) > 0 {
		without = append(without, "Content-Type", "Expect")
	}
	for _, name := range without {
		if !isThere[strings.ToLower(name)] {
			words = append(words, "--header "+quoted(name+":"))
		}
	}
	return words
}

// isPlain reports whether a text can stand in a command as it is: nothing in it
// does anything to a terminal that shows it.
func isPlain(s string) bool {
	s = strings.ReplaceAll(s, "\n", "")
	return Safe(s) == s
}

// quoted is one word of a shell (POSIX.1-2024, XCU 2.2.2). What cannot be shown is
// put together by printf.
func quoted(word string) string {
	switch {
	case word == "":
		return "''"
	case strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_") == "":
		return word
	case isPlain(word):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return `"$(printf '` + octal([]byte(word)) + `')"`
}

// octal is the format with which printf writes bytes (POSIX.1-2024, XCU 3, printf).
func octal(b []byte) string {
	var s strings.Builder
	for i, c := range b {
		switch {
		case c == '-' && i == 0: // or printf would take it for a flag
			s.WriteString(`\055`)
		case c == '%':
			s.WriteString("%%")
		case c < ' ', c > '~', c == '\\', c == '\'':
			fmt.Fprintf(&s, `\%03o`, c)
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}

// printedAtOnce is how many bytes one printf writes: in some shells it is a
// program, whose arguments are bounded.
const printedAtOnce = 2048

// printed writes the part of a command that gives curl a body.
func (p *page) printed(body []byte) {
	p.linef("{")
	for chunk := range slices.Chunk(body, printedAtOnce) {
		p.linef("printf '%s'", octal(chunk))
	}
	p.WriteString("} | ")
}
