package keeper

import (
	"context"

	"github.com/limenhq/limen"
)

// watching finds what starts a program again when files change.
var watching = detector{
	name:  "an ancestor called like a known watcher",
	kinds: []limen.KeeperKind{limen.Watcher},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			t, ok := a.program.find(watchers)
			return limen.Keeper{Kind: limen.Watcher, Name: t.String(), Evidence: a.calls(t.String())}, ok
		}), nil
	},
}

// watchers restart a child process when files change. Left out are those that
// reload inside one process or replace themselves, which no ancestor shows:
// bun --watch, deno --watch, vite, next dev, and gunicorn --reload, whose
// master would start its workers again in any case.
var watchers = []tool{
	// any program
	{name: "watchexec"},
	{name: "entr"},
	{name: "reflex"},
	{name: "modd"},
	{name: "watchfiles"},
	{name: "watchmedo", word: "auto-restart"},
	// Node
	{name: "nodemon"},
	{name: "node-dev"},
	{name: "ts-node-dev"},
	{name: "tsnd"},
	{name: "tsx", word: "watch"},
	{name: "node", flag: "--watch"},
	// Go
	{name: "air"},
	{name: "gow"},
	{name: "wgo"},
	{name: "CompileDaemon"},
	// Rust
	{name: "cargo-watch"},
	{name: "bacon"},
	// Python
	{name: "uvicorn", word: "--reload"},
	{name: "hypercorn", word: "--reload"},
	{name: "flask", word: "--reload"},
	{name: "flask", word: "--debug"},
	{name: "manage", word: "runserver"}, // Django: manage.py
	// others
	{name: "rerun"},
	{name: "guard"},
	{name: "dotnet-watch"},
}
