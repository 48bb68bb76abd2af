package slackview

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// drawn tells this process's drawings apart.
var drawn atomic.Int64

// sync makes Slack show what the ledger says of a request; request 0 stands for
// the audit entries that belong to none.
func (v *View) sync(ctx context.Context, job renewal.Job) error {
	err := v.alone(ctx, job.RequestID, func() error {
		d := v.drawing(job.RequestID)
		if job.RequestID == 0 {
			if err := d.drawUnrelated(ctx); err != nil {
				return err
			}
			return d.end()
		}
		if batch, ok := renewal.BatchOf(job.RequestID); ok {
			return d.drawBatch(ctx, batch)
		}
		return d.drawRequest(ctx)
	})
	if untold := v.reportAudit(ctx); untold != nil {
		return errors.Join(untold, err)
	}
	return err
}

// Begin draws what no change would draw: the audit lines that belong to no request, and the
// cards that wait, by the policy of this start.
func (v *View) Begin(ctx context.Context) error {
	now := v.ledger.Now(ctx)
	jobs := []renewal.Job{{Kind: renewal.SyncSlack, At: now}}
	waiting, err := v.ledger.List(ctx, ledger.Filter{Statuses: []renewal.Status{renewal.Pending, renewal.Refused}})
	batches := map[int64]bool{}
	for _, r := range waiting {
		jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: r.ID, At: now})
		if r.Batch != 0 && !batches[r.Batch] {
			batches[r.Batch] = true
			jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: -r.Batch, At: now})
		}
	}
	if err != nil {
		return err
	}
	return v.ledger.Enqueue(ctx, jobs...)
}

// drawing begins to draw the messages of a request.
func (v *View) drawing(requestID int64) *drawing {
	return &drawing{view: v, request: requestID, posts: map[string]ledger.Post{}, paused: map[string]bool{}, gone: map[string]bool{}}
}

// oneDraws is how long to wait when another process draws the same.
const oneDraws = time.Second

// alone draws while nobody else draws the same, here or in another process.
func (v *View) alone(ctx context.Context, id int64, do func() error) error {
	unlock, _ := v.drawings.Lock(fmt.Sprint(id), "")
	defer unlock()
	owner := fmt.Sprintf("%s/%d", v.instance, drawn.Add(1))
	mine, err := v.ledger.AcquireView(ctx, id, owner, v.lease)
	switch {
	case err != nil:
		return err
	case !mine:
		return ledger.Snooze(oneDraws)
	}
	defer func() {
		if err := v.ledger.ReleaseView(context.WithoutCancel(ctx), id, owner); err != nil {
			v.log.WarnContext(ctx, "a view lease was not given back", "error", err)
		}
	}()
	return do()
}

func (d *drawing) drawRequest(ctx context.Context) error {
	entries, err := d.view.ledger.Entries(ctx, d.request)
	if err != nil {
		return err
	}
	posts, err := d.view.ledger.Posts(ctx, d.request)
	if err != nil {
		return err
	}
	for _, p := range posts {
		d.posts[p.Key] = p
	}
	r, err := d.view.ledger.Get(ctx, d.request)
	if err != nil {
		return err
	}
	d.draw(ctx, r, entries)
	return d.end()
}

// drawUnrelated shows the audit entries that belong to no request. There are more of them
// every day, and an audit line that Slack has is never changed, so those that were seen
// there are not read again.
func (d *drawing) drawUnrelated(ctx context.Context) error {
	unposted, through, err := d.view.ledger.Unposted(ctx, d.view.unrelatedShown.Load())
	if err != nil {
		return err
	}
	d.view.unrelatedShown.Store(through)
	for _, u := range unposted {
		if u.Post.State != "" {
			d.posts[u.Post.Key] = u.Post
		}
		if d.tellDeputies(ctx, u.Entry) { // first: who has its line is not read again
			d.show(ctx, d.view.auditLine(renewal.Request{}, u.Entry))
		}
	}
	return nil
}
