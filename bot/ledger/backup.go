package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"renewbot/bot/renewal"
)

// ErrNotSQLite says that a backup or a restore in a file is not for PostgreSQL, which
// has its own programs for them.
var ErrNotSQLite = errors.New("the ledger is in PostgreSQL")

// Contents is what a verified copy of a ledger holds.
type Contents struct {
	Requests int64
	Entries  int64  // of the audit trail
	Hash     string // of the last entry; empty: there is none
	Bytes    int64  // size of the file
}

// Backup copies the SQLite ledger that a DATABASE_URL names into a new file, which is
// on the disk and verified when it returns. The bot may be running: the copy is the
// ledger of one moment. What is in the file already is never overwritten.
func Backup(ctx context.Context, databaseURL, file string) (Contents, error) {
	from, err := sqliteFile(databaseURL)
	if err != nil {
		return Contents{}, fmt.Errorf("back up the ledger: %w", err)
	}
	if _, err := os.Stat(from); err != nil {
		return Contents{}, fmt.Errorf("back up the ledger: no database: %w", err)
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return Contents{}, fmt.Errorf("back up the ledger: %w", err)
	}
	// An empty file keeps the name until the copy takes its place.
	name, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Contents{}, fmt.Errorf("make the backup: %w", err)
	}
	_ = name.Close() // nothing was written
	part := to + ".partial"
	contents, err := copyVerified(ctx, from, part)
	if err == nil {
		err = moveInto(part, to)
	}
	if err != nil {
		return Contents{}, errors.Join(fmt.Errorf("back up the ledger: %w", err), removeAll(part, to))
	}
	return contents, nil
}

// sqliteFile is the file that a DATABASE_URL names.
func sqliteFile(databaseURL string) (string, error) {
	rest, ok := strings.CutPrefix(databaseURL, "sqlite:")
	if !ok {
		return "", ErrNotSQLite
	}
	path, err := sqlitePath(rest)
	if err == nil && path == "" {
		err = errors.New("a database in memory has no file")
	}
	return path, err
}

// copyVerified makes a copy of a database file, the log beside it included, and reads
// all of it again.
func copyVerified(ctx context.Context, from, to string) (Contents, error) {
	// What an earlier copy left behind when it was interrupted.
	if err := removeAll(to); err != nil {
		return Contents{}, err
	}
	if err := copyDatabase(ctx, from, to); err != nil {
		return Contents{}, fmt.Errorf("copy: %w", err)
	}
	contents, err := inspect(ctx, to)
	if err != nil {
		return Contents{}, fmt.Errorf("the copy is not right: %w", err)
	}
	return contents, nil
}

// copyDatabase writes what a database file holds at one moment into another file.
func copyDatabase(ctx context.Context, from, to string) error {
	// SQLite would make a file that everybody on the machine can read.
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // SQLite writes, and Sync reports what fails
	db, err := sql.Open("sqlite", plainName(from, "ro"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	// It reads in one transaction, while others may write.
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return f.Sync() // which SQLite leaves to us
}

// plainName is the data source name of a file that is only read, whatever it is.
func plainName(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode + "&_pragma=busy_timeout(10000)"
}

// moveInto gives a file its name, on the disk as well.
func moveInto(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	directory, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = directory.Close() }() // it was only read
	if err := directory.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func removeAll(paths ...string) error {
	var errs []error
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// inspect reads a database file from its first to its last page and verifies the audit
// trail in it.
func inspect(ctx context.Context, path string) (c Contents, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	c.Bytes = info.Size()
	db, err := sql.Open("sqlite", plainName(path, "ro"))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	q := sqliteQuerier{db}
	if err := q.each(ctx, func(row row) error {
		var found string
		if err := row.Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return errors.New("damaged: " + found)
		}
		return nil
	}, `PRAGMA integrity_check(1)`); err != nil {
		return c, err
	}
	// The tables may be those of an older version of the program; these have not changed.
	l := &Ledger{engine: &sqliteEngine{sqliteQuerier: q}}
	if err := l.verify(ctx); err != nil {
		return c, err
	}
	if err := q.one(ctx, `SELECT count(*) FROM requests`).Scan(&c.Requests); err != nil {
		return c, err
	}
	var end renewal.Entry
	if end, err = l.trailEnd(ctx); err != nil {
		return c, err
	}
	c.Entries, c.Hash = end.Seq, end.Hash
	return c, nil
}
