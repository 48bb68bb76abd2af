package bot

import (
	"context"
	"errors"

	"renewbot/bot/renewal"
	"renewbot/bot/standing"
	"renewbot/bot/typed"
)

// standing does what is about more than one request, and answers with what holds then.
func (b *Bot) standing(ctx context.Context, p person, t typed.Command) {
	saving, cancel := p.env.InTime(ctx)
	defer cancel()
	m, err := standing.Orders{Ledger: b.ledger, People: b.directory, Notify: b.notify}.Do(saving, p.id, t)
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal):
		b.deny(ctx, p, 0, string(t.Verb), refusal)
	case err != nil:
		b.sorry(ctx, p, "do that ("+string(t.Verb)+")", err)
	default:
		b.tell(ctx, p, m)
	}
}
