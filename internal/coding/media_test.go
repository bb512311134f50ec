package coding

import "testing"

func TestWhatIsForReadingIsToldFromWhatIsNot(t *testing.T) {
	for _, c := range []struct {
		contentType, body string
		isText, isJSON    bool
	}{
		{"application/json; charset=utf-8", `{}`, true, true},
		{"application/problem+json", ` [`, true, true},
		{"text/plain;charset=UTF-8", "\n {", true, true},
		{"text/plain", "a\x1b[31m", true, false},
		{"", "hello\tworld\r\n", true, false},
		{"", "\x00\x01", false, false},
		{"application/grpc", "\x00\x00\x00\x00\x05hello", false, false},
		{"image/svg+xml", "<svg/>", true, false},
		{"text/html", "\xff", false, false},
		{"application/octet-stream", "plain", true, false},
	} {
		if IsText(c.contentType, []byte(c.body)) != c.isText || IsJSON(c.contentType, []byte(c.body)) != c.isJSON {
			t.Errorf("%s %q: text %v, JSON %v", c.contentType, c.body, !c.isText, !c.isJSON)
		}
	}
}
