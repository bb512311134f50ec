//go:build !unix

package daemon

// inherited is nothing: no process here hands sockets to one that it starts.
func (Config) inherited() (will, error) { return will{}, nil }
