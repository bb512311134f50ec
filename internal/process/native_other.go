//go:build !linux && !windows

package process

var native = procfs // which says that it is not supported here
