package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
)

// Mark is the same as long as the files say the same, or cannot be read for the
// same reason.
func Mark(files []string) string {
	sum := sha256.New()
	for _, file := range files {
		text, err := read(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		fmt.Fprintf(sum, "%q %q %v\n", file, text, err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8])
}
