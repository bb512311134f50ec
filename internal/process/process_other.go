//go:build !linux

package process

import "errors"

// A dir would be what procfs shows of one process, on a system that has it.
type dir struct{ pid int }

func openDir(string, int) (dir, error)       { return dir{}, errors.ErrUnsupported }
func (dir) alive() error                     { return errors.ErrUnsupported }
func (dir) close()                           {}
func (dir) owner() (uint32, error)           { return 0, errors.ErrUnsupported }
func (dir) read(string, []byte) (int, error) { return 0, errors.ErrUnsupported }
func (dir) link(string, []byte) (int, error) { return 0, errors.ErrUnsupported }
func (dir) isAt(string, string) bool         { return false }
func pids(string) ([]int, error)             { return nil, errors.ErrUnsupported }
