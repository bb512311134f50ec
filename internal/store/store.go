// Package store keeps what limen remembers, in one SQLite file that several
// processes may use at once: leases, and what was stopped.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/limenhq/limen"
)

// A Store is an open file. It may be used by several goroutines at once.
type Store struct {
	Kept string // where a file that was damaged lies now; empty if none was

	db   *sql.DB
	file string
}

//go:embed migration/*.sql
var migrations embed.FS

// patience is how long to wait for other processes. Each holds the file for a
// few milliseconds, and forty may come at once.
const patience = 10 * time.Second

// Open opens the store in file, and makes it if there is none. What cannot be
// read as a store is never written to: it is moved aside, whole, and Kept says
// where.
func Open(ctx context.Context, file string) (*Store, error) {
	if err := prepare(filepath.Dir(file)); err != nil {
		return nil, said(file, err)
	}
	s, err := open(ctx, file)
	if isDamage(err) {
		var kept string
		if kept, err = setAside(file); err == nil {
			if s, err = open(ctx, file); err == nil {
				s.Kept = kept
			}
		}
	}
	if err != nil {
		return nil, said(file, err)
	}
	return s, nil
}

func open(ctx context.Context, file string) (*Store, error) {
	// A rollback journal: write-ahead logging needs a third file that has to
	// be made by one process while forty wait, and gains nothing for changes
	// of one row.
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(file), RawQuery: url.Values{
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()), "journal_mode(TRUNCATE)", "synchronous(NORMAL)"},
		"_txlock": {"immediate"},
	}.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db, file: file}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// migrate brings the file to what this program knows. Its user_version is the
// number of the last migration it has seen.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(files)
	var version int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version == len(files) {
		return err // nothing to do takes no lock, and no right to write
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(files) {
			return fmt.Errorf("%w: it has version %d, and this limen knows %d", errNewer, version, len(files))
		}
		for _, file := range files[version:] {
			text, err := migrations.ReadFile(file)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return err
			}
		}
		if version == len(files) {
			return nil
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(files)))
		return err
	})
}

// change runs do alone among all processes: wholly, or not at all.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

var errNewer = errors.New("a newer limen wrote it")

// said tells why the store in file cannot be used, and what to do.
func said(file string, err error) error {
	if err == nil {
		return nil
	}
	e := &limen.Error{What: "cannot use limen's records in " + file, Why: err.Error()}
	var known *limen.Error
	var lite *sqlite.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errNewer):
		e.Kind, e.Next = limen.Unsupported, "use the newer limen, or another directory: set XDG_STATE_HOME"
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Next = limen.Denied, "see who owns it: ls -l "+filepath.Dir(file)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOSPC):
		e.Kind, e.Next = limen.Denied, "set XDG_STATE_HOME to a directory that you can write to"
	case errors.As(err, &lite):
		if known, ok := causes[lite.Code()&0xff]; ok {
			e.Kind, e.Why, e.Next = known.kind, known.why, known.next
		}
	}
	return e
}

// causes are what SQLite's result codes (sqlite.org/rescode.html) mean here.
var causes = map[int]struct {
	kind      limen.Kind
	why, next string
}{
	sqlite3.SQLITE_FULL:     {limen.Denied, "the disk is full; what was there is unharmed", "make room, and do it again"},
	sqlite3.SQLITE_IOERR:    {limen.Denied, "the disk does not take or give what was asked; it may be full", "look at the disk: df -h"},
	sqlite3.SQLITE_READONLY: {limen.Denied, "the file or its directory may only be read", "allow yourself to write there, or use another directory: set XDG_STATE_HOME"},
	sqlite3.SQLITE_CANTOPEN: {limen.Denied, "it cannot be opened or made there", "allow yourself to write there, or use another directory: set XDG_STATE_HOME"},
	sqlite3.SQLITE_BUSY:     {limen.Busy, "another process has kept it locked for 10 s", "see which: limen's own commands take milliseconds"},
}

// isDamage reports whether a file is no store, or one that has been broken.
func isDamage(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// setAside renames a damaged file, and its journal, to a name that is free.
func setAside(file string) (kept string, err error) {
	for n := 1; n < 1000; n++ {
		kept = fmt.Sprintf("%s.damaged-%d", file, n)
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(file, kept); err != nil {
				return "", err
			}
			if err := os.Rename(file+"-journal", kept+"-journal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			return kept, nil
		}
	}
	return "", fmt.Errorf("there are already 999 damaged ones beside it")
}
