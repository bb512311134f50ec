//go:build !unix

package journal

// nonblock is nothing where a directory holds no pipes.
const nonblock = 0
