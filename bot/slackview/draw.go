package slackview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

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
	// verify changes the summary and the card even if nothing is new: somebody may have
	// deleted one.
	verify bool
	// finished says that the request has ended long ago: nobody waits for its messages.
	finished bool
	// gone are the threads' first messages that were deleted, by key.
	gone map[string]bool
	errs []error
}

func (d *drawing) draw(ctx context.Context, r renewal.Request, entries []renewal.Entry) {
	if n := len(entries); n > 0 {
		// Whoever is reminded has to find the card.
		d.verify = entries[n-1].Code == renewal.CodeReminded || entries[n-1].Code == renewal.CodeLastCall
	}
	r = r.Under(d.view.policy)
	d.finished = r.Status.Final() && d.view.ledger.Now(ctx).Sub(r.UpdatedAt) > waitedFor
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
	cards := d.view.cards(r)
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
	d.showAll(ctx, d.view.wantedFor(r, entries, d.view.link(card, d.posts[keySummary].TS)))
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

// reportUnposted tells the requester and the audit channel that the request's channel
// takes no messages.
func (d *drawing) reportUnposted(ctx context.Context, r renewal.Request) {
	if d.unposted == "" {
		return
	}
	m := blocks.Answer(renewal.Sentence{
		renewal.Text("I can't post " + r.Reference() + " in "), renewal.ID(r.Channel),
		renewal.Text(" (" + d.unposted + "), so people there don't see what becomes of it. "), renewal.State{Request: r},
		renewal.Text(" Once that is mended its messages follow. A waiting request is cancelled with “/renew cancel " + r.Reference() + "”."),
	})
	d.show(ctx, wanted{key: keyUnposted, channel: r.Requester, message: m})
	d.show(ctx, wanted{key: "audit:" + keyUnposted, channel: d.view.auditChannel, message: m})
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

// closedBy notes that a channel takes no messages, if err says so, and when to try again.
func (d *drawing) closedBy(ctx context.Context, err error, w wanted, again time.Duration) bool {
	why, closed := socket.Closed(err)
	if closed {
		d.close(ctx, w, why, again)
	}
	return closed
}

// close notes why a channel gets no messages, and when to try again.
func (d *drawing) close(ctx context.Context, w wanted, why string, again time.Duration) {
	d.paused[w.channel] = true
	if w.ofRequest() || w.inside {
		d.unposted = why
	}
	if w.channel == d.view.auditChannel && (w.under == "" || why == sharedOutside) { // not a thread alone
		d.view.auditClosed(ctx, why)
	}
	d.comeBack(again)
}

// confidential says whether only people of this workspace read what a request's channel, or the
// audit channel, gets. A channel may be shared with another company later.
func (d *drawing) confidential(ctx context.Context, w wanted) bool {
	audit := w.channel == d.view.auditChannel
	if !w.ofRequest() && !w.inside && !audit {
		return true
	}
	shared, err := d.view.people.Shared(ctx, w.channel)
	switch {
	case d.closedBy(ctx, err, w, closedPause):
	case err != nil:
		d.paused[w.channel] = true
		d.errs = append(d.errs, fmt.Errorf("look whether the channel is shared: %w", err))
	case shared && d.finished && audit: // its lines are a witness for ever
		d.close(ctx, w, sharedOutside, 4*sharedPause)
	case shared && d.finished:
		d.close(ctx, w, sharedOutside, 0)
	case shared:
		d.close(ctx, w, sharedOutside, sharedPause)
	default:
		return true
	}
	return false
}

// sharedOutside is why a channel gets no more messages.
const sharedOutside = "it is shared with another company"

// sharedPause is how long to wait before it is looked again whether a channel is still
// shared with another company: that seldom ends, and nothing there is urgent by then.
const sharedPause = 6 * time.Hour

func (d *drawing) comeBack(after time.Duration) {
	if d.later == 0 || after < d.later {
		d.later = after
	}
}
