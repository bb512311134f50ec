package naming

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// matches reports whether the listener is meant by a pattern: a port or a range
// of them, a directory with all below it, or the name of a project, of a
// compose project or of a container. * and ? stand for what they do in a
// shell; what is no good pattern stands for itself.
func (f Facts) matches(pattern string) bool {
	if r, err := limen.ParsePortRange(pattern); err == nil && r.Contains(f.Listener.Endpoint.Port()) {
		return true
	}
	if strings.HasPrefix(pattern, "~") || filepath.IsAbs(pattern) {
		return f.isBelow(pattern)
	}
	for _, name := range f.names() {
		if name != "" && fits(pattern, name) {
			return true
		}
	}
	return false
}

// names are what a person may call the project of a listener, or its workspace.
func (f Facts) names() (all []string) {
	if k := f.container(); k != nil {
		return []string{k.Name, k.Container.Project}
	}
	if p := f.owner().Process.Project; p != nil && !f.isBoxed() {
		all = []string{p.Name, unscoped(p.Name), filepath.Base(p.Root)}
		if w := p.Workspace; w.Root != "" {
			all = append(all, w.Name, unscoped(w.Name), filepath.Base(w.Root))
		}
		return all
	}
	return nil
}

// mostAbove is how many directories above are compared. A path may have two
// thousand.
const mostAbove = 64

// isBelow reports whether the owner works in a directory or below it.
func (f Facts) isBelow(pattern string) bool {
	if rest, ok := strings.CutPrefix(pattern, "~"); ok {
		if f.Home == "" || rest != "" && rest[0] != '/' {
			return false // ~ann is another's
		}
		pattern = literal(f.Home) + filepath.FromSlash(rest)
	}
	pattern = filepath.Clean(pattern)
	for _, dir := range []string{f.owner().Process.Directory, where(f.owner().Process)} {
		for range mostAbove {
			if !filepath.IsAbs(dir) || f.isBoxed() {
				break
			}
			if ok, err := filepath.Match(pattern, dir); ok || err != nil && pattern == dir {
				return true
			}
			if filepath.Dir(dir) == dir {
				break
			}
			dir = filepath.Dir(dir)
		}
	}
	return false
}

// literal is a path as a pattern that matches it alone. On Windows a backslash
// is no escape there (filepath.Match), and none of these signs can be in a
// path but [.
func literal(dir string) string {
	if filepath.Separator == '\\' {
		return dir
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok || err != nil && pattern == name
}
