//go:build !unix && !windows

package tap

import (
	"errors"
	"io"
	"os"
)

const nonblock = 0

// takeLock takes no lock: no other process can be kept from writing here.
func takeLock(*os.Root) (io.Closer, error) { return nil, errors.ErrUnsupported }
