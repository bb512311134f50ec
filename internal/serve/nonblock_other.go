//go:build !unix

package serve

// nonblock is not needed where pipes do not stand in folders.
const nonblock = 0
