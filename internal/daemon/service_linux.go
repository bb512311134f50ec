package daemon

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
)

// service is a unit of the user's systemd. It is enabled as systemctl enables
// it, by a link in the directory of what its target wants (systemd.unit(5)).
func (c Config) service() service {
	settings := c.getenv("XDG_CONFIG_HOME")
	if settings == "" {
		settings = filepath.Join(c.getenv("HOME"), ".config")
	}
	if !filepath.IsAbs(settings) {
		return service{}
	}
	dir := filepath.Join(settings, "systemd", "user")
	s := service{
		path: filepath.Join(dir, "limen.service"), link: filepath.Join(dir, "default.target.wants", "limen.service"),
		text: unit(c.own()), next: "systemctl --user daemon-reload && systemctl --user start limen", forget: "systemctl --user daemon-reload",
	}
	bus := filepath.Join(cmp.Or(c.getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", os.Getuid())), "systemd", "private")
	if _, err := os.Stat(bus); err != nil {
		s.absent, s.next, s.forget = "no systemd of this user runs here: "+err.Error(), "", ""
	}
	return s
}
