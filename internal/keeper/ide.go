package keeper

import (
	"context"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// ide finds an editor whose terminal or debugger a program runs in.
var ide = detector{
	name:  "an ancestor called like a known editor",
	kinds: []limen.KeeperKind{limen.IDE},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			if a.editor == "" {
				return limen.Keeper{}, false
			}
			k := limen.Keeper{Kind: limen.IDE, Name: a.editor, Evidence: a.calls(a.editor)}
			if t := q.env("TERM_PROGRAM"); t != "" {
				k.Evidence += fmt.Sprintf(", and the environment of process %d says TERM_PROGRAM=%s", q.Process.PID, t)
			}
			return k, true
		}), nil
	},
}

// editor returns the name of the editor that a program is, or nothing. Its
// title can be long, so it is asked once for each ancestor.
func editor(title string, p program) string {
	if t, ok := p.find(editors); ok {
		return strings.TrimSuffix(strings.TrimSuffix(t.name, ".sh"), "64")
	}
	for _, s := range editorServers {
		if strings.Contains(title, s.sign) {
			return s.name
		}
	}
	return ""
}

// editors are known by the name of their program. Left out are vim, Emacs and
// their like: a program in their terminal has a shell's ancestry, and they
// seldom start servers themselves.
var editors = []tool{
	{name: "code"}, {name: "code-insiders"}, {name: "code-server"}, {name: "codium"}, {name: "vscodium"},
	{name: "cursor"}, {name: "windsurf"}, {name: "zed"}, {name: "zed-editor"}, {name: "zed-remote-server"},
	{name: "sublime_text"}, {name: "fleet"},
	{name: "idea"}, {name: "goland"}, {name: "pycharm"}, {name: "webstorm"}, {name: "phpstorm"},
	{name: "clion"}, {name: "rider"}, {name: "rubymine"}, {name: "rustrover"}, {name: "datagrip"}, {name: "studio"},
	{name: "idea64"}, {name: "goland64"}, {name: "pycharm64"}, {name: "webstorm64"}, {name: "phpstorm64"},
	{name: "idea.sh"}, {name: "goland.sh"}, {name: "pycharm.sh"}, {name: "webstorm.sh"}, {name: "phpstorm.sh"},
}

// editorServers are run by a Node or Java that tells them apart only by its
// other arguments.
var editorServers = []struct{ sign, name string }{
	{"/.vscode-server/", "vscode-server"},
	{"/.vscode-server-insiders/", "vscode-server"},
	{"/.cursor-server/", "cursor-server"},
	{"/.windsurf-server/", "windsurf-server"},
	{"-Didea.paths.selector=GoLand", "goland"},
	{"-Didea.paths.selector=PyCharm", "pycharm"},
	{"-Didea.paths.selector=WebStorm", "webstorm"},
	{"-Didea.paths.selector=PhpStorm", "phpstorm"},
	{"-Didea.paths.selector=", "idea"},
}
