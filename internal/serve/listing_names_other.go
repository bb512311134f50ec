//go:build !unix

package serve

import "os"

// namesOf takes a folder over to read its names. Here the system tells all else
// with them.
func namesOf(folder *os.File) (*os.File, error) { return folder, nil }
