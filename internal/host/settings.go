package host

import (
	"context"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/config"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/resolve"
)

// Settings says what a person has set.
func (h *Host) Settings(context.Context, op.SettingsIn) (limen.Settings, error) {
	c, files, err := h.config()
	if err != nil {
		return limen.Settings{}, err
	}
	return c.Settings(files), nil
}

// dangers say what is dangerous about the suffixes that a person has set.
func dangers(c config.Config) (all []limen.Gap) {
	for _, s := range c.Suffixes() {
		if g := resolve.WarnSuffix(s); g != nil {
			all = append(all, *g)
		}
	}
	return all
}

// config reads the settings of whoever asks. It is asked by those verbs alone
// that have something to be set.
func (h *Host) config() (c config.Config, files []string, err error) {
	dir, err := h.settings()
	if err != nil {
		return c, nil, &limen.Error{Kind: limen.NotFound, What: "cannot find the settings", Why: err.Error(), Next: "say where: set XDG_CONFIG_HOME, or HOME"}
	}
	files = config.Files(dir)
	c, err = config.Read(files)
	return c, files, err
}
