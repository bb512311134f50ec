package serve

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// What is recorded is an HTTP Archive, version 1.2, which browsers and many
// tools read. Names are those of its specification (W3C Web Performance,
// "HTTP Archive (HAR) format"); those that begin with an underscore are
// limen's own, as it allows.

// A harLog is all of a recording.
type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Paths   []string   `json:"_paths"` // those that the recording stands for; what is not in it was not asked for
	Entries []harEntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A harEntry is one request with its answer.
type harEntry struct {
	Started  time.Time   `json:"startedDateTime"`
	Time     float64     `json:"time"` // in milliseconds
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Query       []harPair `json:"queryString"`
	PostData    *harBody  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"` // -1: nobody has counted
	BodySize    int64     `json:"bodySize"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harBody struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
	Encoding string    `json:"_encoding,omitempty"`
	Comment  string    `json:"comment,omitempty"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// What is said of a body that is not here, or not as a whole.
const (
	cutComment        = "cut: only its beginning was kept"
	compressedComment = "left out: it was compressed, and could not be looked through for secrets"
)

// harOf makes an entry of a request and its answer, without secrets.
func harOf(r *http.Request, asked *keptBody, answer *capture, began time.Time, waited, all time.Duration) harEntry {
	e := harEntry{Started: began.UTC(), Time: milliseconds(all), Timings: harTimings{Wait: milliseconds(waited), Receive: milliseconds(all - waited)}}
	e.Request = harRequest{
		Method: r.Method, URL: redactURL(schemeOf(r) + "://" + r.Host + sentPath(r) + queryOf(r)), HTTPVersion: r.Proto,
		Cookies: cookiesOf(r.Cookies()), Headers: headersOf(r.Header), Query: queryPairs(r.URL.RawQuery),
		HeadersSize: -1, BodySize: asked.size,
	}
	if asked.size > 0 {
		text, encoding, comment := textOf(asked, r.Header)
		e.Request.PostData = &harBody{MimeType: r.Header.Get("Content-Type"), Params: []harPair{}, Text: text, Encoding: encoding, Comment: comment}
	}
	h := answer.sent
	status := max(answer.status, 0)
	text, encoding, comment := textOf(&answer.body, h)
	e.Response = harResponse{
		Status: status, StatusText: http.StatusText(status), HTTPVersion: r.Proto,
		Cookies: cookiesOf((&http.Response{Header: h}).Cookies()), Headers: headersOf(h), RedirectURL: redactURL(h.Get("Location")),
		Content:     harContent{Size: answer.body.size, MimeType: mimeOf(h), Text: text, Encoding: encoding, Comment: comment},
		HeadersSize: -1, BodySize: answer.body.size,
	}
	return e
}

// mimeOf is the type of an answer; the archive wants one of each.
func mimeOf(h http.Header) string {
	if t := h.Get("Content-Type"); t != "" {
		return t
	}
	return "x-unknown"
}

func milliseconds(d time.Duration) float64 { return float64(max(d, 0).Microseconds()) / 1000 }

// textOf is a body as it stands in an archive.
func textOf(b *keptBody, h http.Header) (text, encoding, comment string) {
	if b.size > int64(len(b.kept)) {
		comment = cutComment
	}
	switch coding := strings.ToLower(h.Get("Content-Encoding")); {
	case b.size == 0:
		return "", "", ""
	case coding != "" && coding != "identity":
		return "", "", compressedComment
	case utf8.Valid(b.kept):
		return string(redactBody(h.Get("Content-Type"), b.kept)), "", comment
	}
	if name, _, _ := strings.Cut(h.Get("Content-Type"), ";"); isText(name) { // cut within a character, or of another character set
		return string(redactBody(h.Get("Content-Type"), []byte(strings.ToValidUTF8(string(b.kept), "\ufffd")))), "", cutComment
	}
	return base64.StdEncoding.EncodeToString(b.kept), "base64", comment
}

// headersOf are headers without secrets, in an order that stays.
func headersOf(h http.Header) []harPair {
	pairs := []harPair{}
	for _, name := range sortedNames(h) {
		for _, value := range h[name] {
			pairs = append(pairs, harPair{name, redactHeader(name, value)})
		}
	}
	return pairs
}

// cookiesOf are the names of cookies: what they hold is never kept.
func cookiesOf(cookies []*http.Cookie) []harPair {
	pairs := []harPair{}
	for _, c := range cookies {
		pairs = append(pairs, harPair{c.Name, redacted})
	}
	return pairs
}

// queryPairs are the parts of a query, in order, without secrets.
func queryPairs(query string) []harPair {
	pairs := []harPair{}
	for part := range strings.SplitSeq(redactPairs(query), "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
	}
	return pairs
}

// unescaped is a part of a query as it was meant; what cannot be read stays.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
