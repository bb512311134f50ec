package har

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/coding"
	"github.com/limenhq/limen/internal/redact"
)

// What is said of a body that is not here, or not as a whole.
const (
	CutComment     = "cut: only its beginning was kept"
	EncodedComment = "left out: it was compressed, and could not be looked through for secrets"
)

// EntryOf is the entry of a request that was kept. It has the secrets that r has.
func EntryOf(r limen.Recording) Entry {
	e := Entry{
		ID: r.ID, Started: r.Time.UTC(), Time: milliseconds(r.Total),
		Timings: Timings{Wait: milliseconds(r.FirstByte), Receive: milliseconds(r.Total - r.FirstByte)},
		Request: requestOf(r), Response: responseOf(r), Messages: messagesOf(r.Messages),
	}
	if r.Initiator != nil {
		e.Process = fmt.Sprintf("%s (%d)", r.Initiator.Name, r.Initiator.PID)
	}
	if e.Messages != nil {
		e.Kind = "websocket"
	}
	if r.Open {
		e.Comment = "it had not ended"
	}
	return e
}

func requestOf(r limen.Recording) Request {
	q := Request{
		Method: r.Method, URL: addressOf(r), HTTPVersion: r.Protocol,
		Cookies: cookiesOf(r.Request, "Cookie"), Headers: pairs(r.Request.Fields),
		HeadersSize: -1, BodySize: r.Request.Size,
	}
	_, query, _ := strings.Cut(q.URL, "?")
	query, _, _ = strings.Cut(query, "#")
	q.Query = queryOf(query)
	if r.Request.Size > 0 {
		text, encoding, comment := textOf(r.Request, r.Hidden)
		q.PostData = &Body{MimeType: r.Request.Field("Content-Type"), Params: []Pair{}, Text: text, Encoding: encoding, Comment: comment}
	}
	return q
}

// addressOf is the whole address of a request; an archive has no other.
func addressOf(r limen.Recording) string {
	if !strings.HasPrefix(r.URL, "/") {
		return r.URL
	}
	return "http://" + r.Request.Field("Host") + r.URL
}

func responseOf(r limen.Recording) Response {
	text, encoding, comment := textOf(r.Answer, r.Hidden)
	a := Response{
		Status: r.Status, StatusText: http.StatusText(r.Status), HTTPVersion: r.Protocol,
		Cookies: cookiesOf(r.Answer, "Set-Cookie"), Headers: pairs(r.Answer.Fields),
		RedirectURL: r.Answer.Field("Location"), HeadersSize: -1, BodySize: r.Answer.Size, Fault: r.Fault,
		Content: Content{Size: r.Answer.Size, MimeType: r.Answer.Field("Content-Type"), Text: text, Encoding: encoding, Comment: comment},
	}
	if a.Content.MimeType == "" {
		a.Content.MimeType = "x-unknown" // the specification wants one of each
	}
	if plain, err := coding.Undo(r.Answer); err == nil && plain.Plain && !plain.IsCut() && r.Answer.Field("Content-Encoding") != "" {
		a.Content.Size = int64(len(plain.Body))
	}
	return a
}

// textOf is a body as it stands in an archive: as it is to be read, without what
// it is encoded with.
func textOf(m limen.Message, isHidden bool) (text, encoding, comment string) {
	isLeftOut := isHidden && m.Size > 0 && len(m.Body) == 0 && m.Field("Content-Encoding") != ""
	plain, err := coding.Undo(m)
	if err != nil {
		plain = m // as it came is better than nothing
	}
	switch {
	case isLeftOut:
		return "", "", EncodedComment
	case plain.IsCut():
		comment = CutComment
	}
	contentType := m.Field("Content-Type")
	switch {
	case err == nil && utf8.Valid(plain.Body):
		return string(plain.Body), "", comment
	case err == nil && coding.IsTextual(contentType): // cut within a character, or of another character set
		return strings.ToValidUTF8(string(plain.Body), "\ufffd"), "", CutComment
	}
	return base64.StdEncoding.EncodeToString(plain.Body), "base64", comment
}

func milliseconds(d time.Duration) float64 { return float64(max(d, 0).Microseconds()) / 1000 }

func pairs(fields []limen.Field) []Pair {
	all := []Pair{}
	for _, f := range fields {
		all = append(all, Pair(f))
	}
	return all
}

// cookiesOf are the cookies that a message has in fields of a name.
func cookiesOf(m limen.Message, name string) []Pair {
	all := []Pair{}
	for _, f := range m.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		var some []*http.Cookie
		if name == "Cookie" {
			some, _ = http.ParseCookie(f.Value) // what is none is none
		} else if c, err := http.ParseSetCookie(f.Value); err == nil {
			some = []*http.Cookie{c}
		}
		for _, c := range some {
			all = append(all, Pair{c.Name, c.Value})
		}
	}
	return all
}

// queryOf are the parts of a query, in order.
func queryOf(query string) []Pair {
	all := []Pair{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		all = append(all, Pair{redact.Unescaped(name), redact.Unescaped(value)})
	}
	return all
}

// opcodes are those that messages of a WebSocket have.
var opcodes = map[limen.FrameKind]int{limen.FrameText: 1, limen.FrameBinary: 2, limen.FrameClose: 8, limen.FramePing: 9, limen.FramePong: 10}

// messagesOf are the messages of a WebSocket; events of a stream stand in the
// body of its answer.
func messagesOf(frames []limen.Frame) (all []Message) {
	for _, f := range frames {
		opcode, ok := opcodes[f.Kind]
		if !ok {
			continue
		}
		m := Message{Type: "receive", Time: float64(f.Time.UnixMicro()) / 1e6, Opcode: opcode, Data: string(f.Body)}
		if f.FromClient {
			m.Type = "send"
		}
		if opcode != 1 || !utf8.Valid(f.Body) {
			m.Data = base64.StdEncoding.EncodeToString(f.Body)
		}
		all = append(all, m)
	}
	return slices.Clip(all)
}
