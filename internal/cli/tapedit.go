package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

// editRequest has a person change a request, and adds that to what was changed
// already. The caller keeps or removes what was written.
func editRequest(ctx context.Context, env Env, r limen.Recording, in op.ReplayIn) (op.ReplayIn, sheet, error) {
	before := draftOf(r, in)
	text := before.text()
	edited, written, err := edit(ctx, env, in.ID, text)
	if err != nil {
		return in, sheet{}, err
	}
	cancelled := func(why string) error {
		return errors.Join(&limen.Error{Kind: limen.NotFound, What: "sent nothing", Why: why, Next: "limen tap replay " + in.ID + " sends it as it was"}, written.remove())
	}
	switch {
	case len(bytes.TrimSpace(edited)) == 0:
		return in, sheet{}, cancelled("the file is empty")
	case bytes.Equal(edited, text):
		return in, sheet{}, cancelled("nothing in the file was changed")
	}
	after, err := parseDraft(edited)
	if err == nil && len(after.body) > mostSent {
		err = fmt.Errorf("its body has %d bytes, and %d MiB are sent at most", len(after.body), mostSent>>20)
	}
	if err != nil {
		return in, sheet{}, written.keep(&limen.Error{Kind: limen.Invalid, What: "cannot send what was written", Why: err.Error()})
	}
	return after.since(before, in), written, nil
}

// A draft is a request as a person edits it.
type draft struct {
	method, path string
	fields       []limen.Field
	body         []byte
	isClosed     bool // the body is no text, and is not in it
}

// draftOf is a request with what was changed already. Its body is as people read
// it.
func draftOf(r limen.Recording, in op.ReplayIn) draft {
	d := draft{method: r.Method, path: view.Path(r.Exchange)}
	if in.Method != "" {
		d.method = in.Method
	}
	if in.Path != "" {
		d.path = in.Path
	}
	for _, f := range r.Request.Fields {
		if _, ok := in.Set[canonical(f.Name)]; !ok {
			d.fields = append(d.fields, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Set)) {
		for _, v := range in.Set[name] {
			d.fields = append(d.fields, limen.Field{Name: name, Value: v})
		}
	}
	body, isPlain, ok := view.Editable(r.Request)
	if in.Body != nil {
		body, isPlain, ok = *in.Body, false, true
	}
	if d.body, d.isClosed = body, !ok; isPlain {
		d.fields = slices.DeleteFunc(d.fields, func(f limen.Field) bool { return strings.EqualFold(f.Name, "Content-Encoding") })
	}
	return d
}

// closedBody stands where a body is not in a draft.
const closedBody = "# the body is no text, or not all of it is kept, and stays as it is"

// text is the draft as it is edited. Its end is a newline that is not part of
// the body: editors like one there.
func (d draft) text() []byte {
	var b bytes.Buffer
	if d.isClosed {
		fmt.Fprintf(&b, "%s\n", closedBody)
	}
	fmt.Fprintf(&b, "%s %s\n", d.method, d.path)
	for _, f := range d.fields {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
	}
	b.WriteByte('\n')
	if !d.isClosed && len(d.body) > 0 {
		b.Write(d.body)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// parseDraft reads what was edited. Lines before the first that begin with # are
// for people.
func parseDraft(text []byte) (d draft, err error) {
	number := 0
	next := func() (string, bool) {
		line, rest, found := bytes.Cut(text, []byte("\n"))
		if !found && len(line) == 0 {
			return "", false
		}
		text = rest
		number++
		return strings.TrimSuffix(string(line), "\r"), true
	}
	first, ok := next()
	for ok && (strings.HasPrefix(first, "#") || strings.TrimSpace(first) == "") {
		d.isClosed = d.isClosed || first == closedBody
		first, ok = next()
	}
	words := strings.Fields(first)
	if len(words) < 2 || len(words) > 3 || !isFieldName(words[0]) || !strings.HasPrefix(words[1], "/") && words[1] != "*" {
		return d, fmt.Errorf("line %d is not a method and a path, as in GET /api/items", number)
	}
	d.method, d.path = words[0], words[1]
	for {
		line, ok := next()
		if !ok || line == "" {
			break
		}
		name, value, found := strings.Cut(line, ":")
		if !found || !isFieldName(name) {
			return d, fmt.Errorf("line %d is not a field, as in Accept: text/html; the body stands behind an empty line", number)
		}
		d.fields = append(d.fields, limen.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	d.body = bytes.TrimSuffix(text, []byte("\n"))
	if d.isClosed && len(bytes.TrimSpace(d.body)) > 0 {
		return d, errors.New("there is a body now, and the first line says that it stays as it is")
	}
	return d, nil
}

// since is what to change for a draft that was another one before.
func (d draft) since(before draft, in op.ReplayIn) op.ReplayIn {
	if d.method != before.method {
		in.Method = d.method
	}
	if d.path != before.path {
		in.Path = d.path
	}
	set := map[string][]string{}
	maps.Copy(set, in.Set)
	was, is := valuesOf(before.fields), valuesOf(d.fields)
	for name := range was {
		if is[name] == nil {
			set[name] = []string{}
		}
	}
	for name, values := range is {
		if !slices.Equal(values, was[name]) {
			set[name] = values
		}
	}
	if !d.isClosed && !bytes.Equal(d.body, before.body) {
		body := d.body
		in.Body = &body
		set["Content-Encoding"] = append([]string{}, is["Content-Encoding"]...) // what was edited is as it stands there
	}
	if len(set) > 0 {
		in.Set = set
	}
	return in
}

// valuesOf are the values of fields by name.
func valuesOf(fields []limen.Field) map[string][]string {
	all := map[string][]string{}
	for _, f := range fields {
		all[canonical(f.Name)] = append(all[canonical(f.Name)], f.Value)
	}
	return all
}

// canonical is the name of a field in the case that most write it in: names are
// the same in any (RFC 9110, section 5.1).
func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }
