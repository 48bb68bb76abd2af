package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
	"renewbot/bot/typed"
)

func isNotFound(err error) bool { return errors.Is(err, ledger.ErrNotFound) }

// apply lets an event happen to a request and tells the person when it may not. What
// it changes is seen in Slack by itself.
func (b *Bot) apply(ctx context.Context, p reply.Person, id int64, e renewal.Event) {
	saving, cancel := p.Env.InTime(ctx)
	defer cancel()
	r, err := b.ledger.Apply(saving, id, e)
	var refusal *renewal.Refusal
	switch {
	case errors.Is(err, renewal.ErrRepeated) && !p.Command: // who clicked was told before
	case errors.As(err, &refusal):
		b.reply.Tell(ctx, p, blocks.Answer(refusal.Sentence))
	case isNotFound(err):
		b.find(ctx, p, id)
	case err != nil:
		b.log.ErrorContext(ctx, "a decision was not saved", "error", err)
		b.reply.Say(ctx, p, unsaved(err, id))
	case p.Command:
		b.reply.Tell(ctx, p, blocks.Answer(renewal.Sentence{renewal.State{Request: r}}))
	}
}

// clicked handles a button of a card.
func (b *Bot) clicked(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction, env *socket.Envelope) {
	p := reply.Clicked(ic, env)
	value, action := a.Value, a.ActionID
	if action == blocks.ActionMore {
		value = a.SelectedOption.Value
	}
	t, err := blocks.DecodeTarget(value)
	if err != nil {
		b.log.WarnContext(ctx, "a button had a value that is not ours", "action", a.ActionID)
		b.reply.Say(ctx, p, "I can't read that button. Nothing was ordered. “/renew list” shows what is open.")
		return
	}
	ctx = env.Concerns(ctx, t.Request)
	actor, r := b.decider(ctx, p.ID, ic.TriggerID, t.Request)
	shown := renewal.Shown{Revision: t.Revision, Fingerprint: t.Fingerprint}
	if action == blocks.ActionMore {
		action = t.Do
	}
	switch action {
	case blocks.ActionApprove:
		b.apply(ctx, p, t.Request, renewal.Approve{By: actor, Shown: shown, Voters: b.voters(ctx, r)})
	case blocks.ActionCancel:
		b.apply(ctx, p, t.Request, renewal.Cancel{By: actor})
	case blocks.ActionRetry:
		b.apply(ctx, p, t.Request, renewal.Retry{By: actor, Shown: shown})
	case blocks.ActionClose:
		b.apply(ctx, p, t.Request, renewal.Close{By: actor})
	case blocks.ActionReject:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionReject, By: actor, Shown: shown}, blocks.RejectForm)
	case blocks.ActionReturn:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionReturn, By: actor, Shown: shown}, blocks.ReturnForm)
	case blocks.ActionApproveComment:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionApprove, By: actor, Shown: shown}, func(r renewal.Request) slack.ModalViewRequest {
			pause, err := b.ledger.Paused(ctx)
			if err != nil {
				b.log.WarnContext(ctx, "a form does not say whether orders are paused", "error", err)
			}
			return blocks.ApproveForm(r, pause)
		})
	case blocks.ActionHandOver:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionHandOver, By: actor, Shown: shown}, blocks.HandOverForm)
	case blocks.ActionAskAgain:
		b.askAgain(ctx, p, actor, ic.TriggerID, t.Request)
	case blocks.ActionSettlePlaced:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionSettlePlaced, By: actor, Attempt: t.Attempt}, blocks.SettlePlacedForm)
	case blocks.ActionSettleNotPlaced:
		b.ask(ctx, p, ic.TriggerID, t, renewal.Intent{Action: renewal.ActionSettleNotPlaced, By: actor, Attempt: t.Attempt}, blocks.SettleNotPlacedForm)
	case blocks.ActionChange:
		b.change(ctx, p, actor, ic.TriggerID, t)
	}
}

// ask opens the small form that a decision needs, unless the person may not decide.
func (b *Bot) ask(ctx context.Context, p reply.Person, trigger string, t blocks.Target, in renewal.Intent, form func(renewal.Request) slack.ModalViewRequest) {
	r, ok := b.find(ctx, p, t.Request)
	if !ok {
		return
	}
	if refusal := r.May(in, b.now(), b.policy); refusal != nil {
		b.deny(ctx, p, r.ID, string(in.Action), refusal)
		return
	}
	b.reply.Open(ctx, p, trigger, form(r.Under(b.policy).At(b.now())))
}

