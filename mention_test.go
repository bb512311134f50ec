package limen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// marked puts what is mentioned behind each mention.
func marked(text string) string {
	var b strings.Builder
	last := 0
	for m := range limen.Mentions([]byte(text)) {
		b.WriteString(text[last:m.End])
		where := "any"
		if m.Address.IsValid() {
			where = m.Address.String()
		}
		fmt.Fprintf(&b, "<%s %d>", where, m.Port)
		last = m.End
	}
	return b.String() + text[last:]
}

func TestMentionsAreWhatProgramsPrint(t *testing.T) {
	for text, want := range map[string]string{
		"listening on 127.0.0.1:62893":                  "listening on 127.0.0.1:62893<127.0.0.1 62893>",
		"Local: http://localhost:5173/ and more":        "Local: http://localhost:5173/<any 5173> and more",
		"see http://127.0.0.1:3000/a?b=1#c, then go":    "see http://127.0.0.1:3000/a?b=1#c<127.0.0.1 3000>, then go",
		"[::1]:5173 [fe80::1%eth0]:80":                  "[::1]:5173<::1 5173> [fe80::1%eth0]:80<fe80::1%eth0 80>",
		"0.0.0.0:8080->80/tcp":                          "0.0.0.0:8080<0.0.0.0 8080>->80/tcp",
		"listening at :3000":                            "listening at :3000<any 3000>",
		"listening at :3000.":                           "listening at :3000<any 3000>.",
		`addr=":8443" port=":80"`:                       `addr=":8443<any 8443>" port=":80<any 80>"`,
		"https://shop.localhost:8008/x":                 "https://shop.localhost:8008/x<any 8008>",
		"192.168.1.5:443":                               "192.168.1.5:443<192.168.1.5 443>",
		"::ffff:127.0.0.1:80":                           "::ffff:127.0.0.1:80",
		"peer 127.0.0.1:80: reset":                      "peer 127.0.0.1:80<127.0.0.1 80>: reset",
		"\x1b[36mhttp://localhost:\x1b[1m5173\x1b[22m/": "\x1b[36mhttp://localhost:\x1b[1m5173\x1b[22m/",
		"12:34:56 12:30 at 2026-11-21T08:00:00.123Z":    "12:34:56 12:30 at 2026-11-21T08:00:00.123Z",
		"main.go:30:5: example.com:80 a:3000":           "main.go:30:5: example.com:80 a:3000",
		"127.0.0.1:99999 127.0.0.1:0 127.0.0.1:08":      "127.0.0.1:99999 127.0.0.1:0 127.0.0.1:08",
		"1.127.0.0.1:80 999.0.0.1:80 127.0.0.1:80x":     "1.127.0.0.1:80 999.0.0.1:80 127.0.0.1:80x",
		"[12]:80 []:80 [::1]80 ratio 3:4":               "[12]:80 []:80 [::1]80 ratio 3:4",
		"v1.2:3000-beta":                                "v1.2:3000-beta",
		"":                                              "",
		":":                                             ":",
	} {
		if got := marked(text); got != want {
			t.Errorf("%q\n gave %q\n want %q", text, got, want)
		}
	}
}

func FuzzMentions(f *testing.F) {
	f.Add([]byte("at 127.0.0.1:80/x, [::1]:3000 and :8080"))
	f.Add([]byte(":1/=:1")) // one inside the URL of another
	f.Fuzz(func(t *testing.T, text []byte) {
		last := 0
		for m := range limen.Mentions(text) {
			if m.End <= last || m.End > len(text) || m.Port == 0 {
				t.Fatalf("%+v after %d of %d", m, last, len(text))
			}
			last = m.End
		}
	})
}
