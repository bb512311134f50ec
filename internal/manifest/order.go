package manifest

import "slices"

// Order returns the apps that are asked for, by their names, and all that they
// depend on: first those that depend on nothing, and then whatever depends
// only on those before. None asked for means all.
func (p Project) Order(asked []string) ([][]string, error) {
	wanted := map[string]bool{}
	var want func(name string)
	want = func(name string) {
		if wanted[name] {
			return
		}
		wanted[name] = true
		a, _ := p.app(name)
		for _, d := range a.After {
			want(d.Name)
		}
	}
	if len(asked) == 0 {
		asked = p.names()
	}
	for _, name := range asked {
		a, ok := p.app(name)
		if !ok {
			if a, ok = p.app(label(name)); !ok { // as a Procfile or a package.json calls it
				return nil, p.unknown(name)
			}
		}
		want(a.Name)
	}
	var waves [][]string
	done := map[string]bool{}
	for len(done) < len(wanted) {
		var wave []string
		for _, a := range p.Apps {
			waits := slices.ContainsFunc(a.After, func(d Dependency) bool { return !done[d.Name] })
			if wanted[a.Name] && !done[a.Name] && !waits {
				wave = append(wave, a.Name)
			}
		}
		if len(wave) == 0 { // a circle, which Read has refused
			break
		}
		for _, name := range wave {
			done[name] = true
		}
		waves = append(waves, wave)
	}
	return waves, nil
}
