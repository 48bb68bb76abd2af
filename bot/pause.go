package bot

import (
	"context"
	"errors"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/renewal"
	"renewbot/bot/typed"
)

// pause keeps approved orders from being sent, by all processes at once, or lets them be
// sent again. The answer is what holds then.
func (b *Bot) pause(ctx context.Context, p person, t typed.Command) {
	saving, cancel := p.env.InTime(ctx)
	defer cancel()
	actor := b.directory.Actor(saving, p.id, directory.DecisionAge)
	var err error
	if t.Verb == typed.Pause {
		err = b.ledger.Pause(saving, actor, t.Text)
	} else {
		err = b.ledger.Resume(saving, actor)
	}
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal):
		b.deny(ctx, p, 0, string(t.Verb), refusal)
		return
	case err != nil:
		b.sorry(ctx, p, string(t.Verb)+" orders", err)
		return
	}
	now, err := b.ledger.Paused(saving)
	if err != nil {
		b.sorry(ctx, p, "read whether orders are paused", err)
		return
	}
	b.tell(ctx, p, blocks.Answer(now.Sentence()))
}
