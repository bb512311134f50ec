//go:build !unix

package halt

// HasEnded cannot be told here without a handle; it is found out by waiting.
func HasEnded(int) bool { return false }
