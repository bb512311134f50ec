package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"

	"github.com/limenhq/limen"
)

// leastRows is what IANA's list has at least; it had 12,400 rows about ports
// in 2026, and grows.
const leastRows = 10_000

// landmarks are entries that IANA will not move.
var landmarks = []struct {
	port uint16
	name string
}{
	{22, "ssh"}, {53, "domain"}, {80, "http"}, {443, "https"}, {8008, "http-alt"},
}

// Renew fetches the list and puts it on the shelf. Whatever goes wrong, the
// list that was in use before stays.
func (s Shelf) Renew(ctx context.Context, f Fetcher, from string, force bool) (limen.Renewal, error) {
	from = cmp.Or(from, Official)
	before, _ := s.Open()
	was, err := editionOf(before.listing())
	if err != nil { // damaged deep inside, and about to be replaced
		before = Registry{}
		was, _ = editionOf(before.listing())
	}
	r := limen.Renewal{From: withoutPassword(from), File: s.File, Before: was}
	if s.File == "" {
		return r, refusal(r, limen.NotFound, "there is no directory to keep it in", "set HOME or XDG_CACHE_HOME")
	}
	list, err := f.Fetch(ctx, from)
	if err == nil {
		err = list.check()
	}
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case errors.As(err, new(*fs.PathError)): // which names the file
		return r, refusal(r, limen.NotFound, err.Error(), elsewhere(from))
	case err != nil:
		return r, refusal(r, limen.NotFound, fmt.Sprintf("%s: %v", r.From, err), elsewhere(from))
	}
	list.Source = "IANA's list of " + list.newest
	if r.After, err = editionOf(list); err != nil {
		return r, err
	}
	if err := older(before, r); err != nil && !force {
		return r, refusal(r, limen.Invalid, err.Error(), "--force takes it nevertheless")
	}
	if err := compare(&r, before.listing(), list); err != nil {
		return r, err
	}
	return r, s.keep(r, list)
}

// check says what keeps a list from being IANA's, whole. That every row of it
// could be read is already known.
func (l *List) check() error {
	if l.rows < leastRows {
		return fmt.Errorf("it has %d rows about ports, and IANA's list has more than %d: it was cut off, or is another", l.rows, leastRows)
	}
	for _, m := range landmarks {
		entries, _ := l.at(m.port) // a *List is whole
		if !slices.ContainsFunc(entries, func(e limen.Registration) bool { return e.Name == m.name }) {
			return fmt.Errorf("it is not IANA's list: port %d is not %q in it", m.port, m.name)
		}
	}
	if l.newest == "" {
		return errors.New("it is not IANA's list: no entry has a date")
	}
	return nil
}

// editionOf says which copy a listing is. It reads all of it.
func editionOf(l listing) (limen.Edition, error) {
	e := limen.Edition{Source: l.source(), Date: l.date()}
	for _, err := range l.all() {
		if err != nil {
			return e, err
		}
		e.Entries++
	}
	return e, nil
}

// older says that the new list is older than the one in use.
func older(before Registry, r limen.Renewal) error {
	isOlder := r.After.Date < r.Before.Date
	if before.kept == nil {
		isOlder = isOutdated(r.After.Date, r.Before.Date)
	}
	if !isOlder {
		return nil
	}
	return fmt.Errorf("its newest entry is of %s, and the list in use is of %s", r.After.Date, r.Before.Date)
}

// keep puts the list on the shelf.
func (s Shelf) keep(r limen.Renewal, list *List) error {
	data, err := list.pack(map[string]string{
		"source": list.Source, "date": list.newest, "from": r.From, "instead": openInside().source(),
	})
	if err != nil {
		return refusal(r, limen.NotFound, err.Error(), elsewhere(r.From))
	}
	err = s.put(data)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return refusal(r, limen.Denied, err.Error(), "make "+s.File+" yours to write")
	case err != nil:
		return refusal(r, limen.Internal, err.Error(), "see whether there is room where "+s.File+" is")
	}
	return nil
}

// refusal says that the list before stays in use.
func refusal(r limen.Renewal, kind limen.Kind, why, next string) error {
	return &limen.Error{
		Kind: kind, What: "cannot renew the list of port numbers",
		Why:  fmt.Sprintf("%s; the one in use stays: %s", why, r.Before.Source),
		Next: next,
	}
}

// elsewhere is what to do when a list cannot be had from a place.
func elsewhere(from string) string {
	if from == Official {
		return "try again later, or fetch " + Official + " by other means: limen ports update --from FILE"
	}
	return "limen ports update, without --from, asks IANA itself"
}

// withoutPassword is a URL as it may be shown and kept.
func withoutPassword(from string) string {
	if u, err := url.Parse(from); err == nil && u.User != nil {
		return u.Redacted()
	}
	return from
}
