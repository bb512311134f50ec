package probe

import "testing"

func FuzzReadDocument(f *testing.F) {
	f.Add([]byte("\x12\x00\x00\x00\x10ok\x00\x01\x00\x00\x00\x0aa\x00\x08b\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d := readDocument(b); len(d) > len(b) {
			t.Errorf("%d fields in %d bytes", len(d), len(b))
		}
	})
}

func TestReadDocumentRefusesWhatEndsEarly(t *testing.T) {
	whole := "\x0d\x00\x00\x00\x10ok\x00\x01\x00\x00\x00\x00"
	if d := readDocument([]byte(whole)); d["ok"] != int64(1) {
		t.Fatalf("it reads %v", d)
	}
	for n := range len(whole) {
		if d := readDocument([]byte(whole[:n])); d != nil {
			t.Errorf("of its first %d bytes it reads %v", n, d)
		}
	}
}
