package serve

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// anyMethod are the methods of endpoints that answer whatever is sent.
var anyMethod = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

const (
	mostEcho  = 1 << 20 // bytes of a body that are sent back
	mostDelay = 5 * time.Minute
)

// An echo is a request, as limen saw it.
type echo struct {
	Method   string      `json:"method"`
	Path     string      `json:"path"` // as it was sent, with its query
	Protocol string      `json:"protocol"`
	Secure   bool        `json:"secure"`
	Host     string      `json:"host"`
	Peer     string      `json:"peer"`
	Query    mapOfLists  `json:"query"`
	Headers  http.Header `json:"headers"`
	Body     string      `json:"body"`
	Encoding string      `json:"encoding,omitempty"` // base64, where the body is no text
	Cut      bool        `json:"cut,omitempty"`      // there was more of it
}

type mapOfLists map[string][]string

// serveEcho answers with the request itself.
func (s *Site) serveEcho(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostEcho+1))
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body ended before it was complete", "")
		return
	}
	e := echo{
		Method: r.Method, Path: r.RequestURI, Protocol: r.Proto, Secure: r.TLS != nil, Host: r.Host, Peer: r.RemoteAddr,
		Query: mapOfLists(r.URL.Query()), Headers: r.Header.Clone(), Cut: len(body) > mostEcho,
	}
	if lines := r.Header["Cookie"]; len(lines) > 0 {
		e.Headers["Cookie"] = withoutOwnCookies(lines) // scripts may not read them, and so may not learn them here
	}
	body = body[:min(len(body), mostEcho)]
	if e.Body = string(body); !utf8.Valid(body) {
		e.Body, e.Encoding = base64.StdEncoding.EncodeToString(body), "base64"
	}
	answerJSON(w, r, http.StatusOK, e)
}

// withoutOwnCookies are the cookies of a request without those that limen gave
// out: cookieName and tokenCookie make them.
func withoutOwnCookies(lines []string) []string {
	var kept []string
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ";") {
			one = strings.TrimSpace(one)
			if name, _, _ := strings.Cut(one, "="); name != "limen" && !strings.HasPrefix(name, "limen-") {
				kept = append(kept, one)
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return []string{strings.Join(kept, "; ")}
}

// answerJSON answers with a value that is made of texts and numbers.
func answerJSON(w http.ResponseWriter, r *http.Request, status int, value any) {
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error(), "")
		return
	}
	b = append(b, '\n')
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h["X-Content-Type-Options"] = noSniff
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(b) // who does not read it is gone
	}
}

// serveDelay answers after as many seconds as its path says.
func (s *Site) serveDelay(w http.ResponseWriter, r *http.Request) {
	word := strings.TrimPrefix(r.URL.Path, ownPath+"delay/")
	seconds, err := strconv.ParseFloat(word, 64)
	if err != nil || !(0 <= seconds && seconds <= mostDelay.Seconds()) {
		refuse(w, http.StatusBadRequest, "this is no number of seconds up to "+strconv.Itoa(int(mostDelay.Seconds())), ownPath+"delay/1.5")
		return
	}
	mustSend(wait(r, time.Duration(seconds*float64(time.Second))))
	answerJSON(w, r, http.StatusOK, map[string]float64{"delayed": seconds})
}

// companions are the headers without which a status makes no sense.
var companions = map[int][2]string{
	301: {"Location", ownPath + "echo"}, 302: {"Location", ownPath + "echo"}, 303: {"Location", ownPath + "echo"},
	307: {"Location", ownPath + "echo"}, 308: {"Location", ownPath + "echo"},
	401: {"Www-Authenticate", `Basic realm="limen status"`}, 405: {"Allow", "GET"}, 407: {"Proxy-Authenticate", `Basic realm="limen status"`},
	416: {"Content-Range", "bytes */0"}, 426: {"Upgrade", "websocket"}, 429: {"Retry-After", "1"}, 503: {"Retry-After", "1"},
}

// bodiless are the statuses whose answers have no body (RFC 9110, 6.4.1).
var bodiless = []int{http.StatusNoContent, http.StatusResetContent, http.StatusNotModified}

// serveStatus answers with the status that its path says.
func (s *Site) serveStatus(w http.ResponseWriter, r *http.Request) {
	status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, ownPath+"status/"))
	if err != nil || status < 200 || status > 599 {
		refuse(w, http.StatusBadRequest, "this is no status from 200 to 599; those below are no answer yet", ownPath+"status/404")
		return
	}
	if with, ok := companions[status]; ok {
		w.Header().Set(with[0], with[1])
	}
	if slices.Contains(bodiless, status) {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		return
	}
	answerJSON(w, r, status, map[string]any{"status": status, "text": http.StatusText(status)})
}
