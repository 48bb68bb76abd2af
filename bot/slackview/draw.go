package slackview

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// sync makes Slack show what the ledger says of a request; request 0 stands for
// the audit entries that belong to none.
func (v *View) sync(ctx context.Context, job renewal.Job) error {
	if err := v.readIDs(ctx); err != nil {
		return err
	}
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

// Begin draws what no change would draw: the audit lines that belong to no request, Home tabs, and the
// cards of what is open, by the policy of this start and where their channels are now. It plans what of
// that policy's escalations nothing has planned.
func (v *View) Begin(ctx context.Context) error {
	now := v.ledger.Now(ctx)
	jobs := []renewal.Job{{Kind: renewal.SyncSlack, At: now}}
	waiting, err := v.ledger.List(ctx, ledger.Filter{Statuses: renewal.Open()})
	batches := map[int64]bool{}
	for _, r := range waiting {
		jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: r.ID, At: now})
		if at := r.EscalatesUnplanned(v.policy); !at.IsZero() {
			jobs = append(jobs, renewal.Job{Kind: renewal.Remind, RequestID: r.ID, At: at})
		}
		if r.Batch != 0 && !batches[r.Batch] {
			batches[r.Batch] = true
			jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: -r.Batch, At: now})
		}
	}
	if err = errors.Join(err, v.sayOutdated(ctx)); err != nil {
		return err
	}
	for id, link := range v.Links(ctx, waiting) {
		v.linked(id, link)
	}
	return errors.Join(v.ledger.Enqueue(ctx, jobs...), v.ledger.RedrawHomes(ctx))
}

// oneDraws is how long to wait when another process draws the same.
const oneDraws = time.Second

// alone draws while nobody else draws the same, here or in another process.
func (v *View) alone(ctx context.Context, id int64, do func() error) error {
	unlock, _ := v.drawings.Lock(fmt.Sprint(id), "")
	defer unlock()
	// In this process the lock above sees to it, so a lease that could not be given back, while
	// the ledger took nothing, holds up only others.
	mine, err := v.ledger.AcquireView(ctx, id, v.instance, v.lease)
	switch {
	case err != nil:
		return err
	case !mine:
		return ledger.Snooze(oneDraws)
	}
	defer func() {
		if err := v.ledger.ReleaseView(context.WithoutCancel(ctx), id, v.instance); err != nil {
			v.log.WarnContext(ctx, "a view lease was not given back", "error", err)
		}
	}()
	return do()
}

// drawing is the bringing in line of one request's messages.
type drawing struct {
	view    *View
	request int64
	posts   map[string]ledger.Post
	// later is when to come back for what Slack would not take now.
	later time.Duration
	// paused are the channels to which nothing more is sent this time, so that messages
	// keep their order.
	paused map[string]bool
	// unposted is why the request's channel takes no messages.
	unposted string
	// refused is why Slack did not take the last message that it refused.
	refused string
	// verify changes the summary and the card even if nothing is new: somebody may have
	// deleted one.
	verify bool
	// finished says that the request has ended long ago: nobody waits for its messages.
	finished bool
	// gone are the threads' first messages that were deleted, by key.
	gone map[string]bool
	errs []error
}

