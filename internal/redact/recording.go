package redact

import (
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
	for i := range r.Messages {
		r.Messages[i] = Frame(r.Messages[i])
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
		for i := len(p.Command) - 1; i > 0; i-- {
			p.Command[i] = argument(p.Command[i-1], p.Command[i])
		}
		e.Initiator = &p
	}
	return e
}

// loginFlags are those of curl, wget and httpie that a login stands behind, under
// a name that does not say so.
var loginFlags = []string{"-u", "--user", "-U", "--proxy-user", "-b", "-a", "--oauth2-bearer"}

// argument is an argument of a program behind another one. It may be a field of a
// head, as those of curl -H are, or a body.
func argument(before, arg string) string {
	name, value, isField := strings.Cut(arg, ":")
	switch {
	case slices.Contains(loginFlags, before), strings.HasPrefix(before, "-") && !strings.Contains(before, "=") && IsSecret(before):
		return Word
	case isField && isToken(name) && !strings.HasPrefix(value, "//"):
		trimmed := strings.TrimLeft(value, " ")
		return name + ":" + value[:len(value)-len(trimmed)] + Header(name, trimmed)
	case strings.Contains(arg, "://"):
		return URL(arg)
	}
	return Text(string(JSON([]byte(Pairs(arg)))))
}

// Frame is a message of a WebSocket, or an event, without secrets.
func Frame(f limen.Frame) limen.Frame {
	if len(f.Body) == 0 {
		return f
	}
	f.Body = []byte(Text(string(JSON(f.Body))))
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

// unread is why secrets may be in what isStructured.
const unread = "no names stand in it by which secrets are told, so they may be in it"

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
	case isStructured(media):
		gaps = append(gaps, limen.Gap{What: "secrets in " + what, Why: media + " is not text: " + unread, Next: "take care whom you give it to"})
		plain.Body = []byte(Text(string(plain.Body)))
	default:
		plain.Body = Body(m.Field("Content-Type"), plain.Body)
	}
	plain.Plain, plain.Cut = true, cut
	plain.Fields, plain.Trailers = Fields(plain.Fields), Fields(plain.Trailers)
	return plain, gaps
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
// like one: by what is said of it, or by its first bytes (Unicode, section 23.8).
func isWide(contentType string, body []byte) bool {
	said := strings.ToLower(contentType)
	return strings.Contains(said, "utf-16") || strings.Contains(said, "utf-32") || strings.Contains(said, "ucs-2") ||
		len(body) > 1 && (body[0] == 0xff && body[1] == 0xfe || body[0] == 0xfe && body[1] == 0xff)
}
