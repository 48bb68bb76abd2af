package slackview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// closedPause is how long to wait before a channel that takes no messages is tried again.
const closedPause = 10 * time.Minute

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
	d.show(ctx, wanted{key: "audit:" + keyUnposted, channel: d.view.auditChannel(), message: m})
}

// closedBy notes that a channel takes no messages, if err says so, and when to try again. One whose id
// has changed is followed.
func (d *drawing) closedBy(ctx context.Context, err error, w wanted, again time.Duration) bool {
	why, closed := socket.Closed(err)
	if unknownChannel(err, w.channel) {
		away := d.follow(ctx, w.channel)
		if !lost(away) { // it is found, or still looked for
			d.paused[w.channel] = true
			return true
		}
		if errors.Is(away, errSeveral) || errors.Is(away, errUnsure) {
			why += ", and " + away.Error()
		}
	}
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
	if w.channel == d.view.auditChannel() && (w.under == "" || why == sharedOutside) { // not a thread alone
		d.view.auditClosed(ctx, why)
	}
	d.comeBack(again)
}

// confidential says whether only people of this workspace read what a request's channel, or the
// audit channel, gets. A channel may be shared with another company later.
func (d *drawing) confidential(ctx context.Context, w wanted) bool {
	audit := w.channel == d.view.auditChannel()
	if !w.ofRequest() && !w.inside && !audit {
		return true
	}
	shared, public, err := d.view.people.Readers(ctx, w.channel)
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
		if err := d.view.saw(ctx, w.channel, public); err != nil {
			d.errs = append(d.errs, err)
		}
		return true
	}
	return false
}

// sharedOutside is why a channel gets no more messages.
const sharedOutside = "it is shared with another company"

// sharedPause is how long to wait before it is looked again whether a channel is still
// shared with another company: that seldom ends, and nothing there is urgent by then.
const sharedPause = 6 * time.Hour
