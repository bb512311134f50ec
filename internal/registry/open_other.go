//go:build !unix

package registry

// openFlags is empty: no file here waits for another process when opened.
const openFlags = 0
