package keeper

import "github.com/limenhq/limen"

// Orphaned reports whether whoever started the process is gone, and nothing
// keeps it. Three things have to be true.
//
// It was given a new parent, because its own ended. That alone says little:
// every daemon that puts itself in the background is one of these.
//
// Nothing would start it again. What a unit or container runs has the system's
// first process for a parent, as intended, and its control group says so. A
// session does not count: one that the process has left behind keeps nothing.
//
// Somebody meant to stop it who no longer can. Either its session's leader
// has ended, which was a shell whose terminal was closed, while a daemon
// leads a session of its own; or it works in a project's directory, where
// people start programs by hand and system services do not live.
//
// A daemon that forks twice, on a machine whose supervisor limen does not
// know, looks the same and is called an orphan too: nothing would start that
// one again either.
func Orphaned(s Subject, reparented, sessionGone bool, within []limen.Keeper) bool {
	return reparented && restarter(within) == nil && (sessionGone || s.Process.Project != nil)
}
