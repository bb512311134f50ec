package manifest

import "strconv"

// A form is what a value of a TOML document is.
type form uint8

const (
	aTable form = iota + 1
	aList
	aText
	aNumber
	aTruth
	another // a fraction, a date or a time: nothing here is one
)

var forms = words{"", "a table", "a list", "a text", "a number", "true or false", "of another sort"}

func (f form) String() string { return forms.word(int(f)) }

// A value is a value of a TOML document, with its place.
type value struct {
	at      position
	form    form
	text    string // of a text, unquoted; of a number, as it is written
	truth   bool
	list    []*value
	entries []entry        // of a table, in their order
	index   map[string]int // into entries, by name
	header  bool           // a table that has had a [header] of its own
}

// An entry is a name of a table, and what stands behind it.
type entry struct {
	name  string
	at    position
	value *value
}

// get returns the entry of that name.
func (v *value) get(name string) (entry, bool) {
	i, ok := v.index[name]
	if !ok {
		return entry{}, false
	}
	return v.entries[i], true
}

// put adds an entry of a name that is not there yet.
func (v *value) put(e entry) {
	if v.index == nil {
		v.index = make(map[string]int)
	}
	v.index[e.name] = len(v.entries)
	v.entries = append(v.entries, e)
}

// number returns the number that a value is.
func (v *value) number() (n int64, ok bool) {
	n, err := strconv.ParseInt(v.text, 0, 64)
	return n, err == nil && v.form == aNumber
}
