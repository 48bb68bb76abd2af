package bot

import (
	"context"
	"time"

	"renewbot/blocks"
	"renewbot/bot/batch"
	"renewbot/bot/renewal"
)

// linePatience is how long a line of a batch waits for what a form can do without: nobody waits
// for a single line.
const linePatience = time.Minute

// single is how a single request is checked, for each line of a batch.
func (b *Bot) single() batch.Single {
	return batch.Single{
		Fill: b.form, Voters: b.voters,
		Offer: func(ctx context.Context, who string, d blocks.Draft) (renewal.Offer, []renewal.Doubt, map[string]string, error) {
			o, errs, err := b.offerWithin(ctx, linePatience, who, d)
			return o.Offer, o.doubts, errs, err
		},
		Proposed: func(ctx context.Context, a renewal.Actor, o renewal.Offer) (renewal.Request, *renewal.Refusal, error) {
			return b.proposed(ctx, a, 0, o)
		},
	}
}
