package bot

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// submittedForm handles "Review": it pushes the review, or shows errors at the fields.
func (b *Bot) submittedForm(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	d, outdated, err := readForm(ic.View)
	if err != nil {
		b.log.WarnContext(ctx, "a form could not be read", "error", err)
		env.Ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Trouble(blocks.Draft{}, "I can't read this form any more.", ""))))
		return
	}
	ctx = env.Concerns(ctx, d.Request)
	checking, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if actor := b.directory.Actor(checking, ic.User.ID, directory.RequestAge); !actor.MayRequest {
		refusal := renewal.NotAllowed(actor, renewal.Text("You may not request renewals."))
		env.Ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Notice("Not allowed", refusal.Sentence))))
		b.audit(ctx, 0, ic.User.ID, "review", refusal)
		return
	}
	if _, known := b.portal.Holder(checking, d.Holder); known && outdated {
		// "Review" was faster than the form of the customer just chosen: here it is.
		form, err := b.form(checking, d)
		answer := blocks.Form(form)
		if err != nil {
			answer = blocks.Trouble(d, portal.Explain(err), portal.RequestID(err))
		}
		env.Ack(slack.NewUpdateViewSubmissionResponse(&answer))
		return
	}
	o, errs, err := b.offer(checking, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		env.Ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Trouble(d, portal.Explain(err), portal.RequestID(err)))))
		return
	}
	if d.Request == 0 { // a request that is changed stays in its channel
		note(errs, blocks.BlockChannel, b.directory.ChannelProblem(checking, d.Channel, ic.User.ID))
	}
	if len(errs) > 0 {
		env.Ack(slack.NewErrorsViewSubmissionResponse(atFields(ic.View, errs)))
		return
	}
	d.Shown = digest(o.Offer, o.doubts)
	env.Ack(slack.NewPushViewSubmissionResponse(view(blocks.Review(d, o.Offer, b.review(checking, d, o, "")))))
}

// atFields keeps the errors whose fields are in the view, as Slack takes no others; when
// none is, the first stands at the field that is always there.
func atFields(v slack.View, errs map[string]string) map[string]string {
	shown := map[string]string{}
	for _, block := range v.Blocks.BlockSet {
		if problem := errs[block.ID()]; problem != "" && block.BlockType() == slack.MBTInput {
			shown[block.ID()] = problem
		}
	}
	if len(shown) == 0 {
		for _, field := range slices.Sorted(maps.Keys(errs)) {
			return map[string]string{blocks.BlockHolder: errs[field]}
		}
	}
	return shown
}

// review is what the review step shows beside the offer.
func (b *Bot) review(ctx context.Context, d blocks.Draft, o asked, warning string) blocks.ReviewData {
	data := blocks.ReviewData{
		Now: b.now(), Channel: d.Channel, DryRun: b.policy.DryRun, Required: b.policy.Required,
		Approvers: b.directory.Approvers(), Warning: warning, Doubts: o.doubts,
	}
	if d.Request != 0 {
		if r, err := b.ledger.Get(ctx, d.Request); err == nil {
			data.Changes, data.DoubtReason = renewal.Difference(r.Offer, o.Offer), r.DoubtReason
		}
	}
	return data
}

// submittedReview handles "Request approval": the request is in the ledger before the
// answer says so.
func (b *Bot) submittedReview(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	answer := func(v slack.ModalViewRequest) { env.Ack(slack.NewUpdateViewSubmissionResponse(&v)) }
	d, err := blocks.DecodeDraft(ic.View.PrivateMetadata)
	if err != nil {
		answer(blocks.Notice("Not saved", renewal.Say("I can't read this form any more. Nothing was saved and nothing was ordered. Please start again with /renew.")))
		return
	}
	ctx = env.Concerns(ctx, d.Request)
	checking, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	actor := b.directory.Actor(checking, ic.User.ID, directory.DecisionAge)
	o, errs, err := b.offer(checking, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		answer(blocks.Trouble(d, portal.Explain(err), portal.RequestID(err)))
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
		answer(blocks.Notice("Not saved", renewal.Say(problem+" Nothing was saved and nothing was ordered. Close this and change the form.")))
		return
	}
	if shown := digest(o.Offer, o.doubts); shown != d.Shown {
		d.Shown = shown
		answer(blocks.Review(d, o.Offer, b.review(checking, d, o, "This is not what you saw a moment ago: the vendor's data have changed. Please look again.")))
		return
	}
	o.reason = blocks.ReadReason(ic.View)
	r, refused, err := b.save(ctx, ic.View.ID, actor, d, o)
	switch {
	case err != nil:
		b.log.ErrorContext(ctx, "a request was not saved", "error", err)
		answer(blocks.Review(d, o.Offer, b.review(checking, d, o, "Sorry, this could not be saved. Nothing was ordered. Please press the button again in a moment.")))
	case refused != nil:
		answer(blocks.Notice("Not saved", refused.Sentence))
	default:
		answer(blocks.Submitted(r, d.Request != 0))
	}
}
