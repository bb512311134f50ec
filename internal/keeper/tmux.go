package keeper

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// tmux finds the server of a terminal multiplexer, and in it the session. The
// server keeps the arguments of the command that started it. Each pane gets
// TMUX=SOCKET,PID,SESSION (tmux(1), ENVIRONMENT), which counts only if its PID
// is the ancestor's: a server may have been started from a pane of another.
var tmux = detector{
	name:  "an ancestor called tmux",
	kinds: []limen.KeeperKind{limen.Tmux},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			if !a.program.is("tmux", "tmux:") { // its thread is named "tmux: server"
				return limen.Keeper{}, false
			}
			k := limen.Keeper{Kind: limen.Tmux, Name: "default", Evidence: a.calls("tmux")}
			if socket := a.program.option("-L", "-S"); socket != "" {
				k.Name = path.Base(socket)
			}
			session, ok := tmuxSession(q.env("TMUX"), a.PID)
			if !ok {
				return k, true
			}
			k.Evidence += fmt.Sprintf(", and the environment of process %d says that it is in session $%d", q.Process.PID, session)
			k.Name = fmt.Sprintf("$%d", session)
			// The first session of a server is the one it was started with.
			if name := a.program.option("-s"); session == 0 && name != "" {
				k.Name = name
			}
			return k, true
		}), nil
	},
}

// tmuxSession returns the number of the session that the variable TMUX names,
// if it is about the server with the given PID.
func tmuxSession(variable string, server int) (int, bool) {
	rest, number, ok := lastCut(variable, ",")
	if !ok || !strings.HasSuffix(rest, ","+strconv.Itoa(server)) {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 31)
	return int(n), err == nil
}
