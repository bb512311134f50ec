package process

import (
	"path"
	"slices"
	"strings"
)

// nameOnWindows is nameOf for paths with backslashes and drives, and for
// programs whose files end in .exe, which no one says.
func nameOnWindows(executable string, command []string, image string) string {
	command = slices.Clone(command)
	for i, arg := range command {
		command[i] = slashed(arg)
	}
	if len(command) > 0 {
		command[0] = withoutExe(command[0])
	}
	return nameOf(withoutExe(slashed(executable)), command, withoutExe(image))
}

// slashed returns an argument with its path, if it is one, as it would stand
// in the file system of a machine without drives: C:\shop\server.js becomes
// /shop/server.js.
func slashed(arg string) string {
	if len(arg) >= 3 && arg[1] == ':' && (arg[2] == '\\' || arg[2] == '/') {
		arg = arg[2:]
	}
	return strings.ReplaceAll(arg, `\`, "/")
}

// withoutExe drops what the names of programs end in.
func withoutExe(file string) string {
	if ext := path.Ext(file); strings.EqualFold(ext, ".exe") {
		return strings.TrimSuffix(file, ext)
	}
	return file
}
