//go:build !linux

package serve

// silentKind knows no file system here that does not tell of all changes.
func silentKind(string) (name string, ok bool) { return "", false }
