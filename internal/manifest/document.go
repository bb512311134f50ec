package manifest

import (
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A document is a TOML document that is being read.
type document struct {
	file     string
	text     []byte
	lines    []int // where each begins
	parser   unstable.Parser
	mistakes *mistakes
}

// parseTOML reads a TOML document (toml.io, version 1.1) into its root table,
// in which every name and every value has its place. It returns nil, and notes
// why, if it is none.
//
// The library decodes into values without a place, and stops at the first
// thing it does not like. So its parser is asked for the syntax, and its
// decoder only whether there is more to object to than what is found here.
func parseTOML(file, text string, m *mistakes) *value {
	d := document{file: file, text: []byte(text), lines: []int{0}, mistakes: m}
	for i, c := range d.text {
		if c == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	before := len(m.all)
	root := &value{at: position{file: file}, form: aTable, header: true}
	table := root
	d.parser.Reset(d.text)
	for d.parser.NextExpression() {
		n := d.parser.Expression()
		if n.Kind == unstable.KeyValue {
			d.set(table, n)
			continue
		}
		table = d.open(root, n)
	}
	var wrong *unstable.ParserError
	switch err := d.parser.Error(); {
	case errors.As(err, &wrong):
		m.add(d.at(d.parser.Range(wrong.Highlight)), "", "this is not TOML: %s", wrong.Message)
	case err != nil:
		m.add(position{file: file}, "", "this is not TOML: %v", err)
	case len(m.all) == before:
		d.object()
	}
	if len(m.all) > before {
		return nil
	}
	return root
}

// object notes what else the library has against the document.
func (d *document) object() {
	err := toml.Unmarshal(d.text, new(map[string]any))
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, column := wrong.Position()
		d.mistakes.add(position{d.file, line, column}, "", "%s", strings.TrimPrefix(wrong.Error(), "toml: "))
	} else if err != nil {
		d.mistakes.add(position{file: d.file}, "", "this is not TOML: %v", err)
	}
}

// at returns where a range of the document begins.
func (d *document) at(r unstable.Range) position {
	i := sort.SearchInts(d.lines, int(r.Offset)+1) - 1
	return position{d.file, i + 1, int(r.Offset) - d.lines[i] + 1}
}

// open returns the table that a header begins.
func (d *document) open(root *value, n *unstable.Node) *value {
	names := d.names(n.Key())
	table := d.walk(root, names[:len(names)-1])
	last := names[len(names)-1]
	found, ok := table.get(last.name)
	if n.Kind == unstable.ArrayTable {
		fresh := &value{at: last.at, form: aTable, header: true}
		switch {
		case !ok:
			last.value = &value{at: last.at, form: aList, list: []*value{fresh}}
			table.put(last)
		case found.value.form == aList:
			found.value.list = append(found.value.list, fresh)
		default:
			d.twice(last, found)
		}
		return fresh
	}
	switch {
	case !ok:
		last.value = &value{at: last.at, form: aTable}
		table.put(last)
		found = last
	case found.value.form != aTable || found.value.header:
		d.twice(last, found)
		return &value{at: last.at, form: aTable}
	}
	found.value.header = true
	return found.value
}

// set adds the entry that n is.
func (d *document) set(table *value, n *unstable.Node) {
	names := d.names(n.Key())
	table = d.walk(table, names[:len(names)-1])
	last := names[len(names)-1]
	if found, ok := table.get(last.name); ok {
		d.twice(last, found)
		return
	}
	last.value = d.value(n.Value(), last.at)
	table.put(last)
}

// walk goes down from a table by names, and makes the tables that are not
// there.
func (d *document) walk(table *value, names []entry) *value {
	for _, e := range names {
		found, ok := table.get(e.name)
		if !ok {
			e.value = &value{at: e.at, form: aTable}
			table.put(e)
			found = e
		}
		v := found.value
		if v.form == aList && len(v.list) > 0 {
			v = v.list[len(v.list)-1] // the table of the last [[header]]
		}
		if v.form != aTable {
			d.twice(e, found)
			return &value{at: e.at, form: aTable}
		}
		table = v
	}
	return table
}

func (d *document) twice(again, found entry) {
	d.mistakes.add(again.at, "keep one of them", "%.80q stands in line %d already", again.name, found.at.line)
}

// mostNames is more than a key here can have: each name is a table.
const mostNames = 16

// names returns a dotted key. Each name is an entry without a value.
func (d *document) names(key unstable.Iterator) (all []entry) {
	for key.Next() {
		n := key.Node()
		if len(all) == mostNames {
			d.mistakes.add(d.at(n.Raw), "", "there is no table so deep")
			break
		}
		all = append(all, entry{name: string(n.Data), at: d.at(n.Raw)})
	}
	return all
}

// formsOf are the forms of the parser's kinds.
var formsOf = map[unstable.Kind]form{
	unstable.InlineTable: aTable, unstable.Array: aList, unstable.String: aText,
	unstable.Integer: aNumber, unstable.Bool: aTruth,
}

// value reads a value. The parser has bounded how deep they are nested.
func (d *document) value(n *unstable.Node, at position) *value {
	v := &value{at: at, form: another}
	if n.Raw.Length > 0 {
		v.at = d.at(n.Raw)
	}
	if f, ok := formsOf[n.Kind]; ok {
		v.form = f
	}
	switch v.form {
	case aTable:
		v.header = true
		for i := n.Children(); i.Next(); {
			d.set(v, i.Node())
		}
	case aList:
		for i := n.Children(); i.Next(); {
			v.list = append(v.list, d.value(i.Node(), at))
		}
	case aTruth:
		v.truth = string(n.Data) == "true"
	case aText:
		v.text = string(n.Data)
	case aNumber:
		v.text = strings.ReplaceAll(string(n.Data), "_", "")
	}
	return v
}