// decided handles the submission of a small form.
func (b *Bot) decided(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	t, err := blocks.DecodeTarget(ic.View.PrivateMetadata)
	if err != nil {
		env.Ack(slack.NewUpdateViewSubmissionResponse(new(blocks.Notice("Not saved", renewal.Say("I can't read this form any more. Nothing was changed and nothing was ordered.")))))
		return
	}
	ctx = env.Concerns(ctx, t.Request)
	saving, cancel := env.InTime(ctx)
	defer cancel()
	actor, before := b.decider(saving, ic.User.ID, ic.TriggerID, t.Request)
	if before.Took(actor.Click) {
		env.Ack(nil) // this very submission was delivered before, and saved
		return
	}
	var e renewal.Event
	field := blocks.BlockReason
	shown, said := renewal.Shown{Revision: t.Revision, Fingerprint: t.Fingerprint}, blocks.ReadReason(ic.View)
	switch ic.View.CallbackID {
	case blocks.CallbackReject:
		e = renewal.Reject{By: actor, Shown: shown, Reason: said}
	case blocks.CallbackReturn:
		e = renewal.Return{By: actor, Shown: shown, Reason: said}
	case blocks.CallbackHandOver:
		field = blocks.BlockPerson
		to, _ := b.decider(saving, blocks.ReadPerson(ic.View), "", t.Request)
		e = renewal.HandOver{By: actor, Shown: shown, To: to, Reason: said}
	case blocks.CallbackApprove:
		e = renewal.Approve{By: actor, Shown: shown, Voters: b.voters(saving, before), Comment: said}
	case blocks.CallbackSettleNotPlaced:
		e = renewal.SettleNotPlaced{By: actor, Attempt: t.Attempt, Reason: said}
	case blocks.CallbackSettlePlaced:
		field = blocks.BlockOrderNo
		settled, ok := b.checked(saving, ic, t, env)
		if !ok {
			return
		}
		settled.By = actor
		e = settled
	}
	r, err := b.ledger.Apply(saving, t.Request, e)
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal):
		b.atField(ctx, ic, env, field, refusal.Sentence)
	case err != nil:
		b.log.ErrorContext(ctx, "a decision was not saved", "error", err)
		b.atField(ctx, ic, env, field, renewal.Say(unsaved(err, t.Request)))
	case !env.Ack(nil): // closes the form; the card tells the rest
		b.reply.Tell(ctx, whoSubmitted(ic, env), blocks.Answer(renewal.Sentence{renewal.State{Request: r}}))
	}
}

// atField shows what is wrong at a field of the submitted form. A form that is closed
// already cannot show it: then its author is told alone.
func (b *Bot) atField(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope, field string, s renewal.Sentence) {
	if !env.Ack(slack.NewErrorsViewSubmissionResponse(map[string]string{field: blocks.FieldError(s)})) {
		b.reply.Tell(ctx, whoSubmitted(ic, env), blocks.Answer(s))
	}
}

// whoSubmitted is the author of a form, who is reached by a direct message once its ack
// is gone.
func whoSubmitted(ic slack.InteractionCallback, env *socket.Envelope) reply.Person {
	return reply.Person{ID: ic.User.ID, Env: env}
}

// unsaved says what is known of a change that the ledger did not confirm. request is 0
// for one that would be new.
func unsaved(err error, request int64) string {
	switch {
	case !errors.Is(err, ledger.ErrUnclear):
		return reply.NotSaved
	case request == 0:
		return "It is not known yet whether this was saved. “/renew list” tells; the same form never makes two requests."
	}
	return fmt.Sprintf("It is not known yet whether this was saved. Look at the card, or type “/renew status %s”, before you do it again.",
		renewal.Reference(request))
}

// checked looks an order number up that somebody typed. What differs from what was sent is
// shown first, and confirmed by submitting the form that shows it.
func (b *Bot) checked(ctx context.Context, ic slack.InteractionCallback, t blocks.Target, env *socket.Envelope) (renewal.SettlePlaced, bool) {
	number := typed.OrderNumber(blocks.ReadOrderNo(ic.View))
	c := b.orders.CheckNumber(ctx, t.Request, t.Attempt, number)
	if c.Problem != "" {
		b.atField(ctx, ic, env, blocks.BlockOrderNo, renewal.Say(c.Problem))
		return renewal.SettlePlaced{}, false
	}
	if len(c.Differs) > 0 && t.Seen != blocks.SeenOf(c.Order.OrderNo, c.Differs) {
		r, err := b.ledger.Get(ctx, t.Request)
		if err != nil {
			b.log.ErrorContext(ctx, "what differs could not be shown", "error", err)
			b.atField(ctx, ic, env, blocks.BlockOrderNo, renewal.Say("Sorry, the request could not be read. Nothing was changed; please try again in a moment."))
			return renewal.SettlePlaced{}, false
		}
		anyway := blocks.SettlePlacedAnyway(r, t, number, c.Order.OrderNo, c.Differs)
		anyway.ExternalID = ic.View.ExternalID
		env.Ack(slack.NewUpdateViewSubmissionResponse(&anyway))
		return renewal.SettlePlaced{}, false
	}
	return renewal.SettlePlaced{Attempt: t.Attempt, Order: c.Order, Differs: c.Differs}, true
}
