package apidoc

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/limenhq/limen"
)

// A document is the little that is read of one.
type document struct {
	kind, kindVersion string // the member that says what it is, and its value
	title, version    string
	isGraphQL         bool
}

// formats are what documents are called, by the member that says so: OpenAPI
// 3.1.0, section 4.8.1; Swagger 2.0, "Swagger Object"; AsyncAPI 3.0.0, "AsyncAPI
// Object".
var formats = map[string]string{"openapi": "OpenAPI", "swagger": "Swagger", "asyncapi": "AsyncAPI"}

// format is what the document is; empty if it is none.
func (d document) format() string {
	switch {
	case d.isGraphQL:
		return "GraphQL"
	case d.kind == "" || !isVersion(d.kindVersion):
		return ""
	}
	return formats[d.kind] + " " + d.kindVersion
}

func (d document) noun() limen.Document {
	return limen.Document{Format: d.format(), Title: oneLine(d.title), Version: oneLine(d.version)}
}

// isVersion reports whether a text is one, such as 3.1.0 or 3.0.0-rc1.
func isVersion(text string) bool {
	return len(text) < 32 && text != "" && '1' <= text[0] && text[0] <= '9' && strings.Trim(text, "0123456789.-abcdefghijklmnopqrstuvwxyz") == ""
}

// mostText is how long a title is that somebody reads.
const mostText = 200

// oneLine is a foreign text without breaks, and not too long.
func oneLine(text string) string {
	words := []rune(strings.Join(strings.Fields(text), " "))
	return string(words[:min(len(words), mostText)])
}

// errKnown ends the reading of what goes on for megabytes.
var errKnown = errors.New("nothing more has to be known")

// readJSON reads an object up to where it is clear what it is.
func (d *document) readJSON(r io.Reader) error {
	from := json.NewDecoder(r)
	if _, err := from.Token(); err != nil {
		return err
	}
	err := members(from, func(name string) error {
		err := d.member(from, name)
		if err == nil && d.kind != "" && d.title != "" {
			return errKnown
		}
		return err
	})
	if errors.Is(err, errKnown) {
		return nil
	}
	return err
}

// member reads a member of the outermost object.
func (d *document) member(from *json.Decoder, name string) error {
	switch {
	case formats[name] != "":
		d.kind = name
		return text(from, &d.kindVersion)
	case name == "info":
		return object(from, map[string]*string{"title": &d.title, "version": &d.version})
	case name == "data":
		var kind string
		err := object(from, map[string]*string{"__typename": &kind})
		d.isGraphQL = kind != ""
		return err
	}
	return skip(from)
}

// members calls read for each member of an object that has begun.
func members(from *json.Decoder, read func(name string) error) error {
	for from.More() {
		name, err := from.Token()
		if err != nil {
			return err
		}
		word, _ := name.(string)
		if err := read(word); err != nil {
			return err
		}
	}
	_, err := from.Token()
	return err
}

// object reads those members of an object that are wanted, if it is one.
func object(from *json.Decoder, wanted map[string]*string) error {
	begin, err := from.Token()
	if err != nil || begin != json.Delim('{') {
		return skipRest(from, begin, err)
	}
	return members(from, func(name string) error {
		if into := wanted[name]; into != nil {
			return text(from, into)
		}
		return skip(from)
	})
}

// text reads a value, and keeps it if it is text.
func text(from *json.Decoder, into *string) error {
	value, err := from.Token()
	if s, ok := value.(string); ok {
		*into = s
	}
	return skipRest(from, value, err)
}

// skip reads a value, however deep it is, and keeps nothing of it.
func skip(from *json.Decoder) error {
	value, err := from.Token()
	return skipRest(from, value, err)
}

// skipRest reads the rest of a value whose first token was read.
func skipRest(from *json.Decoder, first json.Token, err error) error {
	depth := 0
	for token := first; err == nil; token, err = from.Token() {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
	return err
}

// mostLines is how far into a text what it is, is said.
const mostLines = 200

// readYAML reads the first lines of a document, of which only those are
// understood that such documents begin with: a word, a colon and a text.
func (d *document) readYAML(r *bufio.Reader) error {
	lines := bufio.NewScanner(r)
	within := ""
	for n := 0; n < mostLines && lines.Scan(); n++ {
		line := lines.Text()
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		isOutermost := line[0] != ' ' && line[0] != '\t'
		if isOutermost {
			within = name
		}
		switch value = unquoted(value); {
		case isOutermost && formats[name] != "":
			d.kind, d.kindVersion = name, value
		case isOutermost || within != "info":
		case name == "title" && d.title == "":
			d.title = value
		case name == "version" && d.version == "":
			d.version = value
		}
		if d.kind == "" && n > 20 {
			return errNoDocument
		}
	}
	return nil
}

// unquoted is a text of YAML on one line (YAML 1.2.2, section 7.3).
func unquoted(value string) string {
	value = strings.TrimSpace(value)
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	value, _, _ = strings.Cut(value, " #")
	return strings.TrimSpace(value)
}
