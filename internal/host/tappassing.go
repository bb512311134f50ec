package host

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/apidoc"
	"github.com/limenhq/limen/internal/coding"
	"github.com/limenhq/limen/internal/redact"
)

// mostPassing is how many answers a tap reads back to see whether they describe an
// interface: that takes half a second of a processor where a ring is full.
const mostPassing = 8

// passing returns what an answer describes that has gone by, if it describes the
// interface of its service, and nobody was told of that: clients fetch such documents
// also from where nobody would look for them.
func (v *vigil) passing(ctx context.Context, e *limen.Exchange) *limen.Document {
	if e == nil || e.Open || e.Fault != "" || e.Method != "GET" || e.Status != 200 || !isData(*e) {
		return nil
	}
	url, _, _ := strings.Cut(redact.Exchange(*e).URL, "?")
	at := e.Name + pathIn(url)
	if v.read[at] || len(v.read) >= mostPassing {
		return nil
	}
	v.read[at] = true
	r, err := v.host.recording(ctx, e.ID)
	if err != nil {
		return nil // it has made room for others meanwhile
	}
	answer, err := coding.Undo(r.Answer)
	if err != nil {
		return nil
	}
	d, ok := apidoc.Read(bytes.NewReader(answer.Body))
	if !ok {
		return nil
	}
	d.URL = url
	return &d
}

// What the paths of documents have in them that are not where one would look, and what
// they end in, as do their types; but servers of files call YAML text.
var (
	documentWords = []string{"openapi", "swagger", "asyncapi", "api-docs", "schema", "spec"}
	documentEnds  = []string{"json", "yaml", "yml"}
)

// isData reports whether an answer may be a document, by its address and by what it
// says that it is.
func isData(e limen.Exchange) bool {
	at, _, _ := strings.Cut(strings.ToLower(pathIn(e.URL)), "?")
	has := func(word string) bool { return strings.Contains(at, word) }
	ends := func(word string) bool { return strings.HasSuffix(at, word) }
	says := func(word string) bool { return strings.HasSuffix(e.Media, word) }
	return slices.ContainsFunc(documentWords, has) && slices.ContainsFunc(documentEnds, ends) &&
		(e.Media == "text/plain" || slices.ContainsFunc(documentEnds, says))
}

// note notes which documents are told of when the tap begins.
func (v *vigil) note(all []limen.Document) {
	for _, d := range all {
		name := askedIn(d.URL)
		if name == "localhost" { // of a listener before a port
			name = ""
		}
		v.read[name+pathIn(d.URL)] = true
	}
}
