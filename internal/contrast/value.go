package contrast

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// json compares two bodies as JSON, by the paths of their values (RFC 9535), and
// reports whether both are JSON.
func (d *differences) json(part string, before, after []byte) bool {
	b, isJSON := parse(before)
	if !isJSON {
		return false
	}
	a, isJSON := parse(after)
	if isJSON {
		d.value(part+" $", b, a)
	}
	return isJSON
}

// parse reads one value, an object or a list. Its numbers stay as they are
// written: 64 bits of a float are fewer than an ID has.
func parse(body []byte) (value any, ok bool) {
	from := json.NewDecoder(bytes.NewReader(body))
	from.UseNumber()
	if from.Decode(&value) != nil {
		return nil, false
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	switch value.(type) {
	case map[string]any, []any:
		return value, true
	}
	return nil, false // a text that happens to be a number is a text
}

// value compares two values at a path.
func (d *differences) value(path string, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			d.object(path, b, a)
			return
		}
	case []any:
		if a, ok := after.([]any); ok {
			d.array(path, b, a)
			return
		}
	}
	if !same(before, after) {
		d.add(path, sayValue(before), sayValue(after))
	}
}

func (d *differences) object(path string, before, after map[string]any) {
	for _, name := range namesOf(before, after) {
		b, wasThere := before[name]
		a, isThere := after[name]
		at := path + member(name)
		switch {
		case wasThere && isThere:
			d.value(at, b, a)
		case wasThere:
			d.add(at, sayValue(b), "")
		default:
			d.add(at, "", sayValue(a))
		}
	}
}

// array compares two lists. What is the same at both ends is left out, so that
// one more item in the middle is one difference.
func (d *differences) array(path string, before, after []any) {
	head, tail := 0, 0
	if len(before) != len(after) {
		shorter := min(len(before), len(after))
		for head < shorter && same(before[head], after[head]) {
			head++
		}
		for tail < shorter-head && same(before[len(before)-1-tail], after[len(after)-1-tail]) {
			tail++
		}
	}
	b, a := before[head:len(before)-tail], after[head:len(after)-tail]
	for i := range max(len(b), len(a)) {
		at := path + "[" + strconv.Itoa(head+i) + "]"
		switch {
		case i < len(b) && i < len(a):
			d.value(at, b[i], a[i])
		case i < len(b):
			d.add(at, sayValue(b[i]), "")
		default:
			d.add(at, "", sayValue(a[i]))
		}
	}
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// member is the name of a member behind the path of its object (RFC 9535,
// section 2.5.1).
func member(name string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	if name != "" && strings.Trim(name, letters+"0123456789") == "" && strings.ContainsRune(letters, rune(name[0])) {
		return "." + name
	}
	return "[" + strconv.Quote(name) + "]"
}

// sayValue is a value as it could be written.
func sayValue(value any) string {
	var text strings.Builder
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	if to.Encode(value) != nil {
		return "" // it was read from JSON, so it can be written
	}
	return strings.TrimSuffix(text.String(), "\n")
}
