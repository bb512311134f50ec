package daemon

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
)

// taskName is the name of the daemon for the task scheduler.
const taskName = "limen"

// service is a task of the scheduler, which keeps it itself: the file is what it
// was made from.
func (c Config) service() service {
	dir, user := c.getenv("LOCALAPPDATA"), c.getenv("USERNAME")
	if !filepath.IsAbs(dir) || user == "" {
		return service{}
	}
	if domain := c.getenv("USERDOMAIN"); domain != "" {
		user = domain + `\` + user
	}
	program, _ := c.own()
	tool := filepath.Join(c.getenv("SystemRoot"), "System32", "schtasks.exe")
	return service{
		path: filepath.Join(dir, "limen", "daemon.xml"), text: task(program, user), next: "limen daemon start",
		enable: func(ctx context.Context, s service) error {
			return schtasks(ctx, tool, "/Create", "/TN", taskName, "/XML", s.path, "/F")
		},
		disable: func(ctx context.Context, _ service) error {
			return schtasks(ctx, tool, "/Delete", "/TN", taskName, "/F")
		},
	}
}

// schtasks has the scheduler take a task up, or forget it: without it, that
// takes COM.
func schtasks(ctx context.Context, tool string, args ...string) error {
	said, err := exec.CommandContext(ctx, tool, args...).CombinedOutput()
	if err != nil {
		return errors.Join(err, errors.New(strings.TrimSpace(string(said[:min(len(said), 300)]))))
	}
	return nil
}
