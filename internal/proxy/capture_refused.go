package proxy

import (
	"bytes"
	"strings"
	"time"
)

// mostRemnant is how many bytes are recorded of a head that is refused.
const mostRemnant = 8 << 10

// A remnant is what can be read of the head of a request that is refused: each line that
// is one by itself, and of what is wrong nothing. Nobody is asked by it; it only shows
// whoever watches what has come.
type remnant struct {
	head       []byte
	host, path string // empty if they cannot be read
}

// begin takes what the first line says, as far as that can be said.
func (m *remnant) begin(method, target, protocol string) {
	if !isName([]byte(method)) {
		method, target = "", ""
	}
	if i := strings.IndexFunc(target, func(c rune) bool { return c > '~' || classes[byte(c)]&inTarget == 0 }); i >= 0 {
		target = target[:i]
	}
	if m.path, _, _ = strings.Cut(target, "?"); !strings.HasPrefix(target, "/") {
		m.path = "/"
	}
	m.head = append(m.head[:0], method+" "+target+" "+protocol+"\r\n"...)
}

// add takes a field.
func (m *remnant) add(name, value string) {
	if len(m.head)+len(name)+len(value) > mostRemnant {
		return
	}
	if m.host == "" && strings.EqualFold(name, "host") && isAuthority([]byte(value)) {
		m.host = strings.Clone(value)
	}
	m.head = appendField(m.head, name, value)
}

// remnantOf reads what there is of a head of HTTP/1.1.
func remnantOf(said []byte) (m remnant) {
	said = bytes.TrimLeft(said[:min(len(said), mostRemnant)], "\r\n")
	line, rest, _ := bytes.Cut(said, []byte("\n"))
	words := strings.Split(strings.TrimRight(string(line), "\r"), " ")
	protocol := words[len(words)-1]
	if len(protocol) != len("HTTP/1.1") || !strings.HasPrefix(protocol, "HTTP/") {
		protocol = "HTTP/1.1"
	}
	m.begin(words[0], append(words, "")[1], protocol)
	for {
		line, after, isWhole := bytes.Cut(rest, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); !isWhole || len(line) == 0 {
			return m
		}
		rest = after
		if f, why := fieldOf(line, span{0, uint32(len(line))}); why == 0 {
			m.add(string(f.name.of(line)), string(f.value.of(line)))
		}
	}
}

// refused has a request recorded that was refused because of its head.
func (p *Proxy) refused(from Passage, m remnant, fault string, answer func(to Recording, at time.Time)) {
	by := p.recorder.Load()
	if by == nil {
		return
	}
	if r := p.table.lookup(m.host, m.path, func(*condition) bool { return false }); r != nil {
		from.Route = &r.Route
	}
	if to := (*by).Begin(p.config.Now(), from, append(m.head, "\r\n"...)); to != nil {
		answer(to, p.config.Now())
		to.End(p.config.Now(), fault)
	}
}

// recordRejection records the answer to a request that is refused.
func recordRejection(to Recording, at time.Time, why breach) {
	answer := rejection(why, at)
	n := bytes.Index(answer, []byte("\r\n\r\n")) + len("\r\n\r\n")
	to.Answered(at, answer[:n])
	to.Content(answer[n:])
}
