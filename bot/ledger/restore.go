package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// CodeRestored is the code of the entry that tells where a ledger came back from a
// backup; each request that waits for somebody then has one of its own.
const CodeRestored renewal.Code = "ledger.restored"

// The keys of its details.
const (
	detailEntries = "entries"  // how many the backup had
	detailEnd     = "end_hash" // of the last of them
)

// ErrOccupied says that there is something where a ledger was to be restored.
var ErrOccupied = errors.New("there is a ledger already, or what is left of one")

// referencesSkipped is by how much the numbers of requests go on higher after a restore.
// Requests that came after the backup are not in it, but Slack shows them and orders of
// the vendor carry their references: no other request may get one.
const referencesSkipped = 1000

// Restored says what a ledger has that came back from a backup, and what people have to
// look at: what happened after the backup is known to Slack and to the vendor alone.
type Restored struct {
	Contents
	// Held were approved and not ordered. Their orders may have been placed after the
	// backup, so they are of unknown fate now, and the bot looks for their orders.
	Held []int64
	// Undecided wait for somebody's yes, which may have been given after the backup. They
	// wait anew, and approvers are warned.
	Undecided []int64
	// Next is the number of the next request.
	Next int64
}

// Restore puts a backup in the place of the SQLite ledger that a DATABASE_URL names. It
// returns ErrInUse while the bot has that ledger, and ErrOccupied when there is one. The
// new ledger is safe to start the bot on (see Restored).
func Restore(ctx context.Context, databaseURL, backup string, o Options) (r Restored, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore the ledger: %w", err)
		}
	}()
	path, err := sqliteFile(databaseURL)
	if err != nil {
		return r, err
	}
	release, err := lockFile(path + ".lock")
	if err != nil {
		return r, err
	}
	defer release()
	// A log without its database would be taken for the log of the new one.
	for _, file := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
			return r, fmt.Errorf("%w: move %s away first", ErrOccupied, file)
		}
	}
	if _, err := os.Stat(backup); err != nil {
		return r, err
	}
	part := path + ".restoring"
	contents, err := copyVerified(ctx, backup, part)
	if err == nil {
		r, err = AfterRestore(ctx, "sqlite://"+part, o)
		r.Contents = contents
	}
	if err == nil {
		err = moveInto(part, path)
	}
	return r, errors.Join(err, removeAll(part, part+"-wal", part+"-shm", part+".lock"))
}

// runningWithin is how recently a process must have been seen to be running.
const runningWithin = time.Minute

// AfterRestore makes a ledger safe that came back from a backup, so that the bot can
// be started on it. For PostgreSQL it is called after pg_restore; Restore calls it itself.
// It returns ErrInUse while a bot works on the ledger.
func AfterRestore(ctx context.Context, databaseURL string, o Options) (r Restored, err error) {
	l, err := Open(ctx, databaseURL, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.unused(ctx); err != nil {
		return r, err
	}
	if err := l.verify(ctx); err != nil {
		return r, err
	}
	if r.Contents, err = l.contents(ctx); err != nil {
		return r, err
	}
	if r.Next, err = l.recordRestored(ctx, r.Contents); err != nil {
		return r, err
	}
	now := l.Now(ctx)
	for before := int64(0); ; {
		page, err := l.List(ctx, Filter{
			Statuses: []renewal.Status{renewal.Approved, renewal.Pending, renewal.Returned, renewal.Refused}, Before: before, Limit: entryPage,
		})
		if err != nil || len(page) == 0 {
			return r, err
		}
		for _, q := range page {
			switch {
			case q.Status != renewal.Approved, !q.DryRun && q.TooEarly(now):
				// What waits for its day may have been given another one, and ordered, after the backup.
				if _, err := l.Apply(ctx, q.ID, renewal.Restored{}); err != nil {
					return r, err
				}
				r.Undecided = append(r.Undecided, q.ID)
			case !q.DryRun:
				if err := l.hold(ctx, q.ID); err != nil {
					return r, err
				}
				r.Held = append(r.Held, q.ID)
			}
			before = q.ID
		}
	}
}

// unused fails when another process has worked on the ledger a moment ago.
func (l *Ledger) unused(ctx context.Context) error {
	pg, ok := l.engine.(*postgresEngine)
	if !ok {
		return nil // the file's lock is ours
	}
	now, err := pg.now(ctx)
	if err != nil {
		return err
	}
	var n int64
	err = pg.one(ctx, `SELECT count(*) FROM processes WHERE seen_at > $1`, micros(now.Add(-runningWithin))).Scan(&n)
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: stop the bot and wait %s", ErrInUse, runningWithin)
	}
	return err
}

func (l *Ledger) contents(ctx context.Context) (c Contents, err error) {
	end, err := l.trailEnd(ctx)
	if err != nil {
		return c, err
	}
	c.Entries, c.Hash = end.Seq, end.Hash
	return c, l.engine.one(ctx, `SELECT count(*) FROM requests`).Scan(&c.Requests)
}

// recordRestored writes the restore down and returns the number of the next request.
func (l *Ledger) recordRestored(ctx context.Context, c Contents) (next int64, err error) {
	err = l.change(ctx, "restored", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		err = t.one(ctx, `UPDATE counters SET value = value + $1 WHERE name = 'request' RETURNING value + 1`, int64(referencesSkipped)).Scan(&next)
		if err != nil {
			return fmt.Errorf("skip numbers of requests: %w", err)
		}
		return l.record(ctx, t, &renewal.Change{
			Entry: renewal.Entry{
				At: now, Code: CodeRestored, Actor: renewal.System,
				Detail: map[string]string{detailEntries: strconv.FormatInt(c.Entries, 10), detailEnd: c.Hash},
			},
			Jobs: []renewal.Job{{Kind: renewal.SyncSlack, At: now}},
		})
	})
	return next, err
}

// hold makes an approved request one whose order may have been placed: an attempt
// without an answer. Nothing is sent for it until its order is found or people say that
// there is none.
func (l *Ledger) hold(ctx context.Context, id int64) error {
	// Several of one holder and product may have been ordered after the backup.
	r, err := l.applyEvent(ctx, id, renewal.Begin{}, false)
	if err != nil {
		return err
	}
	_, err = l.Apply(ctx, id, renewal.Failed{Attempt: len(r.Attempts), Problem: renewal.Problem{
		Class:  yeastar.ClassUnknown,
		Detail: "the ledger was restored from a backup, and the order may have been placed after the backup was made",
	}})
	return err
}
