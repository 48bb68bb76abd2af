package bot

import (
	"context"
	"errors"

	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/standing"
	"renewbot/bot/typed"
)

// standing does what is about more than one request, and answers with what holds then.
func (b *Bot) standing(ctx context.Context, p reply.Person, t typed.Command) {
	saving, cancel := p.Env.InTime(ctx)
	defer cancel()
	m, err := standing.Orders{Ledger: b.ledger, People: b.directory, Notify: b.notify}.Do(saving, p.ID, t)
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal):
		b.deny(ctx, p, 0, string(t.Verb), refusal)
	case err != nil:
		b.reply.Sorry(ctx, p, "do that ("+string(t.Verb)+")", err)
	default:
		b.reply.Tell(ctx, p, m)
	}
}
