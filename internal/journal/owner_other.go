//go:build !unix

package journal

import "io/fs"

// isMine reports true: on Windows a profile can be entered by its user and by
// administrators alone.
func isMine(fs.FileInfo) bool { return true }
