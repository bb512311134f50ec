package journal

import (
	"os"
	"slices"
	"strings"
)

// Apps returns the names of those of whom lines are kept, in order.
func (j *Journal) Apps() ([]string, error) {
	dir, err := j.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close() // it was only read
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".log"); ok && e.Type()&os.ModeType == 0 {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all, nil
}
