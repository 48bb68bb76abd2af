package bot

import (
	"context"
	"time"

	"renewbot/blocks"
	"renewbot/bot/batch"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
)

// linePatience is how long a line of a batch waits for what a form can do without: nobody waits
// for a single line.
const linePatience = time.Minute

// single is how a single request is checked, for each line of a batch.
func (b *Bot) single() batch.Single {
	return batch.Single{
		Voters: b.voters,
		Asks:   b.slack.Asks,
		MaySee: func(ctx context.Context, a renewal.Actor, r renewal.Request) bool {
			return b.history().MaySee(ctx, a, r)
		},
		Fill: func(ctx context.Context, d blocks.Draft) (blocks.FormData, error) {
			return b.formWithin(ctx, linePatience, d)
		},
		Offer: func(ctx context.Context, who string, d blocks.Draft) (renewal.Offer, []renewal.Doubt, map[string]string, error) {
			o, errs, err := b.offerWithin(ctx, linePatience, who, d)
			return o.Offer, o.doubts, errs, err
		},
	}
}

// statusOfBatch shows where a batch stands to somebody who may see its lines.
func (b *Bot) statusOfBatch(ctx context.Context, p reply.Person, a renewal.Actor, id int64) {
	if d, ok := b.batch.Found(ctx, p, id); ok && b.batch.Sees(ctx, p, a, d, "status") {
		b.tellBatch(ctx, p, d)
	}
}

// stopBatch ends what waits of a batch, and says where it stands then.
func (b *Bot) stopBatch(ctx context.Context, p reply.Person, a renewal.Actor, id int64) {
	if !b.batch.Stop(ctx, p, a, id) {
		return
	}
	if d, ok := b.batch.Found(ctx, p, id); ok {
		b.tellBatch(ctx, p, d)
	}
}

func (b *Bot) tellBatch(ctx context.Context, p reply.Person, d blocks.BatchData) {
	b.reply.Tell(ctx, p, blocks.BatchStatus(d, b.slack.Links(ctx, d.Lines, []renewal.Request{{ID: d.Batch.Subject()}})))
}
