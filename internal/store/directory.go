package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// prepare makes dir, for its owner alone.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return checkOwner(dir)
}

// Directory returns where limen keeps what it remembers of a user's: the state
// directory of the XDG Base Directory Specification 0.8, where that is at home,
// else what the system has for it.
func Directory(getenv func(string) string, home func() (string, error)) (string, error) {
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) { // others are to be ignored, says the specification
		return filepath.Join(d, "limen"), nil
	}
	if d := getenv(stateVariable); stateVariable != "" && filepath.IsAbs(d) {
		return filepath.Join(d, "limen"), nil
	}
	h, err := home()
	if err != nil {
		return "", fmt.Errorf("no directory for limen's records: %w", err)
	}
	return filepath.Join(h, filepath.FromSlash(stateBelowHome), "limen"), nil
}
