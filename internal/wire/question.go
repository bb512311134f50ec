package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"github.com/limenhq/limen"
)

// parseQuestion reads a question into in, whole or not at all: a field that
// this limen does not know would change what is asked for, and who asked would
// not notice that it was ignored.
func parseQuestion(text []byte, in any) error {
	if !utf8.Valid(text) {
		return &limen.Error{Kind: limen.Invalid, What: "cannot read the question", Why: "it is not UTF-8"}
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	err := strict.Decode(in)
	if err == nil {
		_, err = strict.Token() // what follows the question
		if errors.Is(err, io.EOF) {
			return nil
		}
	}
	// Only a field that is not known is no obstacle without the strictness;
	// encoding/json has no other way to tell it apart.
	if json.Unmarshal(text, reflect.New(reflect.TypeOf(in).Elem()).Interface()) == nil {
		return &limen.Error{
			Kind: limen.Unsupported, What: "cannot read the question",
			Why:  "the limen that was asked does not know all of it: " + err.Error(),
			Next: "update limen there",
		}
	}
	if err == nil {
		err = errors.New("something follows it")
	}
	return &limen.Error{Kind: limen.Invalid, What: "cannot read the question", Why: err.Error()}
}

// questionText writes a question. Text that is not UTF-8, such as the name of a
// file may be, would arrive as another one; encoding/json writes \ufffd then,
// with six characters, which it does for nothing else.
func questionText(name string, in any) ([]byte, error) {
	text, err := json.Marshal(in)
	why := ""
	switch {
	case err != nil:
		why = err.Error()
	case len(text) > maxQuestion:
		why = fmt.Sprintf("the question has %d bytes, and %d are the most", len(text), maxQuestion)
	case hasEscape(text, `\ufffd`):
		why = "it contains text that is not UTF-8, which no other process can be told"
	default:
		return text, nil
	}
	return nil, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot ask for %q", name), Why: why}
}

// hasEscape reports whether JSON contains an escape: the same characters behind
// a backslash that is itself escaped are none.
func hasEscape(text []byte, escape string) bool {
	for {
		i := bytes.Index(text, []byte(escape))
		if i < 0 {
			return false
		}
		before := text[:i]
		if (len(before)-len(bytes.TrimRight(before, `\`)))%2 == 0 {
			return true
		}
		text = text[i+len(escape):]
	}
}
