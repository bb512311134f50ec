//go:build !linux

package sockets

// explain says in words why the kernel refused. Here its own words are all
// that is known.
func explain(err error) error { return err }
