package bot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/draft"
	"renewbot/bot/due"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// submittedForm handles "Review": it pushes the review, or shows errors at the fields.
func (b *Bot) submittedForm(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	d, switched, err := draft.Read(ic.View)
	if err != nil {
		b.log.WarnContext(ctx, "a form could not be read", "error", err)
		env.Ack(slack.NewUpdateViewSubmissionResponse(new(blocks.Trouble(blocks.Draft{}, "I can't read this form any more.", ""))))
		return
	}
	ctx = env.Concerns(ctx, d.Request)
	checking, cancel := env.InTime(ctx)
	defer cancel()
	actor := b.directory.Actor(checking, ic.User.ID, directory.RequestAge)
	if !actor.MayRequest {
		refusal := renewal.MayNotRequest(actor)
		env.Ack(slack.NewUpdateViewSubmissionResponse(new(blocks.Notice("Not allowed", refusal.Sentence))))
		b.reviewDenied(ctx, ic, 0, refusal)
		return
	}
	_, found := b.portal.Holder(checking, d.Product, d.Holder)
	if switched || (found && !d.Asked) {
		b.drawnNow(checking, d, env)
		return
	}
	o, errs, err := b.offer(checking, ic.User.ID, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		env.Ack(slack.NewUpdateViewSubmissionResponse(new(blocks.Trouble(d, portal.Explain(err), portal.RequestID(err)))))
		return
	}
	if d.Request == 0 { // a request that is changed stays in its channel
		note(errs, blocks.BlockChannel, b.directory.ChannelProblem(checking, d.Channel, ic.User.ID))
	}
	if draft.Undrawn(ic.View, d, errs) {
		b.drawnNow(checking, d, env)
		return
	}
	if len(errs) > 0 {
		env.Ack(slack.NewErrorsViewSubmissionResponse(draft.AtFields(ic.View, blocks.BlockHolder(d), errs)))
		return
	}
	if r, refused, made := b.made(checking, actor, d, ic.View, o); made {
		answer := blocks.Submitted(r, false)
		if refused != nil {
			answer = blocks.Notice("Not saved", refused.Sentence)
		}
		env.Ack(slack.NewPushViewSubmissionResponse(&answer))
		return
	}
	r, refusal, err := b.proposed(checking, actor, d.Request, d.Note, o)
	if err != nil {
		b.log.ErrorContext(ctx, "what the policy bounds could not be read", "error", err)
		refusal = &renewal.Refusal{Sentence: renewal.Say(unsaved(err, d.Request))}
	}
	if refusal != nil {
		env.Ack(slack.NewPushViewSubmissionResponse(new(blocks.Notice("Not saved", refusal.Sentence))))
		b.reviewDenied(ctx, ic, d.Request, refusal)
		return
	}
	d.Shown = digest(o.Offer, o.doubts)
	env.Ack(slack.NewPushViewSubmissionResponse(new(blocks.Review(d, o.Offer, b.review(checking, d, o, r, "")))))
	// While the person reads, what their next click is checked by is looked up.
	b.directory.Actor(ctx, ic.User.ID, directory.DecisionAge)
}

// drawnNow answers "Review" that was faster than the form of what was just chosen: here it is.
func (b *Bot) drawnNow(ctx context.Context, d blocks.Draft, env *socket.Envelope) {
	form, err := b.form(ctx, d)
	form.Waiting = false
	answer := blocks.Form(form)
	if err != nil {
		answer = blocks.Trouble(d, portal.Explain(err), portal.RequestID(err))
	}
	env.Ack(slack.NewUpdateViewSubmissionResponse(&answer))
}

