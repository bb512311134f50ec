package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Standing writes what the daemon says of itself.
func Standing(w io.Writer, s limen.Standing, f Format, o Options) error {
	r := report{whole: s, lines: append([]line{{"standing": s}}, gapLines(s.Gaps)...), header: standingHeader}
	r.rows = [][]string{standingRow(s)}
	r.prose = func(p *page, o Options) { proseStanding(p, s, o) }
	return f.report(w, r, o)
}

// standingHeader are the columns of a standing.
var standingHeader = []string{"runs", "pid", "version", "since", "socket", "doors", "names", "observes", "authority", "memory", "cpu", "service", "note"}

func standingRow(s limen.Standing) []string {
	pid, authority, memory, share := "", "", "", ""
	if s.Process != nil {
		pid = strconv.Itoa(s.Process.PID)
	}
	if s.Authority != nil {
		authority = s.Authority.Fingerprint
	}
	if u := s.Usage; u != nil {
		memory, share = strconv.FormatUint(u.Memory, 10), strconv.FormatFloat(u.Share, 'f', 4, 64)
	}
	var doors []string
	for _, d := range s.Doors {
		doors = append(doors, d.Endpoint.Addr.String())
	}
	return []string{
		strconv.FormatBool(s.Process != nil), pid, s.Version, stamp(s.Since), s.Socket, strings.Join(doors, " "), strconv.Itoa(s.Names),
		strconv.FormatBool(s.Observes), authority, memory, share, s.Service, s.Note,
	}
}

func proseStanding(p *page, s limen.Standing, o Options) {
	if s.Note != "" {
		p.linef("%s", Safe(s.Note))
	}
	if s.Process == nil {
		if s.Note == "" {
			p.linef("no daemon runs")
			p.because("", "limen daemon start; whatever needs it starts it, too")
		}
		if s.Service != "" {
			p.starts(s, o)
		}
		return
	}
	p.linef("the daemon runs (%d), version %s, for %s", s.Process.PID, Safe(s.Version), span(s.Time.Sub(s.Since)))
	p.linef("  asked at  %s", Safe(short(s.Socket, o.Home)))
	if u := s.Usage; u != nil {
		p.linef("  uses      %s, %.1f%% of a processor since its start", size(u.Memory), u.Share*100)
	}
	p.starts(s, o)
	p.linef("  names     %s", namesLive(s))
	p.doors(s.Doors)
	p.padlock(s.Authority)
}

// starts says who starts the daemon.
func (p *page) starts(s limen.Standing, o Options) {
	if s.Service != "" {
		p.linef("  started   by the system: %s", Safe(short(s.Service, o.Home)))
		return
	}
	p.linef("  started   when limen needs it; at each login: limen daemon install")
}

func namesLive(s limen.Standing) string {
	words := fmt.Sprintf("%d live", s.Names)
	if s.Observes {
		return words + "; what you start is named as it opens a port"
	}
	return words + "; new ones are not looked for (observe = false)"
}

// padlock says what browsers make of HTTPS here.
func (p *page) padlock(a *limen.Authority) {
	if a == nil {
		p.linef("HTTPS has no authority yet: browsers warn, and everything works behind the warning")
		p.because("", "limen trust install")
		return
	}
	p.linef("HTTPS is signed by the local authority of %s for %s; limen trust says who trusts it", Safe(a.Maker), Safe(scope(*a)))
}
