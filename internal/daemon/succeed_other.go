//go:build !unix

package daemon

import "errors"

// bequeath is not possible: package net does not know how Windows hands a socket
// over.
func (*daemon) bequeath(string) (*successor, error) { return nil, errors.ErrUnsupported }
