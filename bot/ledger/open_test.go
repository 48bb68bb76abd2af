package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"renewbot/bot/renewal"
)

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, url, want string }{
		{"nothing", "", "DATABASE_URL must be"},
		{"a file name", "renewbot.db", "DATABASE_URL must be"},
		{"another database", "mysql://u:secret@h/db", "DATABASE_URL must be"},
		{"no file", "sqlite:", "names no file"},
		{"a directory", "sqlite:data/", "names no file"},
		{"a host", "sqlite://data/renewbot.db", "sqlite:///absolute/file.db"},
		{"PostgreSQL, badly written", "postgres://u:secret@h:port/db", "not a valid PostgreSQL URL"},
		{"parameters", "sqlite:renewbot.db?_pragma=x", "has no parameters"},
		{"no directory", "sqlite:///does/not/exist/renewbot.db", "is not a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(t.Context(), c.url, Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Error("the error shows the password")
			}
		})
	}
}

func TestOneProcess(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t).(sqliteStore)
	l := s.open(t, Options{})
	if _, err := Open(t.Context(), s.url, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	s.open(t, Options{})
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t).(sqliteStore)
	if _, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "none.db"), Options{ReadOnly: true}); err == nil {
		t.Error("a file that does not exist was opened")
	}
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	reader := s.open(t, Options{ReadOnly: true})
	got, err := reader.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "request")
	apply(t, l, r.ID, renewal.Cancel{By: requester("U1")})
	if n := len(codes(t, reader, r.ID)); n != 2 {
		t.Errorf("%d entries, want 2", n)
	}
	verify(t, reader)
	if err := reader.Record(t.Context(), renewal.Entry{Code: "x"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("record: %v", err)
	}
	if err := reader.Start(t.Context(), nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("start: %v", err)
	}
	if _, err := reader.engine.exec(t.Context(), `DELETE FROM posts`); err == nil {
		t.Error("a reader's connection can write")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	verify(t, s.open(t, Options{ReadOnly: true}))
}

func TestReadOnlyForeignFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "sqlite://"+path, Options{ReadOnly: true})
	if err == nil || !strings.Contains(err.Error(), "not a ledger") {
		t.Error(err)
	}
}

func TestNewerTables(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t).(sqliteStore)
	l := s.open(t, Options{})
	tamper(t, l, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), s.url, Options{})
	if err == nil || !strings.Contains(err.Error(), "use the newer program") {
		t.Error(err)
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	l, err := Open(t.Context(), "sqlite::memory:", Options{Policy: policy(1)})
	if err != nil {
		t.Fatal(err)
	}
	submit(t, l, "k")
	directory := l.engine.(*sqliteEngine).remove
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(directory); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", directory, err)
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := Open(t.Context(), "sqlite:a b%20ü.db", Options{Policy: policy(1)})
	if err != nil {
		t.Fatal(err)
	}
	submit(t, l, "k")
	info, err := os.Stat("a b%20ü.db")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the database: %v", info.Mode())
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{})
	e := l.engine.(*sqliteEngine)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := e.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
}
