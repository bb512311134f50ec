package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// Routes returns all routes, by name, path and condition, those that were typed
// before the others.
func (s *Store) Routes(ctx context.Context) ([]limen.Route, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT route FROM route ORDER BY name, path, condition, typed DESC")
	if err != nil {
		return nil, said(s.file, err)
	}
	defer rows.Close()
	var all []limen.Route
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, said(s.file, err)
		}
		r, err := routeFrom(text)
		if err != nil {
			return nil, said(s.file, err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, said(s.file, err)
	}
	return all, nil
}

// PutRoute keeps a route, in the place of the same one if there is one.
func (s *Store) PutRoute(ctx context.Context, r limen.Route) error {
	text, err := routeText(r)
	if err != nil {
		return err
	}
	return said(s.file, s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO route VALUES (?, ?, ?, ?, ?)", append(routeKey(r), text)...)
		return err
	}))
}

// ClaimRoute keeps a route for its subject, unless another subject has it. It
// returns what is kept then.
func (s *Store) ClaimRoute(ctx context.Context, r limen.Route) (kept limen.Route, err error) {
	text, err := routeText(r)
	if err != nil {
		return kept, err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		var was string
		switch err := tx.QueryRowContext(ctx, "SELECT route FROM route WHERE name = ? AND path = ? AND condition = ? AND typed = ?", routeKey(r)...).Scan(&was); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		default:
			if kept, err = routeFrom(was); err != nil {
				return err
			}
			if kept.Subject != nil && r.Subject != nil && *kept.Subject != *r.Subject {
				return nil
			}
		}
		kept = r
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO route VALUES (?, ?, ?, ?, ?)", append(routeKey(r), text)...)
		return err
	})
	return kept, said(s.file, err)
}

// DropRoute forgets a route, and reports whether there was one.
func (s *Store) DropRoute(ctx context.Context, r limen.Route) (bool, error) {
	var n int64
	err := s.change(ctx, func(tx *sql.Tx) error {
		gone, err := tx.ExecContext(ctx, "DELETE FROM route WHERE name = ? AND path = ? AND condition = ? AND typed = ?", routeKey(r)...)
		if err != nil {
			return err
		}
		n, err = gone.RowsAffected()
		return err
	})
	return n > 0, said(s.file, err)
}

// routeKey is what makes two routes the same to the store.
func routeKey(r limen.Route) []any {
	condition, typed := "", 0
	if r.When != nil {
		condition = r.When.String()
	}
	if r.Source == limen.RouteTyped {
		typed = 1
	}
	return []any{r.Name, r.Path, condition, typed}
}

// routeText is a route without what is so at the moment.
func routeText(r limen.Route) (string, error) {
	r.State, r.URL, r.Endpoints, r.Owner, r.Why, r.Gaps = limen.RouteAsleep, "", nil, nil, "", nil
	text, err := json.Marshal(r)
	return string(text), err
}

func routeFrom(text string) (r limen.Route, err error) {
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("a route cannot be read: %w", err)
	}
	return r, nil
}
