package daemon

import (
	"context"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// unasked is what is missing where a daemon runs, and commands do without it.
const unasked = "commands do not ask this daemon"

// Status says whether a daemon runs, and how it is.
func Status(ctx context.Context, c Config) (limen.Standing, error) {
	h := c.newHost()
	m, err := meet(ctx, h, devotion)
	if err != nil {
		return limen.Standing{}, err
	}
	if m == nil {
		s, err := h.Standing(ctx, op.StandingIn{})
		s.Service = c.service().file()
		s.Gaps = append(s.Gaps, logGaps(h)...)
		return s, err
	}
	defer m.client.Close()
	s, err := op.Standing.On(ctx, m.client, op.StandingIn{})
	if err != nil {
		return s, err
	}
	if why := m.difference(); why != "" {
		s.Gaps = append(s.Gaps, limen.Gap{What: unasked, Why: why, Next: m.remedy()})
	}
	if m.seesTheSame() && m.isOutdated(h) {
		s.Gaps = append(s.Gaps, limen.Gap{What: "the settings as they are now", Why: "they have changed since the daemon has read them", Next: "limen daemon start"})
	}
	if c.IsOff() {
		s.Gaps = append(s.Gaps, limen.Gap{What: unasked, Why: offKey + " is off"})
	}
	s.Gaps = append(s.Gaps, logGaps(h)...)
	return s, nil
}
