package bot

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/directory"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// votersTimeout bounds the look at those who have voted before, so that a click is saved
// and answered in time. They are looked at again before anything is ordered.
const votersTimeout = time.Second

// decider is who decides on a request by a click, as Slack tells of them now: money may depend
// on it. Without the request, it is somebody who is compared with nobody.
func (b *Bot) decider(ctx context.Context, userID, click string, request int64) (renewal.Actor, renewal.Request) {
	return b.whoClicked(ctx, userID, click, request, directory.OrderAge)
}

// whoClicked is who clicked in something about a request, as Slack told of them not longer ago
// than maxAge.
func (b *Bot) whoClicked(ctx context.Context, userID, click string, request int64, maxAge lookup.MaxAge) (renewal.Actor, renewal.Request) {
	a := b.directory.Actor(ctx, userID, maxAge)
	a.Click = click
	r, err := b.ledger.Get(ctx, request)
	if err != nil {
		return a, r // whoever needs the request reads it, and says that there is none
	}
	return b.directory.Beside(ctx, a, r, maxAge), r
}

// voters are those who have approved a request, as Slack tells of them now. Of whom it
// does not tell in time, the vote counts until it is looked at before ordering.
func (b *Bot) voters(ctx context.Context, r renewal.Request) []renewal.Actor {
	ctx, cancel := context.WithTimeout(ctx, votersTimeout)
	defer cancel()
	found := make([]renewal.Actor, len(r.Votes))
	var looking errgroup.Group
	for i, v := range r.Votes {
		looking.Go(func() error {
			a, err := b.directory.Entitled(ctx, v.By, r)
			if err != nil {
				b.log.WarnContext(ctx, "whether a vote still counts is found out before ordering", "user", v.By, "error", err)
				a = v.Voter()
			}
			found[i] = a
			return nil
		})
	}
	_ = looking.Wait() // nothing in it fails
	return found
}
