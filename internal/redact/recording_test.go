package redact

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// secretive is a request with a secret in every place where one can stand.
func secretive() limen.Recording {
	field := func(name, value string) limen.Field { return limen.Field{Name: name, Value: value} }
	answer := zipped(`{"user":"ann","accessToken":"zipped-secret"}`)
	return limen.Recording{
		Exchange: limen.Exchange{
			ID: "1", Time: time.Unix(0, 0), URL: "https://u:login-secret@shop.localhost/cb?code=code-secret&page=2", Fault: "cannot reach http://x/?token=fault-secret",
			Initiator: &limen.Process{Name: "curl", Command: []string{"curl", "-H", "Authorization: Bearer argument-secret", "http://a:url-secret@h/?key=query-secret", "--data", "x: y", "-d", `{"pin":"json-secret"}`, "-d", "user=ann&password=pair-secret", "--token=flag-secret", "--password", "behind-secret", "-u", "ann:user-secret", "-d", "<a><password>element-secret</password></a>"}},
		},
		Request: limen.Message{
			Fields: []limen.Field{field("authorization", "Bearer header-secret"), field("Cookie", "a=cookie-secret")},
			Body:   []byte("user=ann&password=form-secret"), Size: 29,
			Trailers: []limen.Field{field("X-Signature", "trailer-secret")},
		},
		Answer: limen.Message{
			Fields: []limen.Field{field("Content-Type", "application/json"), field("Content-Encoding", "gzip"), field("Set-Cookie", "sid=set-secret; Path=/")},
			Body:   answer, Size: int64(len(answer)),
		},
		Messages: []limen.Frame{
			{Kind: limen.FrameText, Body: []byte(`{"type":"auth","token":"frame-secret"}`), Size: 38},
			{Kind: limen.FrameEvent, Body: []byte("data: {\"password\":\"event-secret\"}"), Size: 33},
			{Kind: limen.FrameBinary, Body: []byte{0, 1, 2}, Size: 3},
		},
	}
}

func TestARecordingIsShownWithoutSecrets(t *testing.T) {
	r := secretive()
	r.Request.Fields = append(r.Request.Fields, limen.Field{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	before, _ := json.Marshal(r)
	shown := Recording(r)
	text := fmt.Sprintf("%+v %+v %v %v %v %q %q", shown.Exchange, shown.Initiator.Command, shown.Request.Fields, shown.Answer.Fields, shown.Request.Trailers, shown.Request.Body, shown.Answer.Body)
	for _, f := range shown.Messages {
		text += string(f.Body)
	}
	for _, where := range []string{"login", "code", "fault", "argument", "url", "query", "header", "cookie", "form", "trailer", "zipped", "set", "frame", "event", "json", "pair", "flag", "behind", "user"} {
		if strings.Contains(text, where+"-secret") {
			t.Errorf("the %s-secret is in it", where)
		}
	}
	for _, kept := range []string{"page=2", "ann", "x: y", "a=REDACTED", "Bearer REDACTED", "Path=/"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is not in it: %s", kept, text)
		}
	}
	if !shown.Hidden || !shown.Answer.Plain || shown.Answer.IsCut() || string(shown.Answer.Body) != `{"user":"ann","accessToken":"REDACTED"}` || shown.Request.IsCut() || len(shown.Gaps) != 1 || !strings.HasPrefix(shown.Gaps[0].Why, "1 of 3 are not text") {
		t.Errorf("it is %+v", shown)
	}
	if after, _ := json.Marshal(r); !bytes.Equal(before, after) {
		t.Errorf("what was kept was changed:\n%s\n%s", before, after)
	}
	again := Recording(shown)
	if a, b := fmt.Sprintf("%+v", shown.Answer), fmt.Sprintf("%+v", again.Answer); a != b {
		t.Errorf("what was looked through once is\n%s, and then\n%s", a, b)
	}
}

// What cannot be looked through is not shown, and that is said.
func TestWhatCannotBeLookedThroughIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		contentType, coding, body, gap string
		stays                          bool
	}{
		{"application/json", "compress", "packed-secret", `it is encoded as "compress", which limen does not read`, false},
		{"application/json", "gzip", "no gzip", "it is not encoded as gzip", false},
		{"text/plain; charset=UTF-16", "", "p\x00", "its characters are wider than a byte", false},
		{"", "", "\xff\xfep\x00", "its characters are wider than a byte", false},
		{"application/grpc+proto", "", "\x00\x0a\x03ann", "application/grpc+proto is not text", true},
		{"image/png", "", "\x89PNG", "", true},
	} {
		m := limen.Message{Body: []byte(c.body), Size: int64(len(c.body)), Fields: []limen.Field{{Name: "Content-Type", Value: c.contentType}, {Name: "Content-Encoding", Value: c.coding}}}
		shown := Recording(limen.Recording{Answer: m})
		if (string(shown.Answer.Body) == c.body) != c.stays || shown.Answer.IsCut() == c.stays {
			t.Errorf("%s %s is shown as %q, cut %v", c.contentType, c.coding, shown.Answer.Body, shown.Answer.IsCut())
		}
		var why string
		for _, g := range shown.Gaps {
			why += g.Why
		}
		if !strings.Contains(why, c.gap) || (c.gap == "") != (why == "") {
			t.Errorf("%s %s: says %q", c.contentType, c.coding, why)
		}
	}
}

// A body that was cut before it was kept is cut also where the words in it have
// become longer.
func TestWhatIsCutStaysCut(t *testing.T) {
	m := limen.Message{Body: []byte(`{"pin":1,"a":`), Size: 14, Fields: []limen.Field{{Name: "Content-Type", Value: "application/json"}}}
	if shown := Recording(limen.Recording{Request: m}); !shown.Request.IsCut() || len(shown.Request.Body) <= 14 {
		t.Errorf("it is %+v", shown.Request)
	}
}
