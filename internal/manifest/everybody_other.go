//go:build !unix

package manifest

// isEverybodys reports whether everybody may make files in a directory. Where
// modes do not tell, looking ends only at the project's directory.
func isEverybodys(string) bool { return false }