// drawing begins to draw the messages of a request.
func (v *View) drawing(requestID int64) *drawing {
	return &drawing{view: v, request: requestID, posts: map[string]ledger.Post{}, paused: map[string]bool{}, gone: map[string]bool{}}
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

func (d *drawing) draw(ctx context.Context, r renewal.Request, entries []renewal.Entry) {
	if n := len(entries); n > 0 {
		// Whoever is reminded has to find the card.
		d.verify = entries[n-1].Code == renewal.CodeReminded || entries[n-1].Code == renewal.CodeLastCall
	}
	r = r.Under(d.view.policy).At(d.view.ledger.Now(ctx))
	d.finished = r.Status.Final() && d.view.ledger.Now(ctx).Sub(r.UpdatedAt) > waitedFor
	d.lookAt(ctx, r.Channel, !r.Status.Final() && ownFrom(r, entries) < len(entries)) // else the batch's drawing does
	d.showRequest(ctx, r, entries)
	if len(d.gone) > 0 {
		if r.Batch != 0 && d.gone[keySummary] { // whose thread it was
			d.errs = append(d.errs, d.view.ledger.Enqueue(ctx, renewal.Job{Kind: renewal.SyncSlack, RequestID: -r.Batch, At: d.view.ledger.Now(ctx)}))
		}
		d.beginThreads(ctx)
		d.showRequest(ctx, r, entries)
	}
	d.reportUnposted(ctx, r)
}

// showRequest shows the card before all that leads to it.
func (d *drawing) showRequest(ctx context.Context, r renewal.Request, entries []renewal.Entry) {
	before, shared := d.posts[keyCard].TS, ledger.Post{}
	asked := d.view.askedNow(ctx, r)
	if r.Handed != nil && !asked.waitsFor(r.Handed.To) {
		r.Handed = nil
	}
	pause, err := d.view.ledger.Paused(ctx)
	if err != nil {
		d.errs = append(d.errs, err)
		return
	}
	cards := d.view.cards(r, asked.Asked, pause)
	if n := len(entries); n > 0 {
		d.unhurried(ctx, cards, entries[n-1].At)
	}
	if r.Batch != 0 {
		alone, theirs, err := d.beginLine(ctx, r, entries)
		if err != nil {
			d.errs = append(d.errs, err)
			return
		}
		cards, shared = cards[1:], theirs
		if !alone {
			cards = nil
		}
	}
	d.showAll(ctx, cards)
	if d.posts[keyCard].TS != before { // Home leads to it
		if err := d.view.ledger.RedrawHomes(ctx); err != nil {
			d.errs = append(d.errs, err)
		}
	}
	card, ok := d.posts[keyCard]
	if !ok {
		card = shared
	}
	link := d.view.link(card, d.posts[keySummary].TS)
	d.view.linked(r.ID, link)
	d.showAll(ctx, d.view.wantedFor(ctx, r, entries, link, asked))
}

// quiet is how long after the last that happened a card that shows it is changed without hurry.
const quiet = time.Minute

// unhurried lets cards wait for what is urgent when all that is new is something else than what happened
// last, such as that orders are paused: that changes all cards at once.
func (d *drawing) unhurried(ctx context.Context, cards []wanted, last time.Time) {
	for i, w := range cards {
		cards[i].record = showsAll(d.posts[w.key], last, d.view.ledger.Now(ctx))
	}
}

// showsAll says whether a post has shown for a while what happened last.
func showsAll(p ledger.Post, last, now time.Time) bool {
	return p.State == ledger.PostShown && p.UpdatedAt.After(last) && now.Sub(last) >= quiet
}

func (d *drawing) showAll(ctx context.Context, list []wanted) {
	for _, w := range list {
		if w.under != "" && (d.gone[w.under] || d.posts[w.under].TS == "") {
			continue // there is no thread to post it in
		}
		d.show(ctx, w)
	}
}

// beginThreads forgets the first messages of threads that were deleted, and the card in
// its thread, so that they are posted anew. The lines in between stay where they are.
func (d *drawing) beginThreads(ctx context.Context) {
	for _, key := range []string{keySummary, keyCard, keyAuditThread} {
		if p, ok := d.posts[key]; ok && (d.gone[key] || key == keyCard && d.gone[keySummary]) {
			p.State, p.TS, p.Tries = ledger.PostPlanned, "", 0
			d.save(ctx, p)
		}
	}
	clear(d.gone)
}

// end says whether there is more to do, and when.
func (d *drawing) end() error {
	if err := errors.Join(d.errs...); err != nil {
		return err
	}
	if d.later > 0 {
		return ledger.Snooze(d.later)
	}
	return nil
}

func (d *drawing) comeBack(after time.Duration) {
	if d.later == 0 || after < d.later {
		d.later = after
	}
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
	d.lookAtNamed(ctx)
	for _, u := range unposted {
		if u.Post.State != "" {
			d.posts[u.Post.Key] = u.Post
		}
		if d.tellDeputies(ctx, u.Entry) { // first: who has its line is not read again
			line := d.view.auditLine(renewal.Request{}, u.Entry)
			subjects := subjectsOf(u.Entry)
			links := d.view.Links(ctx, subjects)
			for _, r := range subjects {
				line.message = links.Linked(line.message, r.ID)
			}
			d.show(ctx, line)
		}
	}
	return nil
}

// subjectsOf are the batch, or the requests, of which an entry tells that belongs to none.
func subjectsOf(e renewal.Entry) (list []renewal.Request) {
	if batch, ok := renewal.ParseBatchReference(e.Detail[renewal.DetailBatch]); ok {
		return []renewal.Request{{ID: -batch}}
	}
	for name := range strings.SplitSeq(e.Detail[renewal.DetailAbout], ",") {
		if id, ok := renewal.ParseReference(name); ok {
			list = append(list, renewal.Request{ID: id})
		}
	}
	return list
}
