//go:build !linux && !windows && !darwin && !freebsd

package process

var native = procfs // which says that it is not supported here
