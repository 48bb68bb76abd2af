package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"renewbot/bot/renewal"
)

// Queues. The vendor may be slow for minutes, and that must not hold up Slack; nor may
// many slow look-ups hold up an order. Whoever gets events may hold up nothing else, nor may people
// whom Slack lets nobody tell of renewals due.
const (
	queueSlack  = "slack"
	queueOrder  = "order"
	queueVendor = "vendor"
	queueEvents = "events"
	queueDigest = "digest"
)

// kinds says of each kind of job where it waits and how long it may run.
var kinds = map[renewal.JobKind]struct {
	queue   string
	timeout time.Duration
}{
	renewal.SyncSlack:      {queueSlack, 60 * time.Second},
	renewal.DrawHomes:      {queueSlack, 60 * time.Second},
	renewal.Remind:         {queueSlack, 60 * time.Second},
	renewal.Expire:         {queueSlack, 60 * time.Second},
	renewal.PlaceOrder:     {queueOrder, noTimeout},
	renewal.ReconcileOrder: {queueVendor, 60 * time.Second},
	renewal.PollOrder:      {queueVendor, 60 * time.Second},
	renewal.ConfirmDate:    {queueVendor, 60 * time.Second},
	renewal.TellDigest:     {queueDigest, 60 * time.Second},
	renewal.SendEvents:     {queueEvents, 60 * time.Second},
}

// queueWorkers is how many jobs of each queue run at once. Four orders keep the five calls a
// second busy that the vendor is asked, unless its answer to one takes more than three seconds;
// more of them would only make people's forms wait behind their look-ups. One job tells all digests that wait.
var queueWorkers = map[string]int{queueSlack: 8, queueOrder: 4, queueVendor: 4, queueEvents: 4, queueDigest: 1}

const (
	// maxTimeout is the longest time-out of a kind.
	maxTimeout = 60 * time.Second
	// noTimeout is of jobs that bound what they do themselves: a known order is saved for
	// as long as that takes.
	noTimeout time.Duration = -1
	// rescueAfter is when a job whose worker has died is given to another one.
	rescueAfter = 100 * time.Second
)

// args is a job's content. Its kind is River's kind, so it is not encoded.
type args struct {
	kind      renewal.JobKind
	RequestID int64 `json:"request_id"`
}

// Kind is River's name of the kind.
func (a args) Kind() string { return string(a.kind) }

// Enqueue adds jobs that follow no change.
func (l *Ledger) Enqueue(ctx context.Context, jobs ...renewal.Job) error {
	err := l.change(ctx, "enqueue", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		return l.enqueue(ctx, t, now, jobs)
	})
	if err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// shows says whether a job only shows what is saved, so that one that waits is enough.
func shows(kind renewal.JobKind) bool { return kind == renewal.SyncSlack || kind == renewal.DrawHomes }

// enqueue adds jobs in a transaction. A job that shows and would find another one of
// the same request waiting is left out: that one will show this change, too.
func (l *Ledger) enqueue(ctx context.Context, t tx, now time.Time, jobs []renewal.Job) error {
	var inserts []river.InsertManyParams
	for _, j := range slices.Compact(slices.Clone(jobs)) {
		kind, ok := kinds[j.Kind]
		if !ok {
			return fmt.Errorf("unknown kind of job %q", j.Kind)
		}
		o := &river.InsertOpts{Queue: kind.queue, MaxAttempts: maxAttempts}
		if j.At.After(now) {
			o.ScheduledAt = notBefore(j.At)
		} else if shows(j.Kind) {
			waits, err := syncWaits(ctx, t, j.RequestID)
			if err != nil {
				return err
			}
			if waits {
				continue
			}
		}
		inserts = append(inserts, river.InsertManyParams{Args: args{j.Kind, j.RequestID}, InsertOpts: o})
	}
	if len(inserts) == 0 {
		return nil
	}
	if err := t.insert(ctx, inserts); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

// withQueues adds the queues of jobs that can start now.
func withQueues(queues []string, jobs []river.InsertManyParams) []string {
	for _, j := range jobs {
		if q := j.InsertOpts.Queue; j.InsertOpts.ScheduledAt.IsZero() && !slices.Contains(queues, q) {
			queues = append(queues, q)
		}
	}
	return queues
}

// notBefore rounds up to whole milliseconds, which is what River keeps on SQLite: a job
// that ran a moment too early would find that its time has not come.
func notBefore(t time.Time) time.Time {
	return t.UTC().Add(time.Millisecond - time.Nanosecond).Truncate(time.Millisecond)
}

// syncWaits says whether a job that shows the request waits already, and notes that
// one will. The row stays locked until the transaction ends, so a job that starts at
// this moment starts after it and sees what it saved.
func syncWaits(ctx context.Context, t tx, requestID int64) (bool, error) {
	var wanted int64
	err := t.one(ctx, `INSERT INTO waiting_syncs (request_id, wanted) VALUES ($1, 1)
		ON CONFLICT (request_id) DO UPDATE SET wanted = waiting_syncs.wanted + 1 RETURNING wanted`, requestID).Scan(&wanted)
	if err != nil {
		return false, fmt.Errorf("note a waiting job: %w", err)
	}
	return wanted > 1, nil
}

// syncStarts says that a job that shows a request has started: changes from now on need another one.
func (l *Ledger) syncStarts(ctx context.Context, requestID int64) error {
	err := l.change(ctx, "sync starts", func(t tx) error {
		_, err := t.exec(ctx, `DELETE FROM waiting_syncs WHERE request_id = $1`, requestID)
		return err
	})
	if err != nil {
		return fmt.Errorf("start a job: %w", err)
	}
	return nil
}

// jobOf reads a job from River's row.
func jobOf(kind string, encoded []byte, at time.Time) (renewal.Job, error) {
	var a args
	if err := json.Unmarshal(encoded, &a); err != nil {
		return renewal.Job{}, fmt.Errorf("decode a %s job: %w", kind, err)
	}
	return renewal.Job{Kind: renewal.JobKind(kind), RequestID: a.RequestID, At: stamp(at)}, nil
}
