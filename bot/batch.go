package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/batch"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
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
		Tell: func(ctx context.Context, w batch.Who, m blocks.Message) {
			b.reply.Tell(ctx, reply.Person{ID: w.ID, Channel: w.Channel, Thread: w.Thread, ResponseURL: w.Response, Env: w.Env, Command: w.Command}, m)
		},
	}
}

// batcher is somebody who does something in a view or a message of a batch.
func batcher(ic slack.InteractionCallback, env *socket.Envelope) batch.Who {
	return batch.Who{
		ID: ic.User.ID, Channel: ic.Container.ChannelID, Thread: ic.Container.ThreadTs, Response: ic.ResponseURL, Trigger: ic.TriggerID, Env: env,
	}
}
