package tap

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// heard returns what a socket tells, in words.
func heard(deflate string, parts ...string) (said []string) {
	s := &socket{keeps: true, plain: newInflater(deflate, "server_no_context_takeover"), tell: func(kind limen.FrameKind, body []byte, size int64) {
		said = append(said, fmt.Sprintf("%s %d %q", kind, size, body))
	}}
	for _, p := range parts {
		s.take([]byte(p))
	}
	return said
}

const pressing = "permessage-deflate"

// The bytes are the examples of RFC 6455, section 5.7, and of RFC 7692, section 7.2.3.
func TestMessagesAreReadAsTheirRFCsSay(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, row := range []struct{ name, deflate, bytes, want string }{
		{"text", "", "\x81\x05Hello", `text 5 "Hello"`},
		{"masked", "", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", `text 5 "Hello"`},
		{"in parts", "", "\x01\x03Hel\x80\x02lo", `text 5 "Hello"`},
		{"with a ping between", "", "\x01\x03Hel\x89\x01!\x80\x02lo", `ping 1 "!"|text 5 "Hello"`},
		{"ping and its masked pong", "", "\x89\x05Hello\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", `ping 5 "Hello"|pong 5 "Hello"`},
		{"256 bytes", "", "\x82\x7e\x01\x00" + long, `binary 256 "` + long + `"`},
		{"the same in 8 bytes", "", "\x82\x7f\x00\x00\x00\x00\x00\x00\x01\x00" + long, `binary 256 "` + long + `"`},
		{"empty, twice", "", "\x81\x00\x82\x00", `text 0 ""|binary 0 ""`},
		{"close", "", "\x88\x02\x03\xe8", `close 2 "\x03\xe8"`},
		{"compressed", pressing, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", `text 5 "Hello"`},
		{"compressed in parts", pressing, "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00", `text 5 "Hello"`},
		{"referring to the one before", pressing, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00", `text 5 "Hello"|text 5 "Hello"`},
		{"not referring to it", pressing + "; server_no_context_takeover", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", `text 5 "Hello"|text 5 "Hello"`},
		{"stored", pressing, "\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", `text 5 "Hello"`},
		{"with a final block", pressing, "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", `text 5 "Hello"`},
		{"in two blocks", pressing, "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", `text 5 "Hello"`},
		{"one that is not, where others may be", pressing, "\x81\x05Hello", `text 5 "Hello"`},
		{"damaged, and what refers to it", pressing, "\xc1\x02\xff\xff\xc1\x05\xf2\x00\x11\x00\x00\x81\x02ok", `text 2 ""|text 5 ""|text 2 "ok"`},
		{"compressed, though nobody has agreed", "", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x05Hello", ""},
		{"an opcode that is none", "", "\x83\x00\x81\x05Hello", ""},
		{"a reserved bit", "", "\xa1\x00\x81\x05Hello", ""},
		{"a continuation of nothing", "", "\x80\x00\x81\x05Hello", ""},
		{"a message in a message", "", "\x01\x00\x81\x05Hello", ""},
		{"a long ping", "", "\x89\x7e\x00\x7e" + long, ""},
		{"a length beyond all", "", "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff" + long, ""},
	} {
		whole := strings.Join(heard(row.deflate, row.bytes), "|")
		if whole != row.want {
			t.Errorf("%s: %s", row.name, whole)
		}
		var bytewise []string
		for i := range len(row.bytes) {
			bytewise = append(bytewise, row.bytes[i:i+1])
		}
		if single := strings.Join(heard(row.deflate, bytewise...), "|"); single != row.want {
			t.Errorf("%s, byte by byte: %s", row.name, single)
		}
	}
}

// pressed compresses messages one after another, as RFC 7692, section 7.2.1, says.
func pressed(t testing.TB, messages ...string) (out []string) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		b.Reset()
		w.Write([]byte(m))
		w.Flush()
		out = append(out, strings.TrimSuffix(b.String(), "\x00\x00\xff\xff"))
	}
	return out
}

func frame(first byte, payload string) string {
	n := len(payload)
	return string([]byte{first, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + payload
}

func TestMessagesMayReferToAllThatFitsTheirWindow(t *testing.T) {
	var texts []string
	for n := range 40 {
		texts = append(texts, strings.Repeat(fmt.Sprintf("message %d; ", n), 300))
	}
	texts = append(texts, strings.Repeat("long ", 1<<19), "after "+strings.Repeat("long ", 20))
	var stream, want []string
	for i, p := range pressed(t, texts...) {
		stream = append(stream, frame(0xc1, p))
		want = append(want, fmt.Sprintf("text %d %q", len(texts[i]), texts[i][:min(len(texts[i]), bodyMost)]))
	}
	got := heard(pressing, stream...)
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("message %d is not what was sent", i)
		}
	}
}

func TestAMessageThatBecomesTooMuchIsNotRead(t *testing.T) {
	bomb := frame(0xc1, pressed(t, strings.Repeat("\x00", plainMost+1))[0])
	if got := heard(pressing, bomb, "\x81\x02ok"); len(got) != 2 || got[0] != fmt.Sprintf(`text %d ""`, len(bomb)-10) || got[1] != `text 2 "ok"` {
		t.Errorf("%d messages: %.80q", len(got), got)
	}
}

func FuzzSocket(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x01\x03Hel\x89\x00\x80\x02lo"), 3)
	f.Add([]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"), 8)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		whole := heard(pressing, string(b))
		if at = max(0, min(at, len(b))); len(b) < 1<<16 {
			if parts := heard(pressing, string(b[:at]), string(b[at:])); strings.Join(parts, "|") != strings.Join(whole, "|") {
				t.Errorf("%q and cut at %d: %q", whole, at, parts)
			}
		}
	})
}
