//go:build !unix && !windows

package tap

import (
	"errors"
	"io"
)

const nonblock = 0

// takeLock takes no lock: no other process can be kept from writing here.
func takeLock(string) (io.Closer, error) { return nil, errors.ErrUnsupported }
