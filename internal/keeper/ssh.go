package keeper

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/limenhq/limen"
)

// ssh finds a login over SSH. OpenSSH's server titles the process of a session
// "sshd: nick@pts/0" (session.c, session_proctitle), from 9.8 on
// "sshd-session: nick@pts/0"; the listener's own title has no user.
var ssh = detector{
	name:  "an ancestor titled as a session of sshd",
	kinds: []limen.KeeperKind{limen.SSH},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			login, ok := sshLogin(a.title)
			if !ok {
				return limen.Keeper{}, false
			}
			k := limen.Keeper{Kind: limen.SSH, Name: login, Evidence: a.calls("sshd: " + login)}
			from, _, _ := strings.Cut(q.env("SSH_CONNECTION"), " ") // CLIENT PORT SERVER PORT, ssh(1)
			if peer, err := netip.ParseAddr(from); err == nil {
				k.Evidence += fmt.Sprintf(", and the environment of process %d says that it came from %s", q.Process.PID, peer)
			}
			return k, true
		}), nil
	},
}

// sshLogin returns USER@TERMINAL, or USER where there is no terminal, from the
// title of a session.
func sshLogin(title string) (string, bool) {
	rest, ok := strings.CutPrefix(title, "sshd-session: ")
	if !ok {
		rest, ok = strings.CutPrefix(title, "sshd: ")
	}
	login, role, _ := strings.Cut(rest, " ")
	switch {
	case !ok, login == "", strings.HasPrefix(login, "/"), strings.HasPrefix(login, "["):
		return "", false // the listener: "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"
	case role != "" && !strings.HasPrefix(role, "[priv]"):
		return "", false // not logged in yet: "sshd: nick [preauth]", "sshd: unknown [net]"
	}
	return strings.TrimSuffix(login, "@notty"), true
}
