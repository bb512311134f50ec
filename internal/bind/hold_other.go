//go:build !unix

package bind

import (
	"errors"
	"fmt"
)

// Hold keeps no port here: on Windows SO_REUSEADDR would let a server take it
// from under another, and without it none could.
func Hold(uint16) (Placeholder, error) {
	return nil, fmt.Errorf("keeping a port for a server: %w", errors.ErrUnsupported)
}
