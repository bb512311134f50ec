//go:build unix

package manifest

import "os"

// isEverybodys reports whether everybody may make files in a directory, as in
// /tmp: a manifest there need not be of the person who works below it.
func isEverybodys(directory string) bool {
	info, err := os.Stat(directory)
	return err != nil || info.Mode().Perm()&0o002 != 0
}
