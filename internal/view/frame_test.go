package view

import (
	"bytes"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestAClosingMessageSaysWhy(t *testing.T) {
	for body, want := range map[string]string{
		"\x03\xe8":                "1000 normal closure",
		"\x03\xe8bye":             "1000 normal closure: bye",
		"\x0f\xa0":                "4000",
		"\x0f\xa0not \x1b[2Jhere": `4000: not \x1b[2Jhere`,
		"\x03":                    "03",
		"":                        "",
	} {
		f := limen.Frame{Exchange: "17", Kind: limen.FrameClose, Body: []byte(body), Size: int64(len(body))}
		line := frameLine(f, Options{})
		if _, text, _ := strings.Cut(line, " B"); strings.TrimSpace(text) != want {
			t.Errorf("%q is told as %q, not %q", body, line, want)
		}
		isHarmless(t, line)
	}
}

func TestWhatWasSaidInAWebSocketIsNotCalledLost(t *testing.T) {
	r := limen.Recording{
		Exchange: limen.Exchange{ID: "1", Status: 101, Method: "GET", URL: "http://shop.localhost/"},
		Request:  limen.Message{Size: 6}, Answer: limen.Message{Size: 85},
		Messages: []limen.Frame{{Exchange: "1", Kind: limen.FrameText, Body: []byte("hello"), Size: 5}},
	}
	var out bytes.Buffer
	if err := Recording(&out, r, Table, Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "nothing is kept") || !strings.Contains(out.String(), "hello") {
		t.Errorf("shown is\n%s", out.String())
	}
}

// A fault is cut only where there is no room for it, and colours take none.
func TestALineOfATapHasTheWholeWidth(t *testing.T) {
	for _, status := range []int{200, 500} {
		e := limen.Exchange{ID: "1", Method: "GET", URL: "http://shop.localhost/a", Status: status, Fault: "the answer broke off after 9 bytes"}
		for _, color := range []bool{false, true} {
			if line := exchangeLine(e, false, Options{Width: 80, Color: color}); !strings.HasSuffix(line, e.Fault) {
				t.Errorf("with status %d and colour %v it is %q", status, color, line)
			}
		}
	}
}
