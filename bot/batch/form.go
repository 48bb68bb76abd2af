package batch

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
)

// draft is a batch that nobody has asked for yet.
type draft struct {
	User, Channel, Note, Text string
	Lines                     []blocks.BatchCheck
	Asked                     []string // who would be asked about the lines
	Few                       bool     // too few could approve them
	CheckedAt                 time.Time
	Check                     string // which check it is from; a form may have several
	Reason                    string // that was typed in the review of the check before; empty: none
}

// draftKey names what one check of a form has found: another one, that is left and still goes on, must not
// replace it.
func draftKey(userID, form, check string) string { return userID + "/" + form + "/" + check }

// fresh is how old the check of a draft may be when it is asked for. Before each order everything
// is looked up once more.
const fresh = 15 * time.Minute

// checked begins to check what was pasted, and shows how far it is.
func (v *View) checked(ctx context.Context, w reply.Person, ic slack.InteractionCallback) {
	meta, err := blocks.ReadBatchMeta(ic.View.PrivateMetadata)
	if err != nil {
		v.unreadable(w)
		return
	}
	saving, cancel := w.Env.InTime(ctx)
	defer cancel()
	d := draft{User: w.ID}
	var file string
	file, d.Text, d.Note, d.Channel = blocks.ReadBatchForm(ic.View)
	wrong := map[string]string{}
	var rows []row
	if file == "" {
		var fault string
		if rows, fault = read(d.Text); fault != "" {
			wrong[blocks.BlockBatchText] = fault
		}
	}
	if problem := v.directory.ChannelProblem(saving, d.Channel, w.ID); problem != "" {
		wrong[blocks.BlockChannel] = problem
	}
	if len(wrong) > 0 {
		w.Env.Ack(slack.NewErrorsViewSubmissionResponse(wrong))
		return
	}
	wait := blocks.BatchWait(meta, 0, len(rows))
	wait.ExternalID = "batch." + rand.Text()
	w.Env.Ack(slack.NewPushViewSubmissionResponse(&wait))
	v.tasks.Start(func(ctx context.Context) {
		warning := overlooked(file, d.Text)
		if file != "" {
			var fault string
			if d.Text, rows, fault = v.fetch(ctx, file); fault != "" {
				v.show(ctx, wait.ExternalID, blocks.Notice("Not checked", renewal.Say(fault+" Nothing was saved and nothing was ordered. Go back and try again.")))
				return
			}
		}
		v.finish(ctx, w, meta, d, rows, wait.ExternalID, warning)
	})
}

const (
	// maxFile is how long a file may be, in bytes: far more than a batch has lines.
	maxFile = 256 << 10
	// fetchTimeout bounds the fetching of a file.
	fetchTimeout = time.Minute
)

// fetch reads the lines of a file that somebody has put into the form.
func (v *View) fetch(ctx context.Context, file string) (text string, rows []row, fault string) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	raw, err := v.api.FileText(ctx, file, maxFile)
	if err != nil {
		v.log.WarnContext(ctx, "a file of a batch was not fetched", "error", err)
	}
	return taken(raw, err)
}

// taken reads what came of a file, or says why nothing did.
func taken(raw []byte, err error) (text string, rows []row, fault string) {
	if err != nil {
		return "", nil, socket.ExplainFile(err, "256 KB")
	}
	rows, fault = read(string(raw))
	return string(raw), rows, fault
}

// overlooked says that a file was read in place of lines that stand in the form, if there are any.
func overlooked(file, text string) string {
	if _, lines, _ := strings.Cut(strings.TrimSpace(text), "\n"); file == "" || lines == "" {
		return ""
	}
	return "This is the file. The lines that stand in the form were not read."
}

func (v *View) unreadable(w reply.Person) {
	view := blocks.Notice("Not saved", renewal.Say("I can't read this form any more. Nothing was saved and nothing was ordered. Please start again with /renew batch."))
	w.Env.Ack(slack.NewUpdateViewSubmissionResponse(&view))
}

// toldEvery is how often people see how far a check is.
const toldEvery = 3 * time.Second

