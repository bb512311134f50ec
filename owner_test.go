package limen_test

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestOnlyKeepersThatStartAgainRestart(t *testing.T) {
	for kind, want := range map[limen.KeeperKind]bool{
		limen.Systemd: true, limen.SystemdUser: true, limen.SystemdSocket: true,
		limen.Docker: true, limen.Podman: true, limen.Containerd: true, limen.Kubernetes: true, limen.LXC: true,
		limen.PM2: true, limen.Supervisord: true, limen.Runit: true, limen.S6: true,
		limen.Watcher: true, limen.Foreman: true, limen.Launchd: true, limen.WinService: true,
		limen.Cron: false, limen.Tmux: false, limen.Screen: false, limen.SSH: false, limen.IDE: false, limen.Terminal: false,
		"": false,
		// A kind of a newer limen: warning in vain is the smaller harm.
		"from-the-future": true,
	} {
		if got := kind.Restarts(); got != want {
			t.Errorf("%q restarts: %v, want %v", kind, got, want)
		}
	}
}
