package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
)

// Found reads a batch, and tells somebody when there is none.
func (v *View) Found(ctx context.Context, w reply.Person, id int64) (blocks.BatchData, bool) {
	b, lines, err := v.ledger.Batch(ctx, id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		v.reply.Say(ctx, w, "There is no batch "+renewal.BatchReference(id)+". Nothing was changed.")
	case err != nil:
		v.reply.Sorry(ctx, w, "read "+renewal.BatchReference(id), err)
	}
	return blocks.BatchData{Batch: b, Lines: b.Under(lines, v.policy)}, err == nil
}

// decider is who decides on a batch, as Slack tells of them now, beside all who had to do with it.
func (v *View) decider(ctx context.Context, w reply.Person, d blocks.BatchData) (renewal.Actor, []renewal.Actor) {
	a := v.directory.Actor(ctx, w.ID, directory.OrderAge)
	a.Click = w.Trigger
	all := d.Batch.Everybody(d.Lines)
	return v.directory.Beside(ctx, a, all, directory.OrderAge), v.voters(ctx, all)
}

// Clicked handles a button of a batch's card or of the form.
func (v *View) Clicked(ctx context.Context, w reply.Person, ic slack.InteractionCallback, a *slack.BlockAction) {
	if a.ActionID == blocks.ActionBatchTemplate {
		v.fileAsked(ctx, w, ic, a.Value)
		return
	}
	t, err := blocks.ReadBatchTarget(a.Value)
	if err != nil {
		v.log.WarnContext(ctx, "a button had a value that is not ours", "action", a.ActionID)
		v.reply.Say(ctx, w, "I can't read that button. Nothing was ordered.")
		return
	}
	d, ok := v.Found(ctx, w, t.Batch)
	if !ok {
		return
	}
	if a.ActionID == blocks.ActionBatchAgain {
		v.askAgain(ctx, w, d)
		return
	}
	actor, voters := v.decider(ctx, w, d)
	switch a.ActionID {
	case blocks.ActionBatchApprove:
		v.apply(ctx, w, d.Batch, renewal.ApproveBatch{By: actor, Shown: t.Shown, Voters: voters})
	case blocks.ActionBatchStop:
		v.apply(ctx, w, d.Batch, renewal.StopBatch{By: actor})
	case blocks.ActionBatchGoOn:
		v.apply(ctx, w, d.Batch, renewal.GoOn{By: actor, Held: t.Held})
	case blocks.ActionBatchLeave:
		v.ask(ctx, w, blocks.BatchLeaveForm(d, d.Batch.Asked(actor, d.Lines)), actor, d)
	case blocks.ActionBatchComment:
		if d.Pause, err = v.ledger.Paused(ctx); err != nil {
			v.log.WarnContext(ctx, "a form does not say whether orders are paused", "error", err)
		}
		v.ask(ctx, w, blocks.BatchApproveForm(d, t), actor, d)
	case blocks.ActionBatchReject:
		v.ask(ctx, w, blocks.BatchRejectForm(d), actor, d)
	}
}

// ask opens a small form, unless nothing waits for a decision or the person has none.
func (v *View) ask(ctx context.Context, w reply.Person, form slack.ModalViewRequest, a renewal.Actor, d blocks.BatchData) {
	if len(d.Batch.Undecided(d.Lines)) == 0 {
		if v.ledger.RefusedBefore(w.Trigger) {
			return // this very click was answered, or opened the form, before
		}
		v.reply.Say(ctx, w, "No line of "+d.Batch.Reference()+" waits for a decision any more. Nothing was changed by this.")
		return
	}
	may := d.Batch.MayDecide
	if form.CallbackID == blocks.CallbackBatchLeave {
		may = d.Batch.MayLeaveOut
	}
	if refusal := may(a, d.Lines, v.ledger.Now(ctx), v.policy); refusal != nil {
		v.deny(ctx, w, form.CallbackID, refusal)
		return
	}
	v.reply.Open(ctx, w, w.Trigger, form)
}

// decided handles a small form.
func (v *View) decided(ctx context.Context, w reply.Person, ic slack.InteractionCallback) {
	t, err := blocks.ReadBatchTarget(ic.View.PrivateMetadata)
	if err != nil {
		v.unreadable(w)
		return
	}
	d, ok := v.Found(ctx, w, t.Batch)
	if !ok {
		return
	}
	actor, voters := v.decider(ctx, w, d)
	reason := blocks.ReadReason(ic.View)
	var e renewal.BatchEvent = renewal.RejectBatch{By: actor, Shown: t.Shown, Reason: reason}
	field := blocks.BlockReason
	switch ic.View.CallbackID {
	case blocks.CallbackBatchComment:
		e = renewal.ApproveBatch{By: actor, Shown: t.Shown, Voters: voters, Comment: reason}
	case blocks.CallbackBatchLeave:
		e, field = renewal.LeaveOut{By: actor, Shown: t.Shown, Lines: blocks.ReadBatchLines(ic.View), Reason: reason}, blocks.BlockBatchLines
	}
	saving, cancel := w.Env.InTime(ctx)
	defer cancel()
	_, err = v.ledger.ApplyBatch(saving, t.Batch, e)
	if says := v.unsaved(ctx, d.Batch, err); says != nil && !w.Env.Ack(slack.NewErrorsViewSubmissionResponse(map[string]string{field: blocks.FieldError(says)})) {
		v.reply.Tell(ctx, w, blocks.Answer(says))
	}
}

// Stop ends what waits of a batch for whoever asks for it by its number, and says whether it did;
// if not, they are told why.
func (v *View) Stop(ctx context.Context, w reply.Person, a renewal.Actor, id int64) bool {
	d, ok := v.Found(ctx, w, id)
	if !ok || !v.Sees(ctx, w, a, d, renewal.StopBatch{}.Action()) {
		return false
	}
	actor, _ := v.decider(ctx, w, d)
	return v.apply(ctx, w, d.Batch, renewal.StopBatch{By: actor})
}

func (v *View) apply(ctx context.Context, w reply.Person, b renewal.Batch, e renewal.BatchEvent) bool {
	saving, cancel := w.Env.InTime(ctx)
	defer cancel()
	_, err := v.ledger.ApplyBatch(saving, b.ID, e)
	says := v.unsaved(ctx, b, err)
	if says != nil && (w.Command || !errors.Is(err, renewal.ErrRepeated)) {
		v.reply.Tell(ctx, w, blocks.Answer(says))
	}
	return says == nil
}

// unsaved says why a decision was not saved; nil: it was.
func (v *View) unsaved(ctx context.Context, b renewal.Batch, err error) renewal.Sentence {
	var refusal *renewal.Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal.Sentence
	case errors.Is(err, ledger.ErrUnclear):
		return renewal.Say(fmt.Sprintf("It is not known yet whether this was saved. Look at the card of %s before you do it again.", b.Reference()))
	}
	v.log.ErrorContext(ctx, "a decision on a batch was not saved", "error", err)
	return renewal.Say(reply.NotSaved)
}
