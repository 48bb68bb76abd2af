package bot

import (
	"context"
	"errors"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/standing"
	"renewbot/bot/typed"
)

// standing does what is about more than one request, and answers with what holds then.
func (b *Bot) standing(ctx context.Context, p reply.Person, t typed.Command) {
	saving, cancel := p.Env.InTime(ctx)
	defer cancel()
	m, err := standing.Orders{Ledger: b.ledger, People: b.directory, Policy: b.policy, Notify: b.notify}.Do(saving, p.ID, t)
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal):
		b.deny(ctx, p, 0, string(t.Verb), refusal)
	case err != nil:
		b.failed(ctx, p, "do that ("+string(t.Verb)+")", err, t.Verb == typed.Resume)
	default:
		b.reply.Tell(ctx, p, m)
	}
}

// failed tells somebody that something could not be done, or that it is not known whether it was.
// What was to be done may let orders go out.
func (b *Bot) failed(ctx context.Context, p reply.Person, what string, err error, orders bool) {
	switch {
	case !errors.Is(err, ledger.ErrUnclear):
		b.reply.Sorry(ctx, p, what, err)
		return
	case orders:
		b.reply.Say(ctx, p, notKnown+" If it was, what is approved is ordered.")
	default:
		b.reply.Say(ctx, p, notKnown+" Nothing was ordered by this.")
	}
	b.log.ErrorContext(ctx, "it is not known whether something was saved: "+what, "error", err)
}

const notKnown = "It is not known yet whether this was saved. Please do it again: what was saved is not done twice."
