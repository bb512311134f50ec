//go:build !unix

package config

import "io/fs"

const machineFile = ""

// trusted accepts every file: a profile can be written to by its user and by
// administrators only.
func trusted(fs.FileInfo) error { return nil }
