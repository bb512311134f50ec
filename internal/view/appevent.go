package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// AppEvent writes what happened to an app that limen runs: to people only what
// they have to know, beside what the app prints itself.
func AppEvent(w io.Writer, e limen.AppEvent, f Format, o Options) error {
	r := report{whole: e, lines: []line{{"event": e}}, header: appEventHeader, rows: [][]string{appEventRow(e)}}
	r.prose = func(p *page, _ Options) {
		for _, said := range appSentences(e) {
			p.linef("limen: %s", Safe(said))
		}
	}
	if f.Name == JSON.Name {
		return ndjsonReport(w, report{lines: []line{}, whole: e}, o)
	}
	return f.report(w, r, o)
}

// appEventHeader are the columns of events of apps.
var appEventHeader = []string{"time", "app", "change", "state", "endpoint", "part", "url", "pid", "why"}

func appEventRow(e limen.AppEvent) []string {
	row := []string{stamp(e.Time), e.App, e.Change.String(), "", "", "", "", "", e.Why}
	if e.State != 0 {
		row[3] = e.State.String()
	}
	if e.Process.PID != 0 {
		row[7] = fmt.Sprint(e.Process.PID)
	}
	if o := e.Opening; o != nil {
		row[4], row[5], row[6], row[7] = o.Endpoint.String(), o.Part.String(), o.URL, fmt.Sprint(o.Process.PID)
	}
	return row
}

// appSentences say an event in words; none for what people need not know.
func appSentences(e limen.AppEvent) (all []string) {
	switch e.Change {
	case limen.AppLaunched:
		return launchSentences(*e.Launch)
	case limen.AppAnswered:
		return []string{openingSentence(e)}
	case limen.AppNamed:
		return []string{e.App + " is " + e.Opening.Named}
	case limen.AppMoved, limen.AppNoted:
		said := e.Why
		if said == "" || slices.Contains(silentStates, e.State) {
			return nil
		}
		if e.Next != "" {
			said += "; " + e.Next
		}
		return []string{e.App + " " + said}
	case limen.AppFinished:
		if e.Why != "" {
			return []string{e.App + " " + e.Why}
		}
	}
	return nil
}

// silentStates are those that whoever reads along has brought about.
var silentStates = []limen.AppState{limen.AppStopping, limen.AppStopped}

// launchSentences say why an app does not get the port that it should.
func launchSentences(l limen.Launch) []string {
	switch {
	case l.Wanted == 0:
		return nil
	case l.Named:
		return []string{fmt.Sprintf("the command names port %d, which is taken: %s", l.Wanted, l.Cause)}
	}
	return []string{fmt.Sprintf("port %d is taken: %s; %s gets %d", l.Wanted, l.Cause, l.App, l.Port)}
}

// openingSentence says where an app answers.
func openingSentence(e limen.AppEvent) string {
	o := e.Opening
	at := o.URL
	if at == "" {
		at = o.Endpoint.Addr.String()
	}
	if s := o.Service; s != nil && s.Product != "" {
		at += " (" + strings.TrimSpace(s.Product+" "+s.Version) + ")"
	} else if s != nil && s.Protocol != "" && o.URL == "" {
		at += " (" + s.Protocol + ")"
	}
	switch {
	case o.Part == limen.OtherPart && o.Role != "":
		return fmt.Sprintf("%s has a %s at %s", e.App, o.Role, at)
	case o.Part == limen.OtherPart:
		return fmt.Sprintf("%s answers at %s, too", e.App, at)
	}
	said := fmt.Sprintf("%s answers at %s", e.App, at)
	if e.Why != "" {
		said += ", " + e.Why
	}
	return said
}