// finish checks a draft and shows its review in the view that waits for it.
func (v *View) finish(ctx context.Context, w reply.Person, meta blocks.BatchMeta, d draft, rows []row, external, warning string) {
	last := time.Now()
	actor := v.directory.Actor(ctx, w.ID, directory.RequestAge)
	there, left := false, false
	lines, asked, err := v.check(ctx, actor, d.Channel, rows, func(done int) {
		if left || done == len(rows) || time.Since(last) <= toldEvery {
			return
		}
		shown := v.update(ctx, external, blocks.BatchWait(meta, done, len(rows)))
		left, there, last = there && !shown, there || shown, time.Now()
	})
	if err == nil {
		d.Asked, d.Few = v.whoDecides(ctx, asked)
		d.Lines, d.CheckedAt, d.Check = lines, v.ledger.Now(ctx), rand.Text()
		err = v.ledger.SaveBatchDraft(ctx, draftKey(w.ID, meta.Key, d.Check), d)
	}
	if err != nil {
		v.log.WarnContext(ctx, "the lines of a batch were not checked", "error", err)
		says := explained(err)
		if ctx.Err() != nil {
			says = "I am being restarted, which has broken the check off."
		}
		v.show(ctx, external, blocks.Notice("Not checked", renewal.Say(says+" Nothing was saved and nothing was ordered. Go back and try again.")))
		return
	}
	v.show(ctx, external, v.review(meta, d, warning))
}

func (v *View) review(meta blocks.BatchMeta, d draft, warning string) slack.ModalViewRequest {
	p := blocks.BatchReviewData{
		Meta: meta, Lines: d.Lines, Channel: d.Channel, Note: d.Note, Approvers: d.Asked, Few: d.Few, DryRun: v.policy.DryRun, Warning: warning,
		Reason: d.Reason,
	}
	for _, l := range d.Lines {
		if len(l.Wrong) == 0 {
			p.Required = max(p.Required, l.Required)
			p.Ways = append(p.Ways, l.Ways...)
		}
	}
	p.Ways = renewal.Strictest(p.Ways)
	p.Meta.Shown = d.Check
	return blocks.BatchReview(p)
}

const (
	// showTries and showPause are how often a view is looked for that Slack is about to show.
	showTries = 20
	showPause = 250 * time.Millisecond
	// partingTimeout bounds the last word of a process that ends in the middle of a check.
	partingTimeout = 2 * time.Second
)

// show shows a view in the place of the one with an external id. Slack may not have shown that one
// yet; and it may be closed, which means that nobody waits for it.
func (v *View) show(ctx context.Context, external string, view slack.ModalViewRequest) {
	if ctx.Err() != nil { // the process ends, and says so
		parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTimeout)
		defer cancel()
		ctx = parting
	}
	for range showTries {
		if v.update(ctx, external, view) {
			return
		}
		select {
		case <-time.After(showPause):
		case <-ctx.Done():
			return
		}
	}
}

// update shows a view in the place of the one with an external id, and says whether that one is there.
func (v *View) update(ctx context.Context, external string, view slack.ModalViewRequest) (there bool) {
	view.ExternalID = external
	_, err := v.api.UpdateViewContext(socket.Patient(ctx), view, external, "", "")
	if err == nil {
		return true
	}
	if socket.ErrorCode(err) == "not_found" {
		return false
	}
	v.log.WarnContext(ctx, "a view was not updated", "callback_id", view.CallbackID, "error", err, "messages", socket.Messages(err))
	return true
}

