package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// mostStopped is how many records of what was stopped are kept: to start again
// what was stopped last week helps nobody, and records hold secrets.
const mostStopped = 16

// A Stop is a record of what was stopped to free a port.
type Stop struct {
	ID     int64
	Port   uint16
	At     time.Time
	Record []byte
}

// NoteStop keeps a record, and forgets the oldest if there are many.
func (s *Store) NoteStop(ctx context.Context, port uint16, at time.Time, record []byte) (id int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO stopped (port, at, record) VALUES (?, ?, ?)", port, at.Unix(), record)
		if err != nil {
			return err
		}
		if id, err = r.LastInsertId(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM stopped WHERE id <= ?", id-mostStopped)
		return err
	})
	if err != nil {
		return 0, said(s.file, err)
	}
	return id, nil
}

// LastStop returns the newest record, of a port or, if it is 0, of any; nil if
// there is none.
func (s *Store) LastStop(ctx context.Context, port uint16) (*Stop, error) {
	var stop Stop
	var at int64
	err := s.db.QueryRowContext(ctx, "SELECT id, port, at, record FROM stopped WHERE ?1 = 0 OR port = ?1 ORDER BY id DESC LIMIT 1", port).
		Scan(&stop.ID, &stop.Port, &at, &stop.Record)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, said(s.file, err)
	}
	stop.At = time.Unix(at, 0).UTC()
	return &stop, nil
}

// ForgetStop forgets a record.
func (s *Store) ForgetStop(ctx context.Context, id int64) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM stopped WHERE id = ?", id); err != nil {
		return said(s.file, err)
	}
	return nil
}
