package serve

import (
	"bufio"
	"encoding/json"
	"strings"
	"time"
)

// A row is an entry as programs read it.
type row struct {
	Name     string     `json:"name"`           // text: bytes that are no UTF-8 are replaced
	Href     string     `json:"href,omitempty"` // the exact name, as a relative address; not for what is not served
	Kind     string     `json:"kind"`
	Size     *int64     `json:"size,omitempty"` // of files, in bytes
	Modified *time.Time `json:"modified,omitempty"`
}

// An ending is what a listing says of itself when all its rows are out.
type ending struct {
	Shown   int      `json:"shown"`
	LeftOut leftOut  `json:"leftOut"`
	Notes   []string `json:"notes,omitempty"` // why it is not what was wished for, or not all
}

func (e entry) row() row {
	r := row{Name: strings.ToValidUTF8(e.name, "\ufffd"), Href: e.href(), Kind: e.kind.String()}
	if e.kind == aFile {
		r.Size = &e.size
	}
	if e.known {
		t := e.modified().UTC()
		r.Modified = &t
	}
	return r
}

func (l *listing) ending() ending { return ending{l.shown, l.left, l.notes} }

// A jsonForm is one JSON object: path, entries, and the ending beside them.
// Rows stand on lines of their own, so that it can be read as it comes, too.
type jsonForm struct {
	out     *bufio.Writer
	encoder *json.Encoder
	rows    int
}

func newJSONForm(out *bufio.Writer) form {
	return &jsonForm{out: out, encoder: json.NewEncoder(out)}
}

func (f *jsonForm) head(l *listing) {
	f.out.WriteString(`{"path":`)
	f.encoder.Encode(strings.ToValidUTF8(l.dir.path, "\ufffd"))
	f.out.WriteString(`,"entries":[` + "\n")
}

func (f *jsonForm) row(e entry) {
	if f.rows++; f.rows > 1 {
		f.out.WriteByte(',')
	}
	f.encoder.Encode(e.row())
}

func (f *jsonForm) foot(l *listing) {
	f.out.WriteString(`],"ending":`)
	f.encoder.Encode(l.ending())
	f.out.WriteString("}\n")
}

// An ndjsonForm has a line for each entry, and a last one that has no name but
// an ending: without it, the listing is not whole.
type ndjsonForm struct{ encoder *json.Encoder }

func newNDJSONForm(out *bufio.Writer) form { return ndjsonForm{json.NewEncoder(out)} }

func (ndjsonForm) head(*listing) {}

func (f ndjsonForm) row(e entry) { f.encoder.Encode(e.row()) }

func (f ndjsonForm) foot(l *listing) {
	f.encoder.Encode(struct {
		Ending ending `json:"ending"`
	}{l.ending()})
}
