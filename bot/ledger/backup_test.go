package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// directory is a directory and the URL of a ledger in it that does not exist yet.
func directory(t *testing.T) (dir, databaseURL string) {
	t.Helper()
	dir = t.TempDir()
	return dir, "sqlite://" + filepath.Join(dir, "ledger.db")
}

// Backups are made one after the other while somebody submits all the time.
func TestBackupWhileTheBotWorks(t *testing.T) {
	t.Parallel()
	dir, url := directory(t)
	l := sqliteStore{url}.open(t, Options{Policy: policy(1)})
	start(t, l)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var made atomic.Int64
	another, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		for i := 1; ctx.Err() == nil; i++ {
			if _, _, err := l.Submit(context.WithoutCancel(ctx), submission(fmt.Sprint(i), i)); err != nil {
				ended <- err
				return
			}
			made.Store(int64(i))
			select {
			case another <- struct{}{}:
			default:
			}
		}
		ended <- nil
	}()
	for i := range 5 {
		wait(t, another, "a submission")
		before := made.Load()
		file := filepath.Join(dir, fmt.Sprint(i, ".db"))
		got, err := Backup(t.Context(), url, file)
		if err != nil {
			t.Fatal(err)
		}
		after := made.Load() + 1 // one may be saved and not counted yet
		if got.Requests < before || got.Requests > after || got.Entries != got.Requests {
			t.Errorf("the backup has %d requests and %d entries; there were %d before it and up to %d after it", got.Requests, got.Entries, before, after)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 || info.Size() != got.Bytes {
			t.Errorf("the file has mode %v and %d bytes, want %d bytes for its owner alone", info.Mode(), info.Size(), got.Bytes)
		}
		verify(t, sqliteStore{"sqlite://" + file}.open(t, Options{ReadOnly: true}))
	}
	stop()
	if err := wait(t, ended, "the end of the submissions"); err != nil {
		t.Error(err)
	}
}

func TestBackupOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir, url := directory(t)
	submit(t, sqliteStore{url}.open(t, Options{Policy: policy(1)}), "k")
	file := filepath.Join(dir, "there")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), url, file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a backup into a file that exists: %v", err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "dear" {
		t.Errorf("the file has other content now, in %d bytes: %v", len(got), err)
	}
}