// review is what the review step shows beside the offer.
func (b *Bot) review(ctx context.Context, d blocks.Draft, o asked, proposed renewal.Request, warning string) blocks.ReviewData {
	data := blocks.ReviewData{
		Now: b.now(), Channel: d.Channel, DryRun: b.policy.DryRun, Required: proposed.Required, Ways: proposed.Ways, Ruling: proposed.Ruling,
		Warning: warning, Doubts: o.doubts,
	}
	asks, few := b.slack.Asks(ctx, proposed)
	if data.Approvers = asks; few && warning == "" {
		data.Warning = blocks.TooFew
	}
	if o.CurrentExpiry.IsZero() {
		looking, cancel := context.WithTimeout(ctx, b.optionalWait)
		defer cancel()
		if ends, from := b.due.Ends(looking, due.Key{Product: o.Product, Holder: o.Holder.Key()}); from != due.FromPortal {
			data.Expiry, data.ExpiryFrom = ends, from
		}
	}
	if d.Request != 0 {
		if r, err := b.ledger.Get(ctx, d.Request); err == nil {
			data.Changes, data.Doubts = renewal.Difference(r.Offer, o.Offer), r.WithCandidates(o.doubts)
			if !r.Unexplained {
				data.DoubtReason = r.DoubtReason
			}
		}
	}
	return data
}

// submittedReview handles "Request approval": the request is in the ledger before the
// answer says so.
func (b *Bot) submittedReview(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	// A view that comes too late is not seen: then its author is told in words alone.
	answer := func(v slack.ModalViewRequest, otherwise renewal.Sentence) {
		if !env.Ack(slack.NewUpdateViewSubmissionResponse(&v)) {
			b.reply.Tell(ctx, whoSubmitted(ic, env), blocks.Answer(otherwise))
		}
	}
	notSaved := func(s renewal.Sentence) { answer(blocks.Notice("Not saved", s), s) }
	d, err := blocks.DecodeDraft(ic.View.PrivateMetadata)
	if err != nil {
		notSaved(renewal.Say("I can't read this form any more. Nothing was saved and nothing was ordered. Please start again with /renew."))
		return
	}
	ctx = env.Concerns(ctx, d.Request)
	checking, cancel := env.InTime(ctx)
	defer cancel()
	actor, _ := b.whoClicked(checking, ic.User.ID, ic.TriggerID, d.Request, directory.DecisionAge)
	o, errs, err := b.offer(checking, ic.User.ID, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		answer(blocks.Trouble(d, portal.Explain(err), portal.RequestID(err)), renewal.Say(portal.Explain(err)+" Nothing was saved and nothing was ordered."))
		return
	}
	problem := ""
	if d.Request == 0 {
		problem = b.directory.ChannelProblem(checking, d.Channel, ic.User.ID)
	}
	for _, field := range slices.Sorted(maps.Keys(errs)) {
		problem = strings.TrimSpace(problem + " " + errs[field])
	}
	if problem != "" {
		notSaved(renewal.Say(problem + " Nothing was saved and nothing was ordered. Close this and change the form."))
		return
	}
	again := func(warning string) {
		r, refusal, err := b.proposed(checking, actor, d.Request, d.Note, o)
		if err == nil && refusal != nil {
			notSaved(refusal.Sentence)
			return
		}
		answer(blocks.Review(d, o.Offer, b.review(checking, d, o, r, warning)), renewal.Say(warning))
	}
	if r, refused, made := b.made(checking, actor, d, ic.View, o); made {
		if refused != nil {
			notSaved(refused.Sentence)
			return
		}
		answer(blocks.Submitted(r, false), renewal.Sentence{renewal.State{Request: r}})
		return
	}
	if shown := digest(o.Offer, o.doubts); shown != d.Shown {
		d.Shown = shown
		again("This is not what you saw a moment ago: the vendor's data have changed. Please look again.")
		return
	}
	o.reason = blocks.ReadReason(ic.View)
	r, refused, err := b.save(checking, ic.View, actor, d, o)
	switch {
	case err != nil:
		b.log.ErrorContext(ctx, "a request was not saved", "error", err)
		again(unsaved(err, d.Request))
	case refused != nil:
		notSaved(refused.Sentence)
	default:
		answer(blocks.Submitted(r, d.Request != 0), renewal.Sentence{renewal.State{Request: r}})
	}
}

// reviewDenied writes down, once, that somebody may not have a review.
func (b *Bot) reviewDenied(ctx context.Context, ic slack.InteractionCallback, request int64, r *renewal.Refusal) {
	if !b.ledger.RefusedBefore(ic.TriggerID) {
		b.reply.Denied(ctx, ic.User.ID, b.ledger, request, "review", r)
	}
}
