package process

import (
	"strings"
	"testing"
)

func TestNameOnWindows(t *testing.T) {
	for _, test := range []struct{ executable, command, image, want string }{ // the command is split at bars
		{`C:\Program Files\nginx\nginx.exe`, `nginx.exe|-g`, "nginx.exe", "nginx"},
		{`C:\nginx\NGINX.EXE`, ``, "NGINX.EXE", "NGINX"},
		{`C:\Program Files\nodejs\node.exe`, `"C:\Program Files\nodejs\node.exe"|C:\shop\server.js|--port|80`, "node.exe", "node server.js"},
		{`C:\Program Files\nodejs\node.exe`, `node|.\server.js`, "node.exe", "node server.js"},
		{`C:\Program Files\nodejs\node.exe`, `node|C:\shop\node_modules\vite\bin\vite.js`, "node.exe", "vite"},
		{`C:\Program Files\nodejs\node.exe`, `node.exe`, "node.exe", "node"},
		{`C:\Python312\python.exe`, `python|-m|http.server|8000`, "python.exe", "python -m http.server"},
		{`\\server\share\tool.exe`, `tool`, "tool.exe", "tool"},
		{"", "", "svchost.exe", "svchost"},
		{"", "", "System", "System"},
		{"", "", "a.exe.exe", "a.exe"},
	} {
		var command []string
		if test.command != "" {
			command = strings.Split(test.command, "|")
		}
		if got := nameOnWindows(test.executable, command, test.image); got != test.want {
			t.Errorf("%s %v: %q; want %q", test.executable, command, got, test.want)
		}
	}
}

func TestNameOnWindowsLeavesTheCommandAlone(t *testing.T) {
	command := []string{`C:\a\node.exe`, `C:\b\c.js`}
	nameOnWindows(command[0], command, "node.exe")
	if command[0] != `C:\a\node.exe` || command[1] != `C:\b\c.js` {
		t.Errorf("it is %q now", command)
	}
}
