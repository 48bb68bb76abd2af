package bot

import (
	"context"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// listed is how many requests a list reads at most.
const listed = 50

func (b *Bot) list(ctx context.Context, p person, a renewal.Actor) {
	mine, waiting, err := b.openRequests(ctx, a)
	if err != nil {
		b.sorry(ctx, p, "list requests", err)
		return
	}
	b.tell(ctx, p, blocks.List(mine, waiting))
}

// openRequests lists what a person has asked for and is not finished, and what waits for them.
func (b *Bot) openRequests(ctx context.Context, a renewal.Actor) (mine, waiting []renewal.Request, err error) {
	mine, err = b.ledger.List(ctx, ledger.Filter{Statuses: unfinished(), Requester: a.UserID, Limit: listed})
	if err != nil || !a.MayApprove {
		return mine, nil, err
	}
	undecided, err := b.ledger.List(ctx, ledger.Filter{Statuses: renewal.Undecided(), Limit: listed})
	for _, r := range undecided {
		if r.WaitsFor(b.beside(ctx, a, r, directory.RequestAge), b.now(), b.policy) {
			waiting = append(waiting, r)
		}
	}
	return mine, waiting, err
}

// recent lists what a person asked for last.
func (b *Bot) recent(ctx context.Context, userID string) ([]renewal.Request, error) {
	var finished []renewal.Status
	for _, s := range renewal.Statuses() {
		if s.Final() {
			finished = append(finished, s)
		}
	}
	return b.ledger.List(ctx, ledger.Filter{Statuses: finished, Requester: userID, Limit: 10})
}

func unfinished() []renewal.Status {
	var open []renewal.Status
	for _, s := range renewal.Statuses() {
		if !s.Final() {
			open = append(open, s)
		}
	}
	return open
}
