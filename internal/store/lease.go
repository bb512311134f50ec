package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/limenhq/limen"
)

// Leases returns all leases that are not over at now, by port.
func (s *Store) Leases(ctx context.Context, now time.Time) ([]limen.Lease, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT lease FROM lease")
	if err != nil {
		return nil, said(s.file, err)
	}
	defer rows.Close()
	var all []limen.Lease
	for rows.Next() {
		var text string
		var l limen.Lease
		if err := rows.Scan(&text); err != nil {
			return nil, said(s.file, err)
		}
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return nil, said(s.file, fmt.Errorf("a lease cannot be read: %w", err))
		}
		if !l.IsOver(now) {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b limen.Lease) int { return cmp.Compare(a.Port, b.Port) })
	if err := rows.Err(); err != nil {
		return nil, said(s.file, err)
	}
	return all, nil
}

// Claim keeps a lease, and reports whether it could: not if another has the
// port, or the same name in the same project and branch. Leases that are over
// at the new one's beginning make way.
func (s *Store) Claim(ctx context.Context, l limen.Lease) (bool, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return false, err
	}
	taken := false
	err = s.change(ctx, func(tx *sql.Tx) error {
		// Lease.IsOver, for all.
		if _, err := tx.ExecContext(ctx, "DELETE FROM lease WHERE until <> 0 AND (until <= ?1 OR since > ?1 + 1)", l.Since.Unix()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO lease VALUES (?, ?, ?, ?, ?, ?, ?)",
			l.Port, l.Name, l.Project, l.Branch, l.Since.Unix(), unixOrZero(l.Until), string(text))
		var e *sqlite.Error
		if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT {
			taken = true
			return nil
		}
		return err
	})
	if err != nil {
		return false, said(s.file, err)
	}
	return !taken, nil
}

// Release ends the lease of a port, and reports whether there was one.
func (s *Store) Release(ctx context.Context, port uint16) (bool, error) {
	var n int64
	err := s.change(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM lease WHERE port = ?", port)
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	if err != nil {
		return false, said(s.file, err)
	}
	return n > 0, nil
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