func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		// spoil makes the ledger one that cannot be backed up.
		spoil func(t *testing.T, l *Ledger, path string)
		want  string
	}{
		{"no ledger", func(t *testing.T, l *Ledger, path string) {
			_ = l.Close()
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, "no database"},
		{"a changed entry", func(t *testing.T, l *Ledger, _ string) {
			tamper(t, l, `DROP TRIGGER entries_no_update`, `UPDATE entries SET actor = 'U9' WHERE seq = 1`)
		}, "broken at entry 1"},
		{"not a ledger", func(t *testing.T, l *Ledger, path string) {
			_ = l.Close()
			if err := os.WriteFile(path, []byte(strings.Repeat("no ledger ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not a database"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, url := directory(t)
			l := sqliteStore{url}.open(t, Options{Policy: policy(1)})
			submit(t, l, "k")
			test.spoil(t, l, filepath.Join(dir, "ledger.db"))
			out := t.TempDir()
			_, err := Backup(t.Context(), url, filepath.Join(out, "copy.db"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Backup: %v, want %q", err, test.want)
			}
			left, err := os.ReadDir(out)
			if err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// A ledger in which a request stands in each state that matters to a restore.
func standing(t *testing.T, l *Ledger) (approved, pending, refused, ordered, dry renewal.Request) {
	t.Helper()
	approved = submit(t, l, "approved")
	approved = apply(t, l, approved.ID, approve(approved, "U2"))
	pending = submit(t, l, "pending")
	refused = ordering(t, l, "refused")
	refused = apply(t, l, refused.ID, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassRefused, Detail: "no"}})
	ordered = ordering(t, l, "ordered")
	ordered = apply(t, l, ordered.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
	dry = submit(t, l, "dry")
	tamper(t, l, fmt.Sprintf(`UPDATE requests SET document = replace(document, '"id":%d,', '"id":%d,"dry_run":true,') WHERE id = %d`, dry.ID, dry.ID, dry.ID))
	dry = apply(t, l, dry.ID, approve(dry, "U2"))
	if !dry.DryRun {
		t.Fatal("the dry run is none")
	}
	return approved, pending, refused, ordered, dry
}

func testAfterRestore(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	approved, pending, refused, ordered, dry := standing(t, l)
	end, err := l.TrailEnd(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := AfterRestore(t.Context(), urlOf(s), Options{Policy: policy(1)})
	if err != nil {
		t.Fatal(err)
	}
	same(t, Restored{
		Contents: Contents{Requests: 5, Entries: end.Seq, Hash: end.Hash},
		Held:     []int64{approved.ID}, Undecided: []int64{refused.ID, pending.ID}, Next: 5 + referencesSkipped + 1,
	}, got, "what the restore told")

	l = s.open(t, Options{Policy: policy(1)})
	verify(t, l)
	for _, want := range []struct {
		id     int64
		status renewal.Status
	}{
		{approved.ID, renewal.Unknown}, {pending.ID, renewal.Pending}, {refused.ID, renewal.Pending},
		{ordered.ID, renewal.Ordered}, {dry.ID, renewal.Approved},
	} {
		r, err := l.Get(t.Context(), want.id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != want.status {
			t.Errorf("%s is %s, want %s", r.Reference(), r.Status, want.status)
		}
	}
	// Buttons from before the backup do nothing, and the new card warns.
	if _, err := l.Apply(t.Context(), pending.ID, approve(pending, "U2")); refusalCode(err) != renewal.RefusedStale {
		t.Errorf("an approval of what was shown before the restore: %v", err)
	}
	asked, err := l.Get(t.Context(), pending.ID)
	if err != nil {
		t.Fatal(err)
	}
	if asked.Revision != 2 || len(asked.Changes) != 1 || !bytes.Equal(asked.Body, pending.Body) || !asked.ExpiresAt.After(pending.ExpiresAt) {
		t.Errorf("what is asked anew: %+v", asked)
	}
	if r := apply(t, l, asked.ID, approve(asked, "U2")); r.Status != renewal.Approved {
		t.Errorf("after another approval it is %s", r.Status)
	}
	// Nothing is sent for it until somebody or the vendor's list has settled it.
	if _, err := l.Apply(t.Context(), approved.ID, renewal.Begin{}); refusalCode(err) != renewal.RefusedStatus {
		t.Errorf("another attempt: %v", err)
	}
	if n := countJobs(t, l, renewal.ReconcileOrder); n < 2 {
		t.Errorf("%d jobs look for orders", n)
	}
	same(t, []renewal.Code{CodeRestored}, codes(t, l, 0), "entries of no request")
	if r := submit(t, l, "after"); r.ID != got.Next {
		t.Errorf("the next request is %d, want %d", r.ID, got.Next)
	}
}

func urlOf(s store) string {
	if s, ok := s.(postgresStore); ok {
		return s.url
	}
	return s.(sqliteStore).url
}

func TestRestore(t *testing.T) {
	t.Parallel()
	dir, url := directory(t)
	l := sqliteStore{url}.open(t, Options{Policy: policy(1)})
	approved, _, _, _, _ := standing(t, l)
	backup := filepath.Join(dir, "backup.db")
	made, err := Backup(t.Context(), url, backup)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), url, backup, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("a restore while the bot runs: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), url, backup, Options{}); !errors.Is(err, ErrOccupied) {
		t.Errorf("a restore over a ledger: %v", err)
	}

	place := filepath.Join(t.TempDir(), "new.db")
	got, err := Restore(t.Context(), "sqlite://"+place, backup, Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, made, got.Contents, "what was restored")
	same(t, []int64{approved.ID}, got.Held, "held requests")
	left, err := filepath.Glob(place + "*")
	if err != nil {
		t.Fatal(err)
	}
	same(t, []string{place, place + ".lock"}, left, "files")
	verify(t, sqliteStore{"sqlite://" + place}.open(t, Options{Policy: policy(1)}))
	after, err := inspect(t.Context(), backup)
	if err != nil {
		t.Fatal(err)
	}
	same(t, made, after, "the backup itself")
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, backup, place string)
		want  string
	}{
		{"what is left of a ledger", func(t *testing.T, _, place string) {
			if err := os.WriteFile(place+"-wal", []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "new.db-wal away first"},
		{"a damaged backup", func(t *testing.T, backup, _ string) {
			raw, err := os.ReadFile(backup)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(backup, raw[:len(raw)/2], 0o600); err != nil {
				t.Fatal(err)
			}
		}, "malformed"},
		{"no backup", func(t *testing.T, backup, _ string) {
			if err := os.Remove(backup); err != nil {
				t.Fatal(err)
			}
		}, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, url := directory(t)
			submit(t, sqliteStore{url}.open(t, Options{Policy: policy(1)}), "k")
			backup, place := filepath.Join(dir, "backup.db"), filepath.Join(t.TempDir(), "new.db")
			if _, err := Backup(t.Context(), url, backup); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, backup, place)
			_, err := Restore(t.Context(), "sqlite://"+place, backup, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Restore: %v, want %q", err, test.want)
			}
			if _, err := os.Stat(place); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is a ledger: %v", err)
			}
			if _, err := os.Stat(place + ".restoring"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("half a ledger was left behind: %v", err)
			}
		})
	}
}

// The README's way for PostgreSQL, with its own programs, while the bot works.
func TestDumpAndRestorePostgres(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	for _, program := range []string{"pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	s := newPostgresStore(t).(postgresStore)
	l := s.open(t, Options{Policy: policy(1)})
	start(t, l)
	approved, _, _, _, _ := standing(t, l)
	dump := filepath.Join(t.TempDir(), "ledger.dump")
	run(t, "pg_dump", "--format=custom", "--file="+dump, s.url)
	end, err := l.TrailEnd(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := AfterRestore(t.Context(), s.url, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("while the bot runs: %v", err)
	}

	other := s.another(t).(postgresStore)
	run(t, "pg_restore", "--no-owner", "--dbname", other.url, dump)
	// The dump knows that a bot was running, and that was long ago.
	reader := other.open(t, Options{})
	tamper(t, reader, `UPDATE processes SET seen_at = seen_at - 3600000000`)
	got, err := AfterRestore(t.Context(), other.url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, Contents{Requests: 5, Entries: end.Seq, Hash: end.Hash}, got.Contents, "what was restored")
	same(t, []int64{approved.ID}, got.Held, "held requests")
	verify(t, reader)
	if err := reader.engine.change(t.Context(), func(in tx) error {
		_, err := in.exec(t.Context(), `UPDATE entries SET actor = 'U9'`)
		return err
	}); err == nil {
		t.Error("the restored trail can be changed")
	}
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
}
