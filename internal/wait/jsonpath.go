package wait

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A step goes from a JSON value to one in it: to a field, or if that is empty
// to an element.
type step struct {
	field   string
	element int
}

// ParsePath reads the path of a JSON value, such as .checks[0].state; the
// first dot may be left out.
func ParsePath(s string) (steps []step, err error) {
	rest := s
	if rest != "" && rest[0] != '.' && rest[0] != '[' {
		rest = "." + rest
	}
	for rest != "" && err == nil {
		var next step
		if next, rest, err = parseStep(rest); err == nil {
			steps = append(steps, next)
		}
	}
	if err == nil && len(steps) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("%q is no path of a JSON value, such as .checks[0].state: %w", s, err)
	}
	return steps, nil
}

// parseStep reads ".name" or "[0]" from the beginning of a path.
func parseStep(s string) (next step, rest string, err error) {
	if inside, isElement := strings.CutPrefix(s, "["); isElement {
		number, rest, isClosed := strings.Cut(inside, "]")
		n, err := strconv.ParseUint(number, 10, 31)
		if err != nil || !isClosed {
			return step{}, "", fmt.Errorf("%q is not an element, such as [0]", s)
		}
		return step{element: int(n)}, rest, nil
	}
	name, isField := strings.CutPrefix(s, ".")
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	if !isField || end == 0 {
		return step{}, "", fmt.Errorf("%q does not begin with a field, such as .state", s)
	}
	return step{field: name[:end]}, name[end:], nil
}

// valueAt returns a value of a JSON text: a string as it is, anything else as
// JSON writes it.
func valueAt(body []byte, path string) (string, error) {
	steps, err := ParsePath(path)
	if err != nil {
		return "", err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", errors.New("its body is no JSON")
	}
	for _, s := range steps {
		var ok bool
		switch in := v.(type) {
		case map[string]any:
			v, ok = in[s.field]
		case []any:
			if ok = s.field == "" && s.element < len(in); ok {
				v = in[s.element]
			}
		}
		if !ok {
			return "", fmt.Errorf("its body has no %s", path)
		}
	}
	if s, isString := v.(string); isString {
		return s, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
