package serve

import (
	"bufio"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// A shape is one way to write a listing.
type shape struct {
	accepts     string // the media type that asks for it
	contentType string
	policy      string // for a page, what it may load and do
	form        func(*bufio.Writer) form
}

// announce says in the headers of an answer what it is.
func (s shape) announce(h http.Header) {
	h.Set("Content-Type", s.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	// A folder's own time does not change with the files in it, so nothing
	// cheap says whether a listing is still the same.
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept")
	if s.policy != "" {
		h.Set("Content-Security-Policy", s.policy)
		h.Set("Referrer-Policy", "no-referrer")
	}
}

// A form writes a listing in a shape. Errors stay in the writer below it.
type form interface {
	head(*listing)
	row(entry)
	foot(*listing)
}

// shapes are all of them; the first is for whoever does not mind.
var shapes = []shape{
	{"text/html", "text/html; charset=utf-8", ownPolicy, newListingPage},
	{"application/json", "application/json; charset=utf-8", "", newJSONForm},
	{"application/x-ndjson", "application/x-ndjson; charset=utf-8", "", newNDJSONForm},
}

// ownPolicy is what limen's own pages may do: nothing in a name or a document
// that is shown in one can run, or load a thing from elsewhere.
const ownPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// mostAccept is how much of an Accept header is read.
const mostAccept = 1 << 10

// shapeFor picks the shape that a client likes best (RFC 9110, 12.5.1). Of two
// that it likes alike, the one it names itself is better than one that it
// takes with a star: "application/json, */*" is what programs send.
func shapeFor(accept []string) shape {
	best, bestLiked := shapes[0], 0
	for _, s := range shapes {
		if liked := likes(strings.Join(accept, ","), s.accepts); liked > bestLiked {
			best, bestLiked = s, liked
		}
	}
	return best
}

// likes says how much an Accept header likes a media type: a thousand times its
// weight, and as a tie-breaker how exactly it is named, from 1 to 3. 0 means
// not at all.
func likes(accept, mediaType string) int {
	accept = accept[:min(len(accept), mostAccept)]
	kind, _, _ := strings.Cut(mediaType, "/")
	exactness, weight := 0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		exact := 0
		switch name {
		case mediaType:
			exact = 3
		case kind + "/*":
			exact = 2
		case "*/*":
			exact = 1
		}
		if exact > exactness { // the most exact one counts (RFC 9110, 12.5.1)
			exactness, weight = exact, weightOf(params["q"])
		}
	}
	if weight == 0 {
		return 0
	}
	return int(weight*1000)*10 + exactness
}

// weightOf reads a weight; one that is none counts as full.
func weightOf(q string) float64 {
	weight, err := strconv.ParseFloat(q, 64)
	if err != nil || !(0 <= weight && weight <= 1) {
		return 1
	}
	return weight
}
