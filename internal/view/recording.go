package view

import (
	"io"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/coding"
	"github.com/limenhq/limen/internal/redact"
)

// Recording writes all that was kept of a request.
func Recording(w io.Writer, r limen.Recording, f Format, o Options) error {
	shape := report{whole: r, header: exchangeHeader, rows: [][]string{exchangeRow(r.Exchange)}}
	shape.lines = append([]line{{"recording": r}}, gapLines(r.Gaps)...)
	shape.prose = func(p *page, o Options) { proseRecording(p, r, o) }
	return f.report(w, shape, o)
}

func proseRecording(p *page, r limen.Recording, o Options) {
	p.linef("%s", o.paint(bold, Safe(r.ID+"  "+r.Method+" "+r.URL)))
	about := func(word, text string) {
		if text != "" {
			p.linef("  %s %s", pad(word+":", 9), Safe(text))
		}
	}
	about("call", r.Call)
	about("leads to", r.Target)
	about("took", tookWords(r.Exchange))
	about("fault", r.Fault)
	if !r.Joined.IsZero() {
		about("heard", "from "+r.Joined.In(o.zone()).Format("15:04:05.000")+" on; what was said before was not recorded")
	}
	about("time", r.Time.In(o.zone()).Format("2006-01-02 15:04:05.000 MST"))
	about("by", askerWords(r.Exchange))

	if len(r.Messages) > 0 {
		r.Request, r.Answer = inMessages(r.Request), inMessages(r.Answer)
	}
	p.linef("")
	p.linef("%s", o.paint(bold, Safe(r.Method+" "+Path(r.Exchange)+" "+r.Protocol)))
	p.message(r.Request, "limen tap show "+r.ID+" --sent --body -", o)
	if r.Status != 0 {
		p.linef("")
		p.linef("%s", o.paint(bold, Safe(r.Protocol)+" ")+o.paint(statusTint(r.Status), strconv.Itoa(r.Status)))
		p.message(r.Answer, "limen tap show "+r.ID+" --body -", o)
	}
	if len(r.Messages) > 0 {
		p.linef("")
		for _, f := range r.Messages {
			p.linef("%s", frameLine(f, o))
		}
	}
}

// inMessages is one side of a WebSocket: what was said stands in its messages.
func inMessages(m limen.Message) limen.Message {
	if len(m.Body) == 0 {
		m.Size = 0
	}
	return m
}

// Path is what a server was asked for: a path, and a query.
func Path(e limen.Exchange) string { e.Call = ""; return addressWord(e, false) }

// tookWords say how long a request took.
func tookWords(e limen.Exchange) string {
	words := ""
	if e.Status != 0 && e.Joined.IsZero() {
		words = lasted(e.FirstByte, false) + " to the first byte, "
	}
	if e.Open {
		return words + "and goes on"
	}
	if e.Total == 0 {
		return words + "and nobody saw its end"
	}
	return words + lasted(e.Total, false) + " in all"
}

// askerWords say who has asked.
func askerWords(e limen.Exchange) string {
	switch {
	case e.Initiator != nil:
		word := nameOf(limen.Owner{Process: *e.Initiator})
		if p := e.Initiator.Project; p != nil && p.Name != "" && p.Name != e.Initiator.Name {
			word += " of " + limen.Unmistakable(p.Name)
		}
		if len(e.Initiator.Command) > 1 {
			word += ": " + oneLine(e.Initiator.Command)
		}
		return word
	case e.Client.IsValid():
		return e.Client.String()
	}
	return ""
}

// message writes the fields of a message and its body, as people read it. Next
// is how to get all of that.
func (p *page) message(m limen.Message, next string, o Options) {
	for _, f := range m.Fields {
		p.linef("%s: %s", o.paint(dim, Safe(f.Name)), Safe(f.Value))
	}
	if m.Size > 0 || len(m.Body) > 0 {
		p.linef("")
		p.body(m, next, o)
	}
	if len(m.Trailers) > 0 {
		p.linef("")
	}
	for _, f := range m.Trailers {
		p.linef("%s: %s", o.paint(dim, Safe(f.Name)), Safe(f.Value))
	}
}

