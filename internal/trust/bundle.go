package trust

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"os"
)

// mostBundle is twenty times what all authorities of the world take.
const mostBundle = 8 << 20

func readBundle(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", file)
	}
	text, err := io.ReadAll(io.LimitReader(f, mostBundle+1))
	if err == nil && len(text) > mostBundle {
		err = fmt.Errorf("%s has more than %d bytes", file, mostBundle)
	}
	return text, err
}

// contains reports whether a bundle has a certificate.
func contains(text, der []byte) bool {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return false
		}
		if bytes.Equal(block.Bytes, der) {
			return true
		}
		text = rest
	}
}

// merge is a bundle with one more in it.
func merge(text []byte, a *Authority) []byte {
	if contains(text, a.certificate.Raw) {
		return text
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	return append(text, a.text()...)
}
