package bot

import (
	"context"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/dueview"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// renewalsDue shows the list of renewals due to somebody who may request: it names customers.
func (b *Bot) renewalsDue(ctx context.Context, p person, a renewal.Actor, text string) {
	if !a.MayRequest {
		b.deny(ctx, p, 0, "due", renewal.NotAllowed(a, renewal.Text("You may approve renewals, but not see the list of those due.")))
		return
	}
	if b.due.Ready() {
		p.env.Ack(nil) // the list may be longer than what an ack can carry
	} else {
		b.say(ctx, p, "⏳ Reading the packages from the Partner Portal; the list follows. Nothing is ordered by that.")
	}
	m, err := b.due.List(ctx, dueview.Typed(text, p.id))
	if err != nil {
		b.sorry(ctx, p, "read the renewals due", err)
		return
	}
	b.replace(ctx, p, m, false)
}

// replace shows a message where the person's response_url points to, in place of the one that
// they clicked in or as a new one.
func (b *Bot) replace(ctx context.Context, p person, m blocks.Message, original bool) {
	err := b.api.Respond(ctx, p.responseURL, &slack.WebhookMessage{
		Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: original,
	})
	if err != nil {
		b.tell(ctx, p, m)
	}
}

// clickedDue handles a click in a list of renewals due.
func (b *Bot) clickedDue(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction, env *socket.Envelope) {
	if !b.mayFill(ctx, ic, env) {
		return
	}
	o, err := b.due.Clicked(ctx, ic, a)
	b.outcome(ctx, ic, env, o, err)
}

// submittedDue handles a small form of a row.
func (b *Bot) submittedDue(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	if !b.mayFill(ctx, ic, env) {
		return
	}
	saving, cancel := env.InTime(ctx)
	defer cancel()
	o, err := b.due.Submitted(saving, ic)
	if err == nil && len(o.Wrong) > 0 {
		env.Ack(slack.NewErrorsViewSubmissionResponse(o.Wrong))
		return
	}
	b.outcome(ctx, ic, env, o, err)
}

// outcome shows what a click or a small form leads to.
func (b *Bot) outcome(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope, o dueview.Outcome, err error) {
	p := whoClicked(ic, env)
	if o.Answer != "" {
		p.responseURL = o.Answer
	}
	switch {
	case err != nil:
		b.sorry(ctx, p, "do that", err)
	case o.Say != "":
		b.say(ctx, p, o.Say)
	case o.Open != nil:
		b.openView(ctx, p, ic.TriggerID, *o.Open)
	case o.Renew != nil:
		b.open(ctx, p, opening{trigger: ic.TriggerID, draft: *o.Renew})
	case o.Replace != nil && p.responseURL != "":
		env.Ack(nil)
		b.replace(ctx, p, *o.Replace, true)
	default:
		env.Ack(nil)
		if err := b.ledger.HomeOpened(ctx, p.id); err != nil { // it is drawn again
			b.log.WarnContext(ctx, "a Home tab was not drawn again", "error", err)
		}
	}
}
