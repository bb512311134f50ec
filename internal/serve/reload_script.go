package serve

import (
	_ "embed"
	"net/http"
)

// The script that keeps a page fresh, in the order in which its parts build on
// each other.
var (
	//go:embed reload_address.js
	addressJS string
	//go:embed reload_swap.js
	swapJS string
	//go:embed reload_patch.js
	patchJS string
	//go:embed reload.js
	reloadJS string
)

// serveScript answers with the script that keeps a page fresh.
func (s *Site) serveScript(w http.ResponseWriter, r *http.Request) {
	text := "// From limen serve. It is part of no file: limen puts it into pages while it sends them.\n" +
		"(() => {\n\"use strict\";\n" + addressJS + swapJS + patchJS + reloadJS + "})();\n"
	asset{"reload.js", "text/javascript; charset=utf-8", text}.send(w, r)
}
