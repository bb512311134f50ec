package redact

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/coding"
)

// Recording is what was kept of a request, for reading and without secrets: what
// bodies are encoded with is undone, and what cannot be looked through is left
// out. A gap says so. Nothing of r itself is changed.
func Recording(r limen.Recording) limen.Recording {
	r.Exchange = Exchange(r.Exchange)
	r.Gaps = slices.Clone(r.Gaps)
	r.Request, r.Gaps = message(r.Request, "the body of the request", r.Gaps)
	r.Answer, r.Gaps = message(r.Answer, "the body of the answer", r.Gaps)
	r.Messages = slices.Clone(r.Messages)
	blind := 0
	for i, f := range r.Messages {
		if f.Kind == limen.FrameBinary && isBinary(f.Body) {
			blind++
		}
		r.Messages[i] = Frame(f)
	}
	if blind > 0 {
		r.Gaps = append(r.Gaps, limen.Gap{What: "secrets in messages", Why: fmt.Sprintf("%d of %d are not text: %s", blind, len(r.Messages), unread), Next: careful})
	}
	r.Hidden = true
	return r
}

// Exchange is a request without secrets in its address, and in what started
// whoever asked.
func Exchange(e limen.Exchange) limen.Exchange {
	e.URL, e.Fault = URL(e.URL), Text(e.Fault)
	if e.Initiator != nil {
		p := *e.Initiator
		p.Command = slices.Clone(p.Command)
		hideArguments(p.Command)
		e.Initiator = &p
	}
	return e
}

// Frame is a message of a WebSocket, or an event, without secrets.
func Frame(f limen.Frame) limen.Frame {
	if len(f.Body) == 0 {
		return f
	}
	f.Body = Body("", JSON(f.Body)) // which may stand behind something, as in events
	return f
}

// Fields are fields of a head, without secrets.
func Fields(all []limen.Field) []limen.Field {
	all = slices.Clone(all)
	for i, f := range all {
		all[i].Value = Header(f.Name, f.Value)
	}
	return all
}

// unread is why secrets may be in what is no text, and careful what to do then.
const (
	unread  = "no names stand in it by which secrets are told, so they may be in it"
	careful = "take care whom you give it to"
)

func message(m limen.Message, what string, gaps []limen.Gap) (limen.Message, []limen.Gap) {
	media := coding.Media(m.Field("Content-Type"))
	plain, err := coding.Undo(m)
	cut := plain.IsCut()
	switch {
	case err != nil:
		gaps = append(gaps, limen.Gap{What: what, Why: "it cannot be looked through for secrets: " + err.Error(), Next: "--secrets shows it as it is"})
		plain.Body, cut = nil, true
	case isWide(m.Field("Content-Type"), plain.Body):
		gaps = append(gaps, limen.Gap{What: what, Why: "it cannot be looked through for secrets: its characters are wider than a byte", Next: "--secrets shows it as it is"})
		plain.Body, cut = nil, true
	case len(plain.Body) == 0:
	default:
		var isBlind bool
		if isStructured(media) {
			plain.Body, isBlind = []byte(keys(string(plain.Body))), true
		} else {
			plain.Body, isBlind = hide(m.Field("Content-Type"), plain.Body)
		}
		if isBlind && !isPicture(media) {
			gaps = append(gaps, limen.Gap{What: "secrets in " + what, Why: notText(media) + ": " + unread, Next: careful})
		}
	}
	plain.Plain, plain.Cut = true, cut
	plain.Fields, plain.Trailers = Fields(plain.Fields), Fields(plain.Trailers)
	return plain, gaps
}

// notText says of a type that bodies of it are no text, or of none.
func notText(media string) string {
	switch {
	case strings.HasPrefix(media, "multipart/"):
		return "some of its parts are not text"
	case media == "":
		return "it is not text"
	}
	return media + " is not text"
}

// isStructured reports whether a type has values without their names, as those
// of gRPC do.
func isStructured(media string) bool {
	for _, word := range []string{"grpc", "protobuf", "msgpack", "cbor", "avro", "thrift", "bson"} {
		if strings.Contains(media, word) {
			return true
		}
	}
	return false
}

// isWide reports whether a text is in UTF-16 or UTF-32, where no secret looks
// like one: by what is said of it, by its first bytes (Unicode, section 23.8), or
// because every other byte of what is text is none.
func isWide(contentType string, body []byte) bool {
	said := strings.ToLower(contentType)
	isMarked := len(body) > 1 && (body[0] == 0xff && body[1] == 0xfe || body[0] == 0xfe && body[1] == 0xff)
	isEmpty := len(body) > 3 && (body[0] == 0 && body[2] == 0 || body[1] == 0 && body[3] == 0)
	return strings.Contains(said, "utf-16") || strings.Contains(said, "utf-32") || strings.Contains(said, "ucs-2") ||
		isMarked || isEmpty && coding.IsTextual(contentType)
}
