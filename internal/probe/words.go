package probe

import (
	"path"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// mostWords bounds what is taken from an owner, who may have a million
// arguments.
const mostWords = 64

// ownerWords are the words by which owners tell what they are, those first
// that tell most: image, framework, what an interpreter runs, program. They
// are in lower case, without directory, version and ending.
func ownerWords(owners []limen.Owner) []string {
	var words []string
	for _, o := range owners {
		for _, k := range o.Within {
			if k.Container != nil {
				words = append(words, imageWord(k.Container.Image))
			}
		}
		if f := o.Process.Framework; f != nil {
			words = append(words, strings.ToLower(f.Name))
		}
		words = append(words, commandWords(o.Process.Command)...)
		words = append(words, programWords(o.Process.Name)...)
		words = append(words, programWords(o.Process.Executable)...)
		for _, k := range o.Within {
			if k.Kind == limen.Systemd || k.Kind == limen.SystemdUser || k.Kind == limen.SystemdSocket {
				unit, _, _ := strings.Cut(strings.TrimSuffix(k.Name, path.Ext(k.Name)), "@")
				words = append(words, strings.ToLower(unit))
			}
		}
	}
	return distinct(words)
}

// distinct keeps the first of each word, and not the empty one.
func distinct(words []string) (kept []string) {
	for _, w := range words {
		if w != "" && len(w) <= 64 && len(kept) < mostWords && !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// imageWord is the name of a container's image, without registry, tag and
// digest: "postgres" of "docker.io/library/postgres:16-alpine@sha256:…".
func imageWord(image string) string {
	image, _, _ = strings.Cut(image, "@")
	image = image[strings.LastIndexByte(image, '/')+1:]
	image, _, _ = strings.Cut(image, ":")
	return strings.ToLower(image)
}

// commandWords are what the arguments of a command name: the script or module
// that an interpreter runs, and the package it is from.
func commandWords(args []string) (words []string) {
	if len(args) == 0 {
		return nil
	}
	for i, arg := range args[1:min(len(args), mostWords)] {
		if len(arg) > 4<<10 || strings.HasPrefix(arg, "-") || strings.Contains(arg, "://") {
			continue
		}
		arg = strings.ReplaceAll(arg, `\`, "/")
		if _, after, ok := lastCut(arg, "node_modules/"); ok {
			words = append(words, packageWord(after))
		}
		switch base := strings.ToLower(path.Base(arg)); {
		case args[i] == "-m": // python -m http.server
			words = append(words, base, packageOf(base))
		case strings.Contains(arg, "/") || i == 0:
			words = append(words, withoutVersion(strings.TrimSuffix(base, path.Ext(base))), base)
		case isClass(arg): // java org.apache.zookeeper.server.Main
			words = append(words, strings.Split(base, ".")...)
		default:
			words = append(words, base)
		}
	}
	return append(words, programWords(args[0])...)
}

// packageOf is the package that a module of Python is in: "debugpy" of
// "debugpy.adapter".
func packageOf(module string) string {
	first, _, _ := strings.Cut(module, ".")
	return first
}

// isClass reports whether an argument looks like a class of Java with its
// package.
func isClass(arg string) bool {
	parts := strings.Split(arg, ".")
	last := parts[len(parts)-1]
	return len(parts) > 2 && last != "" && last[0] >= 'A' && last[0] <= 'Z'
}

// packageWord is the package of npm that a path below node_modules is in.
func packageWord(p string) string {
	first, rest, _ := strings.Cut(p, "/")
	if strings.HasPrefix(first, "@") {
		second, _, _ := strings.Cut(rest, "/")
		return first + "/" + second
	}
	return first
}

// lastCut is strings.Cut at the last place.
func lastCut(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// programWords are a program's name, and that without its version: "python3.11"
// and "python", "postgres-16" and "postgres".
func programWords(file string) []string {
	base := strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/")))
	if file == "" {
		return nil
	}
	if title, _, ok := strings.Cut(base, ": "); ok { // "nginx: master process", "sshd: listener"
		base = title
	}
	base = strings.TrimSuffix(base, ".exe")
	return []string{base, withoutVersion(base)}
}

// withoutVersion cuts a version from the end of a name.
func withoutVersion(name string) string {
	short := strings.TrimRight(name, "0123456789.")
	if short = strings.TrimRight(short, "-_"); short == "" {
		return name
	}
	return short
}

// named are the probes that words name, in the order of the words.
func named(probes []Probe, words []string) (found []Probe) {
	for _, w := range words {
		for _, p := range probes {
			if p.isNamed(w) && !p.onlyClaimed() && !slices.ContainsFunc(found, func(f Probe) bool { return f.Name == p.Name }) {
				found = append(found, p)
			}
		}
	}
	return found
}

// isNamed reports whether a word of an owner names a program that speaks p.
func (p Probe) isNamed(word string) bool {
	if slices.Contains(p.Programs, word) {
		return true
	}
	return p.Opening != nil && slices.ContainsFunc(Sites, func(s Site) bool { return slices.Contains(s.Programs, word) })
}

// usualPorts are where the protocol is met, or a site that is built on it.
func (p Probe) usualPorts() []uint16 {
	ports := p.Ports
	if p.Opening != nil {
		for _, s := range Sites {
			ports = append(slices.Clip(ports), s.Ports...)
		}
	}
	return ports
}

// onlyClaimed reports whether servers may be asked for p only where their
// command line says that they speak it.
func (p Probe) onlyClaimed() bool { return p.Claims != nil && p.Greets == nil }
