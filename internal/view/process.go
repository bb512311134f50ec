package view

import (
	"cmp"
	"path"
	"strings"
)

func commandCell(r row, _ form) string {
	if p := r.first(); p != nil {
		return oneLine(p.Command)
	}
	return ""
}

func executableCell(r row, f form) string {
	if p := r.first(); p != nil {
		return short(p.Executable, f.home)
	}
	return ""
}

func directoryCell(r row, f form) string {
	if p := r.first(); p != nil {
		return short(p.Directory, f.home)
	}
	return ""
}

func byPID(a, b row) int {
	return cmp.Compare(a.first().PID, b.first().PID)
}

// short writes ~ for the user's directory. Shells do, so a person can type it;
// a script gets the whole path, because ~ is no directory to a program.
func short(dir, home string) string {
	home = path.Clean(home)
	if home == "." || home == "/" || dir == "" {
		return dir
	}
	if rest, ok := strings.CutPrefix(dir, home); ok && (rest == "" || rest[0] == '/') {
		return "~" + rest
	}
	return dir
}
