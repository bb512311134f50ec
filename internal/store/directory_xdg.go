//go:build unix && !darwin

package store

const stateBelowHome = ".local/state"
