package resolve

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"
)

func entry(name string) Entry { return Entry{netip.MustParseAddr("127.0.0.1"), name} }

func TestABlockIsWrittenAndTakenOutToTheByte(t *testing.T) {
	for _, row := range []struct{ before, with string }{
		{"", "# limen begin\n127.0.0.1\tshop.test\n# limen end\n"},
		{"127.0.0.1 localhost\n", "127.0.0.1 localhost\n# limen begin\n127.0.0.1\tshop.test\n# limen end\n"},
		{"127.0.0.1 localhost", "127.0.0.1 localhost\n# limen begin, after a line without an end\n127.0.0.1\tshop.test\n# limen end\n"},
		{"127.0.0.1 localhost\r\n", "127.0.0.1 localhost\r\n# limen begin\r\n127.0.0.1\tshop.test\r\n# limen end\r\n"},
		{"a\r\nb", "a\r\nb\r\n# limen begin, after a line without an end\r\n127.0.0.1\tshop.test\r\n# limen end\r\n"},
		{"\n\n\n", "\n\n\n# limen begin\n127.0.0.1\tshop.test\n# limen end\n"},
		{"\xff\x00 # limen begins\n", "\xff\x00 # limen begins\n# limen begin\n127.0.0.1\tshop.test\n# limen end\n"},
	} {
		with, err := withBlock([]byte(row.before), []Entry{entry("shop.test")})
		if err != nil || string(with) != row.with {
			t.Errorf("%q: %q, %v; want %q", row.before, with, err, row.with)
			continue
		}
		if again, err := withBlock(with, []Entry{entry("shop.test")}); err != nil || !bytes.Equal(again, with) {
			t.Errorf("%q twice: %q, %v", row.before, again, err)
		}
		// What others have added since stays.
		grown := append(bytes.Clone(with), "192.0.2.1 other\n"...)
		other, err := withBlock(grown, []Entry{entry("blog.test"), entry("shop.test")})
		if err != nil || !bytes.HasSuffix(other, []byte("192.0.2.1 other\n")) || bytes.Count(other, []byte("shop.test")) != 1 || !bytes.Contains(other, []byte("blog.test")) {
			t.Errorf("%q with another name: %q, %v", row.before, other, err)
		}
		if out, err := withBlock(with, nil); err != nil || string(out) != row.before {
			t.Errorf("%q came back as %q, %v", row.before, out, err)
		}
	}
}

func TestABlockThatSomebodyBrokeIsLeftAlone(t *testing.T) {
	for _, file := range []string{
		"# limen begin\n127.0.0.1 shop.test\n",
		"# limen end\n",
		"# limen begin\n# limen begin\n# limen end\n",
		"# limen begin\n# limen end\n# limen begin\n# limen end\n",
		"# limen begin\n# limen end\n# limen end\n",
	} {
		if got, err := withBlock([]byte(file), nil); !errors.Is(err, errBroken) {
			t.Errorf("%q: %q, %v", file, got, err)
		}
	}
}

func FuzzWithBlock(f *testing.F) {
	f.Add([]byte("127.0.0.1 localhost\n"))
	f.Add([]byte("a\r\n\r"))
	f.Add([]byte("# limen begin\nx\n# limen end"))
	f.Fuzz(func(t *testing.T, file []byte) {
		with, err := withBlock(file, []Entry{entry("shop.test")})
		if err != nil {
			return
		}
		if got, err := entriesOf(with); err != nil || !slices.Equal(got, []Entry{entry("shop.test")}) {
			t.Fatalf("%q: %v, %v", with, got, err)
		}
		out, err := withBlock(with, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, isThere, _ := findBlock(file); !isThere && !bytes.Equal(out, file) {
			t.Errorf("%q came back as %q", file, out)
		}
	})
}
