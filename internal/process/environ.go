package process

import (
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// environLimit is how much of an environment is looked at.
const environLimit = 128 << 10

// Environ returns those of the named variables that a run was started with,
// and all of them if none is named. Environments hold secrets, so whoever names
// none must have a use for the whole: to start the same program again. It
// returns an error that is fs.ErrPermission if it may not look. A variable
// that lies beyond the first 128 KiB is not found.
func (r *Reader) Environ(id limen.ProcessID, keys ...string) (map[string]string, error) {
	return native.environ(r, id, keys...)
}

func (r *Reader) environProcfs(id limen.ProcessID, keys ...string) (map[string]string, error) {
	var buf scratch
	d, _, err := r.open(id, &buf)
	if err != nil {
		return nil, err
	}
	defer d.close()
	block := make([]byte, environLimit)
	defer clear(block)
	n, err := d.read("environ", block)
	if err != nil {
		return nil, err
	}
	if err := d.alive(); err != nil {
		return nil, err
	}
	return pickVariables(block[:n], n == len(block), keys), nil
}

// pickVariables returns the named variables of an environment, all if none is
// named: NAME=value,
// each ending in a NUL. The first of a name counts, as it does for getenv(3).
// Of a cut environment the last variable may be incomplete and is left out.
func pickVariables(block []byte, cut bool, keys []string) map[string]string {
	vars := make(map[string]string)
	for len(block) > 0 {
		end := slices.Index(block, 0)
		if end < 0 {
			if cut {
				break
			}
			end = len(block)
		}
		if len(keys) == 0 {
			if key, value, ok := strings.Cut(string(block[:end]), "="); ok && key != "" {
				if _, again := vars[key]; !again {
					vars[key] = value
				}
			}
		}
		for _, key := range keys {
			if value, ok := variable(block[:end], key); ok {
				if _, again := vars[key]; !again {
					vars[key] = string(value)
				}
			}
		}
		block = block[min(end+1, len(block)):]
	}
	return vars
}

// variable returns the value of entry if its name is key.
func variable(entry []byte, key string) ([]byte, bool) {
	if len(entry) <= len(key) || string(entry[:len(key)]) != key || entry[len(key)] != '=' {
		return nil, false
	}
	return entry[len(key)+1:], true
}
