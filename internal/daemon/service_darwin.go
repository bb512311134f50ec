package daemon

import (
	"fmt"
	"os"
	"path/filepath"
)

// service is an agent of launchd, which looks into this directory at each login.
func (c Config) service() service {
	home := c.getenv("HOME")
	if !filepath.IsAbs(home) {
		return service{}
	}
	path := filepath.Join(home, "Library", "LaunchAgents", agentLabel+".plist")
	return service{
		path: path, text: plist(c.own()),
		next:   fmt.Sprintf("launchctl bootstrap gui/%d %q", os.Getuid(), path),
		forget: fmt.Sprintf("launchctl bootout gui/%d/%s", os.Getuid(), agentLabel),
	}
}