// asked makes a batch of a review.
func (v *View) asked(ctx context.Context, w reply.Person, ic slack.InteractionCallback) {
	meta, err := blocks.ReadBatchMeta(ic.View.PrivateMetadata)
	if err != nil {
		v.unreadable(w)
		return
	}
	saving, cancel := w.Env.InTime(ctx)
	defer cancel()
	answer := func(view slack.ModalViewRequest, otherwise string) {
		if !w.Env.Ack(slack.NewUpdateViewSubmissionResponse(&view)) {
			v.reply.Say(ctx, w, otherwise)
		}
	}
	notSaved := func(s renewal.Sentence) { answer(blocks.Notice("Not saved", s), s.String()) }
	var d draft
	err = v.ledger.BatchDraft(saving, draftKey(w.ID, meta.Key, meta.Shown), &d)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		v.unreadable(w)
		return
	case err != nil:
		v.log.ErrorContext(ctx, "a batch was not read", "error", err)
		notSaved(renewal.Say("Sorry, this could not be saved. Nothing was changed and nothing was ordered by this. Please go back and try again in a moment."))
		return
	}
	if v.ledger.Now(saving).Sub(d.CheckedAt) > fresh {
		rows, _ := read(d.Text)
		d.Reason = blocks.ReadReason(ic.View) // its input goes while they are checked
		wait := blocks.BatchWait(meta, 0, len(rows))
		wait.ExternalID = "batch." + rand.Text()
		answer(wait, "The lines have to be checked again. Nothing was saved and nothing was ordered.")
		v.tasks.Start(func(ctx context.Context) {
			v.finish(ctx, w, meta, d, rows, wait.ExternalID, "It was checked some time ago, and is checked again now. Please look once more.")
		})
		return
	}
	s, wrong := submission(w.ID+"/"+meta.Key, d, blocks.ReadReason(ic.View))
	if wrong != "" {
		w.Env.Ack(slack.NewErrorsViewSubmissionResponse(map[string]string{blocks.BlockReason: wrong}))
		return
	}
	if problem := v.directory.ChannelProblem(saving, d.Channel, w.ID); problem != "" {
		notSaved(renewal.Say(problem + " Nothing was saved and nothing was ordered. Go back and change the form."))
		return
	}
	s.By = v.directory.Actor(saving, w.ID, directory.DecisionAge)
	b, _, err := v.ledger.SubmitBatch(saving, s)
	var refusal *renewal.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Code == renewal.RefusedCap: // others have asked since
		notSaved(append(refusal.Sentence, renewal.Text(" Nothing was saved. Close this and check the lines again: what does not fit is left out then.")))
	case errors.As(err, &refusal):
		notSaved(refusal.Sentence)
	case errors.Is(err, ledger.ErrUnclear):
		answer(v.review(meta, d, "It is not known yet whether this was saved. Submit it again: the same form never makes two batches."), "It is not known yet whether the batch was saved.")
	case err != nil:
		v.log.ErrorContext(ctx, "a batch was not saved", "error", err)
		answer(v.review(meta, d, "Sorry, this could not be saved. Nothing was changed and nothing was ordered. Please try again in a moment."), "Sorry, the batch could not be saved. Nothing was ordered.")
	default:
		answer(blocks.BatchSubmitted(b), b.Reference()+" is saved. Nothing has been ordered yet.")
	}
}

// submission makes a submission of the lines of a draft that are right. A line without a reason of
// its own has the one that was typed in the review.
func submission(key string, d draft, reason string) (s renewal.BatchSubmission, wrong string) {
	s = renewal.BatchSubmission{Key: key, Channel: d.Channel, Note: d.Note}
	for _, l := range d.Lines {
		if len(l.Wrong) > 0 {
			continue
		}
		why := l.Reason
		if why == "" && renewal.NeedReason(l.Doubts) {
			if why = renewal.Words(reason); why == "" {
				wrong = "Please say why the lines with something serious should be ordered all the same."
			}
		}
		s.Lines = append(s.Lines, renewal.Submission{Offer: l.Offer, Doubts: l.Doubts, DoubtReason: why, Written: l.Line})
	}
	return s, wrong
}

// Submitted handles a view of a batch that was submitted.
func (v *View) Submitted(ctx context.Context, w reply.Person, ic slack.InteractionCallback) {
	switch ic.View.CallbackID {
	case blocks.CallbackBatchForm, blocks.CallbackBatchReview:
		actor := v.directory.Actor(ctx, w.ID, directory.RequestAge)
		if !actor.MayRequest {
			refusal := renewal.MayNotRequest(actor)
			view := blocks.Notice("Not allowed", refusal.Sentence)
			w.Env.Ack(slack.NewUpdateViewSubmissionResponse(&view))
			if !v.ledger.RefusedBefore(w.Trigger) {
				v.reply.Denied(ctx, w.ID, v.ledger, 0, "batch", refusal)
			}
			return
		}
		if ic.View.CallbackID == blocks.CallbackBatchForm {
			v.checked(ctx, w, ic)
			return
		}
		v.asked(ctx, w, ic)
	case blocks.CallbackBatchLeave, blocks.CallbackBatchReject, blocks.CallbackBatchComment:
		v.decided(ctx, w, ic)
	}
}
