package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/draft"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
)

// interaction leads what people do with views, messages and shortcuts to its handler.
func (b *Bot) interaction(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	switch ic.Type {
	case slack.InteractionTypeBlockActions:
		b.actions(ctx, ic, env)
	case slack.InteractionTypeViewSubmission:
		b.submission(ctx, ic, env)
	case slack.InteractionTypeBlockSuggestion:
		b.suggest(ctx, ic, env)
	case slack.InteractionTypeShortcut:
		if ic.CallbackID == blocks.CallbackShortcut {
			b.openFor(ctx, ic, env, blocks.Draft{})
		}
	}
}

// submission leads a submitted view to its handler. Views that only tell something have
// no submit button; their close needs no answer.
func (b *Bot) submission(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	switch ic.View.CallbackID {
	case blocks.CallbackForm:
		b.submittedForm(ctx, ic, env)
	case blocks.CallbackReview:
		b.submittedReview(ctx, ic, env)
	case blocks.CallbackReject, blocks.CallbackReturn, blocks.CallbackHandOver, blocks.CallbackApprove, blocks.CallbackSettlePlaced, blocks.CallbackSettleNotPlaced:
		b.decided(ctx, ic, env)
	case blocks.CallbackDueSnooze, blocks.CallbackDueEnding, blocks.CallbackDueOwner, blocks.CallbackDueImport:
		b.submittedDue(ctx, ic, env)
	default:
		if blocks.IsBatch(ic.View.CallbackID) {
			b.batch.Submitted(ctx, reply.Clicked(ic, env), ic)
		}
	}
	b.relist(ctx, ic, env)
}

func (b *Bot) actions(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	for _, a := range ic.ActionCallback.BlockActions {
		switch a.ActionID {
		case blocks.ActionProduct, blocks.ActionHolder, blocks.ActionPlan, blocks.ActionServices, blocks.ActionTerm, blocks.ActionWhen, blocks.ActionContact:
			env.Ack(nil) // it changes a view, which has its own time
			if b.mayFill(ctx, ic, env) {
				b.chosen(ctx, ic, a)
			}
		case blocks.ActionRetryForm:
			env.Ack(nil)
			if b.mayFill(ctx, ic, env) {
				b.again(ctx, ic)
			}
		case blocks.ActionOpenForm:
			b.openFor(ctx, ic, env, blocks.Draft{})
		case blocks.ActionOpenCard:
			env.Ack(nil) // a link, which Slack follows itself
		default:
			b.acted(ctx, ic, a, env)
		}
	}
}

// acted leads what people do with something that is there to its handler.
func (b *Bot) acted(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction, env *socket.Envelope) {
	switch {
	case blocks.IsList(a.ActionID):
		b.clickedList(ctx, ic, a, env)
		return
	case blocks.IsBatch(a.ActionID):
		b.batch.Clicked(ctx, reply.Clicked(ic, env), ic, a)
	case blocks.IsDue(a.ActionID):
		b.clickedDue(ctx, ic, a, env)
	case blocks.IsHistory(a.ActionID):
		b.clickedHistory(ctx, ic, a, env)
	default:
		b.clicked(ctx, ic, a, env)
	}
	b.relist(ctx, ic, env)
}

// openFor opens the form for somebody who did not type a command.
func (b *Bot) openFor(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope, d blocks.Draft) {
	if b.mayFill(ctx, ic, env) {
		b.open(ctx, reply.Clicked(ic, env), opening{trigger: ic.TriggerID, draft: d})
	}
}

// mayFill says whether a person may work with the form; who may not is told so.
func (b *Bot) mayFill(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) bool {
	actor := b.directory.Actor(ctx, ic.User.ID, directory.RequestAge)
	if !actor.MayRequest {
		b.deny(ctx, reply.Clicked(ic, env), 0, "open", renewal.MayNotRequest(actor))
	}
	return actor.MayRequest
}

// change opens the form with what a request asks for, to be asked for anew.
func (b *Bot) change(ctx context.Context, p reply.Person, a renewal.Actor, trigger string, t blocks.Target) {
	r, ok := b.find(ctx, p, t.Request)
	if !ok {
		return
	}
	in := renewal.Intent{
		Action: renewal.ActionAmend, By: a, Shown: renewal.Shown{Revision: t.Revision, Fingerprint: t.Fingerprint},
	}
	if refusal := r.May(in, b.now(), b.policy); refusal != nil {
		b.deny(ctx, p, r.ID, "change", refusal)
		return
	}
	b.open(ctx, p, opening{trigger: trigger, draft: draft.Of(r)})
}

// askAgain opens the form with what an ended request asked for, for a new request.
func (b *Bot) askAgain(ctx context.Context, p reply.Person, a renewal.Actor, trigger string, id int64) {
	r, ok := b.find(ctx, p, id)
	if !ok {
		return
	}
	refusal := r.May(renewal.Intent{Action: renewal.ActionAskAgain, By: a}, b.now(), b.policy)
	if refusal == nil && !b.history().MaySee(ctx, a, r) {
		refusal = renewal.MayNotSee(r.Reference())
	}
	if refusal != nil {
		b.deny(ctx, p, r.ID, string(renewal.ActionAskAgain), refusal)
		return
	}
	d := draft.Of(r)
	d.Request, d.Revision, d.Fingerprint, d.Again = 0, 0, "", r.ID
	b.open(ctx, p, opening{trigger: trigger, draft: d})
}

// event handles what Slack tells of by itself.
func (b *Bot) event(ctx context.Context, e slackevents.EventsAPIEvent) {
	switch d := e.InnerEvent.Data.(type) {
	case *slackevents.AppHomeOpenedEvent:
		if d.Tab != "home" {
			return
		}
		if err := b.ledger.HomeOpened(ctx, d.User); err != nil {
			b.log.ErrorContext(ctx, "a Home tab was opened and is not drawn", "error", err)
		}
	case *slackevents.AppUninstalledEvent:
		b.log.ErrorContext(ctx, "Renewbot was removed from the workspace: nothing works until it is installed again")
	case *slackevents.TokensRevokedEvent:
		b.log.ErrorContext(ctx, "Slack revoked tokens: install the app again and set the new tokens")
	case *slackevents.SubteamMembersChangedEvent:
		b.directory.ForgetGroup(d.SubteamID)
		// Another process may draw them, and ask anew only after that time.
		if err := b.ledger.RedrawHomes(ctx, time.Duration(directory.DecisionAge)+time.Second); err != nil {
			b.log.WarnContext(ctx, "Home tabs do not show yet who is in a user group now", "group", d.SubteamID, "error", err)
		}
	case *slackevents.ChannelSharedEvent:
		b.directory.ForgetChannel(d.Channel)
	case *slackevents.ChannelIDChangedEvent:
		b.slack.Moved(ctx, d.OldChannelID, d.NewChannelID)
	}
}
