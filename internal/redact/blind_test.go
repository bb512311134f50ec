package redact

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// noise is bytes of all kinds, in which something looks like a name and its value.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	for i := 100; i+20 < n; i += 1000 {
		copy(b[i:], "&h=.?token=x;")
	}
	return b
}

func shownAs(contentType string, body []byte) limen.Recording {
	m := limen.Message{Body: body, Size: int64(len(body)), Fields: []limen.Field{{Name: "Content-Type", Value: contentType}}}
	return Recording(limen.Recording{Answer: m})
}

func TestWhatIsNoTextStaysByteByByte(t *testing.T) {
	body := noise(300_000)
	for contentType, why := range map[string]string{
		"application/octet-stream": "application/octet-stream is not text: no names",
		"":                         "it is not text: no names",
		"text/plain":               "text/plain is not text: no names", // a server that knows no better
		"application/grpc":         "application/grpc is not text: no names",
		"image/png":                "",
	} {
		shown := shownAs(contentType, body)
		if !bytes.Equal(shown.Answer.Body, body) || shown.Answer.IsCut() {
			t.Errorf("%q: %d bytes became %d", contentType, len(body), len(shown.Answer.Body))
		}
		if len(shown.Gaps) > 1 || (len(shown.Gaps) == 1) != (why != "") || why != "" && !strings.HasPrefix(shown.Gaps[0].Why, why) {
			t.Errorf("%q: %+v", contentType, shown.Gaps)
		}
	}
}

func TestAFileInAFormStaysByteByByte(t *testing.T) {
	const head = "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhush\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n"
	const tail = "\r\n--b\r\nContent-Disposition: form-data; name=\"next\"\r\n\r\n/a?token=hush&x=ann\r\n--b--\r\n"
	file := bytes.ReplaceAll(noise(50_000), []byte("--b"), []byte("..."))
	shown := shownAs("multipart/form-data; boundary=b", []byte(head+string(file)+tail))
	want := strings.ReplaceAll(head, "hush", Word) + string(file) + strings.ReplaceAll(tail, "hush", Word)
	if got := string(shown.Answer.Body); got != want || len(shown.Gaps) != 1 || !strings.HasPrefix(shown.Gaps[0].Why, "some of its parts are not text") {
		t.Errorf("%d bytes instead of %d, %+v", len(got), len(want), shown.Gaps)
	}
	if shown := shownAs("multipart/form-data; boundary=b", []byte(head+"text"+tail)); len(shown.Gaps) > 0 || strings.Contains(string(shown.Answer.Body), "hush") {
		t.Errorf("%q, %+v", shown.Answer.Body, shown.Gaps)
	}
}

// Such a one is there on purpose.
func TestAKeyIsHiddenEverywhere(t *testing.T) {
	const key = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
	body := append(append(noise(1000), "\x00\x0a\x29"+key+"\x00"...), noise(1000)...)
	for _, contentType := range []string{"", "application/grpc", "application/octet-stream", "image/png"} {
		if got := shownAs(contentType, body).Answer.Body; bytes.Contains(got, []byte(key)) || !bytes.Contains(got, []byte(Word)) {
			t.Errorf("%q has it", contentType)
		}
	}
}

func TestATextInAnotherAlphabetIsLookedThrough(t *testing.T) {
	for _, text := range []string{
		"name=J\xf6rg&token=hush",                                      // ISO 8859-1
		"\x1b$B;z\x1b(B: password: hush\npassword: hush\n",             // ISO-2022-JP
		"CONNECT\nlogin:ann\npasscode:hush\n\n\x00",                    // STOMP
		"\x1b[31mred\x1b[0m\npassword=hush\n",                          // colours
		strings.Repeat("\xe0\xe8\xf3", 40) + "\ntoken: hush\n\x80\x81", // Windows-1251
	} {
		if got := shownAs("text/plain", []byte(text)); strings.Contains(string(got.Answer.Body), "=hush") || strings.Contains(string(got.Answer.Body), "\npasscode:hush") || strings.Contains(string(got.Answer.Body), "\ntoken: hush") || len(got.Gaps) > 0 {
			t.Errorf("%q is shown as %q, %+v", text, got.Answer.Body, got.Gaps)
		}
	}
}
