package slackview

import (
	"context"
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
	return v.alone(ctx, job.RequestID, func() error { return v.syncAlone(ctx, job) })
}

// oneDraws is how long to wait when another process draws the same.
const oneDraws = time.Second

func (v *View) syncAlone(ctx context.Context, job renewal.Job) error {
	d := &drawing{view: v, request: job.RequestID, posts: map[string]ledger.Post{}, paused: map[string]bool{}}
	if job.RequestID == 0 {
		if err := d.drawUnrelated(ctx); err != nil {
			return err
		}
		return d.end()
	}
	entries, err := v.ledger.Entries(ctx, job.RequestID)
	if err != nil {
		return err
	}
	posts, err := v.ledger.Posts(ctx, job.RequestID)
	if err != nil {
		return err
	}
	for _, p := range posts {
		d.posts[p.Key] = p
	}
	r, err := v.ledger.Get(ctx, job.RequestID)
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
		d.show(ctx, d.view.auditLine(renewal.Request{}, u.Entry))
	}
	return nil
}
