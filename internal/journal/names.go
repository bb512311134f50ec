package journal

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

const (
	newer = ".log"     // what the file is called that lines are added to
	older = ".log.old" // and the one before it
)

// plainBytes stand for themselves in the name of a file. Capital letters do
// not: to some file systems they are the small ones.
const plainBytes = "abcdefghijklmnopqrstuvwxyz0123456789-_."

// fileOf names the file of an app. No two apps share one, and whatever an app
// is called, its file is in the journal's directory.
func fileOf(app, kind string) string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(app)+len(kind))
	for i := range len(app) {
		if c := app[i]; strings.IndexByte(plainBytes, c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(append(b, kind...))
}

// appOf is the reverse of fileOf, of either kind.
func appOf(file string) (app string, isOurs bool) {
	name, isNewer := strings.CutSuffix(file, newer)
	if !isNewer {
		if name, isOurs = strings.CutSuffix(file, older); !isOurs {
			return "", false
		}
	}
	var b []byte
	for len(name) > 0 {
		if name[0] != '%' {
			b, name = append(b, name[0]), name[1:]
			continue
		}
		if len(name) < 3 {
			return "", false
		}
		c, err := strconv.ParseUint(name[1:3], 16, 8)
		if err != nil {
			return "", false
		}
		b, name = append(b, byte(c)), name[3:]
	}
	app = string(b)
	return app, fileOf(app, newer) == file || fileOf(app, older) == file
}

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
		if app, ok := appOf(e.Name()); ok && e.Type()&os.ModeType == 0 {
			all = append(all, app)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