// What of a body is written for people.
const (
	mostBodyBytes = 64 << 10
	mostBodyLines = 2000
	mostBodyHex   = 256 // of one that is no text
)

// body writes a body: text as it is, JSON indented, and of all else the beginning
// as hexdump -C has it.
func (p *page) body(m limen.Message, next string, o Options) {
	plain, err := coding.Undo(m)
	if err != nil {
		p.linef("%s", o.paint(dim, Safe("its body is shown as it came: "+err.Error())))
	}
	contentType := m.Field("Content-Type")
	text := plain.Body
	switch {
	case len(text) == 0:
		p.linef("%s", o.paint(dim, size(uint64(max(m.Size, 0)))+", of which nothing is kept to be shown"))
		return
	case !coding.IsText(contentType, text):
		p.hex(text)
		if len(text) > mostBodyHex || plain.IsCut() {
			p.rest(plain, next, o)
		}
		return
	case !plain.IsCut() && coding.IsJSON(contentType, text):
		text = indented(text, mostBodyBytes)
	}
	shown := text[:min(len(text), mostBodyBytes)]
	lines := 0
	for one := range strings.Lines(string(shown)) {
		if lines++; lines > mostBodyLines {
			break
		}
		p.linef("%s", safeTabs(strings.TrimRight(one, "\r\n")))
	}
	if lines > mostBodyLines || len(shown) < len(text) || plain.IsCut() {
		p.rest(plain, next, o)
	}
}

// rest says that a body goes on.
func (p *page) rest(m limen.Message, next string, o Options) {
	all := int64(len(m.Body))
	if m.Size > 0 && m.Field("Content-Encoding") == "" {
		all = m.Size // a word in the place of a secret may have another length
	}
	text := "… " + size(uint64(all)) + " in all: " + Safe(next)
	if m.IsCut() {
		text = "… it is cut: of " + size(uint64(max(m.Size, all))) + " only the beginning was kept"
	}
	p.linef("%s", o.paint(dim, text))
}

// hex writes the beginning of bytes, sixteen a line.
func (p *page) hex(b []byte) {
	for at := 0; at < min(len(b), mostBodyHex); at += 16 {
		row := b[at:min(at+16, len(b))]
		var codes, letters strings.Builder
		for i := range 16 {
			if i%8 == 0 {
				codes.WriteByte(' ')
			}
			if i >= len(row) {
				codes.WriteString("   ")
				continue
			}
			codes.WriteString(hexByte(row[i]) + " ")
			if c := row[i]; ' ' <= c && c <= '~' {
				letters.WriteByte(c)
			} else {
				letters.WriteByte('.')
			}
		}
		p.linef("%05x %s|%s|", at, codes.String(), letters.String())
	}
}

func hexByte(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// Body writes a body alone, as people read it: to a terminal nothing that it
// would obey.
func Body(w io.Writer, m limen.Message, isTerminal bool) error {
	plain, err := coding.Undo(m)
	if err != nil {
		plain = m // as it came is better than nothing
	}
	if !isTerminal {
		_, err = w.Write(plain.Body)
		return err
	}
	var p page
	for one := range strings.Lines(string(plain.Body)) {
		p.linef("%s", safeTabs(strings.TrimRight(one, "\r\n")))
	}
	return p.to(w)
}

// Editable is a body that a person can edit: a text, as it is read. It reports
// whether an encoding was undone for that, and whether there is such a body.
func Editable(m limen.Message) (body []byte, isPlain, ok bool) {
	plain, err := coding.Undo(m)
	if err != nil || plain.IsCut() || !coding.IsText(m.Field("Content-Type"), plain.Body) {
		return nil, false, false
	}
	return plain.Body, m.Field("Content-Encoding") != "", true
}

// HidesSecrets reports whether a word stands in the place of a secret in a
// request.
func HidesSecrets(m limen.Message, url string) bool {
	is := strings.Contains(url, redact.Word) || strings.Contains(string(m.Body), redact.Word)
	for _, f := range m.Fields {
		is = is || strings.Contains(f.Value, redact.Word)
	}
	return is
}
