package view

import (
	"bytes"
	"encoding/json"
	"io"
	"time"
	"unicode/utf8"

	"github.com/limenhq/limen"
)

// A document gathers JSON values, one after another.
type document struct {
	bytes.Buffer
}

// add appends a value, on one line unless indented.
func (d *document) add(v any, indent string) error {
	e := json.NewEncoder(d)
	e.SetEscapeHTML(false) // nothing here goes into a page, and people read it
	e.SetIndent("", indent)
	return e.Encode(v)
}

func (d *document) to(w io.Writer) error {
	if d.Len() == 0 {
		return nil
	}
	_, err := w.Write(escapeUnseen(d.Bytes()))
	return err
}

// escapeUnseen rewrites what JSON lets stand in strings and a terminal must
// not get: DEL, C1 controls, bidirectional and invisible characters. They
// decode to the same text. Outside of strings JSON is ASCII, so a character
// found here is always in one.
func escapeUnseen(text []byte) []byte {
	if !bytes.ContainsFunc(text, mustEscape) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/8)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if mustEscape(r) {
			out = appendEscape(out, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

func mustEscape(r rune) bool { return r > '~' && !isShown(r) }

// appendEscape writes a character as JSON does, in UTF-16 (RFC 8259, section 7).
func appendEscape(out []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	unit := func(u rune) {
		out = append(out, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	if r < 0x10000 {
		unit(r)
		return out
	}
	r -= 0x10000
	unit(0xd800 + r>>10)
	unit(0xdc00 + r&0x3ff)
	return out
}

func jsonSnapshot(w io.Writer, s limen.Snapshot, _ Options) error {
	var d document
	if err := d.add(s, "  "); err != nil {
		return err
	}
	return d.to(w)
}

func jsonVerdicts(w io.Writer, all []limen.Verdict, _ Options) error {
	var d document
	for _, v := range all {
		if err := d.add(v, "  "); err != nil {
			return err
		}
	}
	return d.to(w)
}

// A line is one line of NDJSON: an object with one field, whose name says
// what the value is.
type line map[string]any

func ndjsonSnapshot(w io.Writer, s limen.Snapshot, _ Options) error {
	var lines []line
	for _, l := range s.Listeners {
		lines = append(lines, line{"listener": l})
	}
	for _, c := range s.Connections {
		lines = append(lines, line{"connection": c})
	}
	return writeLines(w, append(lines, gapLines(s.Gaps)...))
}

// A judgement is a verdict without its lists, which have lines of their own.
type judgement struct {
	Machine   string          `json:"machine"`
	Time      time.Time       `json:"time"`
	Transport limen.Transport `json:"transport"`
	Port      uint16          `json:"port"`
	Range     limen.Range     `json:"range"`
	Free      bool            `json:"free"`
	Tried     bool            `json:"tried"`
	Next      string          `json:"next"`
}

// ndjsonVerdicts writes each verdict before what belongs to it.
func ndjsonVerdicts(w io.Writer, all []limen.Verdict, _ Options) error {
	var lines []line
	for _, v := range all {
		lines = append(lines, line{"verdict": judgement{
			v.Machine, v.Time, v.Transport, v.Port, v.Range, v.Free, v.Tried, v.Next,
		}})
		for _, b := range v.Binds {
			lines = append(lines, line{"bind": b})
		}
		for _, c := range v.Causes {
			lines = append(lines, line{"cause": c})
		}
		if v.Number != nil {
			lines = append(lines, line{"number": v.Number})
		}
		lines = append(lines, gapLines(v.Gaps)...)
	}
	return writeLines(w, lines)
}

func gapLines(gaps []limen.Gap) (lines []line) {
	for _, g := range gaps {
		lines = append(lines, line{"gap": g})
	}
	return lines
}

func writeLines(w io.Writer, lines []line) error {
	var d document
	for _, l := range lines {
		if err := d.add(l, ""); err != nil {
			return err
		}
	}
	return d.to(w)
}
