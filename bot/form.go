package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/logs"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// patience is how long a cold form waits for the vendor before it says so.
	patience = 12 * time.Second
	// glance is how long a form waits for what it can do without.
	glance = 400 * time.Millisecond
	// menuPatience is how long a menu waits for its choices: people see them, or that there
	// are none, within two seconds.
	menuPatience = 1800 * time.Millisecond
)

// opening is a wish to open the form.
type opening struct {
	trigger string
	query   string // what was typed after the command
	draft   blocks.Draft
}

// open shows the form: at once when the look-ups are warm, else after a loading view.
func (b *Bot) open(ctx context.Context, p person, o opening) {
	d := o.draft
	if d.Product == "" {
		d.Product = yeastar.Products()[0].Key
	}
	if o.query != "" {
		d.Query = o.query
	}
	if d.Channel == "" {
		looking, cancel := context.WithTimeout(ctx, glance)
		d.Channel = b.channels.here(looking, p.channel)
		cancel()
	}
	if b.vendor.ready(d.Product) {
		form, err := b.form(ctx, d)
		switch {
		case err != nil:
			b.sorry(ctx, p, "open the form", err)
		case o.query != "" && form.Matches == 0 && form.Holder == nil:
			b.help(ctx, p, fmt.Sprintf("I know no customer and no command “%s”.", o.query))
		default:
			if v, ok := b.openView(ctx, p, o.trigger, blocks.Form(form)); ok && form.Waiting {
				p.env.ack(nil)
				b.complete(ctx, form.Draft, v)
			}
		}
		return
	}
	v, ok := b.openView(ctx, p, o.trigger, blocks.Loading())
	p.env.ack(nil)
	if ok {
		b.load(ctx, d, v.ID)
	}
}

// load turns a loading view into the form, or says what is wrong and how to go on.
func (b *Bot) load(ctx context.Context, d blocks.Draft, viewID string) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := b.vendor.prepare(waiting, d.Product)
	var form blocks.FormData
	if err == nil {
		form, err = b.form(waiting, d)
	}
	if err != nil {
		b.log.WarnContext(ctx, "the form's look-ups failed", "error", err)
		b.updateView(ctx, viewID, "", blocks.Trouble(d, trouble(err), reference(err)))
		return
	}
	if v, ok := b.updateView(ctx, viewID, "", blocks.Form(form)); ok && form.Waiting {
		b.complete(ctx, form.Draft, v)
	}
}

// complete draws the form again with what was not known yet when it was drawn, unless
// the person has changed it meanwhile.
func (b *Bot) complete(ctx context.Context, d blocks.Draft, drawn *slack.View) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if holder, ok := b.holder(waiting, d); ok {
		_, _ = b.vendor.findPack(waiting, d.Product, holder, 0)
	}
	form, err := b.form(waiting, d)
	if err != nil {
		return // the form stands as it is; its submission checks everything again
	}
	form.Waiting = false
	b.updateView(ctx, drawn.ID, drawn.Hash, blocks.Form(form))
}

// updateView changes a view. A view that was closed or changed meanwhile is let be.
func (b *Bot) updateView(ctx context.Context, viewID, hash string, v slack.ModalViewRequest) (*slack.View, bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	updated, err := b.api.UpdateViewContext(ctx, v, "", hash, viewID)
	switch code := slackError(err); {
	case err == nil && updated.ID != "":
		return &updated.View, true
	case code == "not_found" || code == "hash_conflict":
		return nil, false
	}
	b.log.WarnContext(ctx, "a view was not updated", "callback_id", v.CallbackID, "error", err, "messages", slackMessages(err))
	return nil, false
}

// chosen handles a choice in the form on which others depend. Other choices need not wait
// until what is found late is there.
func (b *Bot) chosen(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction) {
	if d, v := b.redraw(ctx, ic, a); v != nil {
		b.complete(ctx, d, v)
	}
}

// redraw draws a form anew after a choice. It returns what it drew when something that the
// form shows is still to be found.
func (b *Bot) redraw(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction) (blocks.Draft, *slack.View) {
	leave, newest := b.views.enter(ic.View.ID, a.ActionTs)
	defer leave()
	if !newest() {
		return blocks.Draft{}, nil
	}
	d, _, err := readForm(ic.View)
	if err != nil {
		b.log.WarnContext(ctx, "a form could not be read", "error", err)
		return blocks.Draft{}, nil
	}
	ctx = logs.Request(ctx, d.Request)
	form, err := b.form(ctx, d)
	if !newest() { // drawing it would undo on the screen what was chosen meanwhile
		return blocks.Draft{}, nil
	}
	if err != nil {
		b.log.WarnContext(ctx, "the form's look-ups failed", "error", err)
		b.updateView(ctx, ic.View.ID, "", blocks.Trouble(d, trouble(err), reference(err)))
		return blocks.Draft{}, nil
	}
	v, ok := b.updateView(ctx, ic.View.ID, "", blocks.Form(form))
	if !ok || !form.Waiting {
		return blocks.Draft{}, nil
	}
	return form.Draft, v
}

// readForm is the draft that a form shows. What belongs to another product or customer than
// the one now chosen is forgotten: the form has not been drawn for it yet, which outdated
// says of a form that shows fields of another customer.
func readForm(v slack.View) (d blocks.Draft, outdated bool, err error) {
	drawn, err := blocks.DecodeDraft(v.PrivateMetadata)
	if err != nil {
		return blocks.Draft{}, false, err
	}
	if d, err = blocks.ReadForm(v); err != nil {
		return blocks.Draft{}, false, err
	}
	switch {
	case d.Product != drawn.Product:
		d = blocks.Draft{
			Product: d.Product, Channel: d.Channel, PONumber: d.PONumber, Note: d.Note, Reset: d.Reset + 1,
			Request: d.Request, Revision: d.Revision, Fingerprint: d.Fingerprint, // a change stays the change of that request
		}
		outdated = true
	case d.Holder != drawn.Holder:
		d.Plan, d.Services, d.Quantity, d.ServiceQuantity, d.Contact = "", nil, "", nil, ""
		d.Query = "" // it has done its work
		d.Reset++
		outdated = d.Holder != "" && drawn.Holder != ""
	}
	return d, outdated, nil
}

// again handles the "Try again" button of a view that told of trouble.
func (b *Bot) again(ctx context.Context, ic slack.InteractionCallback) {
	d, err := blocks.DecodeDraft(ic.View.PrivateMetadata)
	if err != nil {
		d = blocks.Draft{}
	}
	if d.Product == "" {
		d.Product = yeastar.Products()[0].Key
	}
	ctx = logs.Request(ctx, d.Request)
	b.updateView(ctx, ic.View.ID, "", blocks.Loading())
	b.load(ctx, d, ic.View.ID)
}

// suggest answers an external select with the choices that fit what was typed.
func (b *Bot) suggest(ctx context.Context, ic slack.InteractionCallback, env *envelope) {
	ctx, cancel := context.WithTimeout(ctx, menuPatience)
	defer cancel()
	if a := b.people.actor(ctx, ic.User.ID, requestAge); !a.MayRequest {
		env.ack(blocks.ContactOptions(nil))
		return
	}
	d, _ := blocks.DecodeDraft(ic.View.PrivateMetadata)
	switch ic.ActionID {
	case blocks.ActionHolder:
		query := ic.Value
		if query == "" {
			query = d.Query
		}
		ix, err := b.vendor.customers.get(ctx, all, 0)
		if err != nil {
			b.log.WarnContext(ctx, "no customers to choose from", "error", err)
		}
		env.ack(holderOptions(ix, query))
	case blocks.ActionContact:
		contacts, err := b.vendor.contacts.get(ctx, all, 0)
		if err != nil {
			b.log.WarnContext(ctx, "no billing contacts to choose from", "error", err)
		}
		env.ack(blocks.ContactOptions(b.contactsFor(ctx, contacts, d, ic.Value)))
	default:
		env.ack(blocks.ContactOptions(nil))
	}
}

// submittedForm handles "Review": it pushes the review, or shows errors at the fields.
func (b *Bot) submittedForm(ctx context.Context, ic slack.InteractionCallback, env *envelope) {
	d, outdated, err := readForm(ic.View)
	if err != nil {
		b.log.WarnContext(ctx, "a form could not be read", "error", err)
		env.ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Trouble(blocks.Draft{}, "I can't read this form any more.", ""))))
		return
	}
	ctx = env.concerns(ctx, d.Request)
	checking, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if actor := b.people.actor(checking, ic.User.ID, requestAge); !actor.MayRequest {
		refusal := b.notAllowed(actor, "You may not request renewals.")
		env.ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Notice("Not allowed", refusal.Sentence))))
		b.audit(ctx, 0, ic.User.ID, "review", refusal)
		return
	}
	if _, known := b.holder(checking, d); known && outdated {
		// "Review" was faster than the form of the customer just chosen: here it is.
		form, err := b.form(checking, d)
		answer := blocks.Form(form)
		if err != nil {
			answer = blocks.Trouble(d, trouble(err), reference(err))
		}
		env.ack(slack.NewUpdateViewSubmissionResponse(&answer))
		return
	}
	o, errs, err := b.offer(checking, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		env.ack(slack.NewUpdateViewSubmissionResponse(view(blocks.Trouble(d, trouble(err), reference(err)))))
		return
	}
	if d.Request == 0 { // a request that is changed stays in its channel
		note(errs, blocks.BlockChannel, b.channels.problem(checking, d.Channel, ic.User.ID))
	}
	if len(errs) > 0 {
		env.ack(slack.NewErrorsViewSubmissionResponse(atFields(ic.View, errs)))
		return
	}
	d.Shown = digest(o)
	env.ack(slack.NewPushViewSubmissionResponse(view(blocks.Review(d, o, b.review(checking, d, o, "")))))
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
func (b *Bot) review(ctx context.Context, d blocks.Draft, o renewal.Offer, warning string) blocks.ReviewData {
	data := blocks.ReviewData{
		Now: b.now(), Channel: d.Channel, DryRun: b.policy.DryRun, Required: b.policy.Required,
		Approvers: b.people.approvers, Warning: warning,
	}
	if d.Request != 0 {
		if r, err := b.ledger.Get(ctx, d.Request); err == nil {
			data.Changes = renewal.Difference(r.Offer, o)
		}
	}
	if warning == "" {
		data.Warning = b.doubts(ctx, o)
	}
	return data
}

// submittedReview handles "Request approval": the request is in the ledger before the
// answer says so.
func (b *Bot) submittedReview(ctx context.Context, ic slack.InteractionCallback, env *envelope) {
	answer := func(v slack.ModalViewRequest) { env.ack(slack.NewUpdateViewSubmissionResponse(&v)) }
	d, err := blocks.DecodeDraft(ic.View.PrivateMetadata)
	if err != nil {
		answer(blocks.Notice("Not saved", renewal.Say("I can't read this form any more. Nothing was saved and nothing was ordered. Please start again with /renew.")))
		return
	}
	ctx = env.concerns(ctx, d.Request)
	checking, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	actor := b.people.actor(checking, ic.User.ID, decisionAge)
	o, errs, err := b.offer(checking, d)
	if err != nil {
		b.log.WarnContext(ctx, "the offer's look-ups failed", "error", err)
		answer(blocks.Trouble(d, trouble(err), reference(err)))
		return
	}
	problem := ""
	if d.Request == 0 {
		problem = b.channels.problem(checking, d.Channel, ic.User.ID)
	}
	for _, field := range slices.Sorted(maps.Keys(errs)) {
		problem = strings.TrimSpace(problem + " " + errs[field])
	}
	if problem != "" {
		answer(blocks.Notice("Not saved", renewal.Say(problem+" Nothing was saved and nothing was ordered. Close this and change the form.")))
		return
	}
	if shown := digest(o); shown != d.Shown {
		d.Shown = shown
		answer(blocks.Review(d, o, b.review(checking, d, o, "This is not what you saw a moment ago: the vendor's data have changed. Please look again.")))
		return
	}
	r, refused, err := b.save(ctx, ic.View.ID, actor, d, o)
	switch {
	case err != nil:
		b.log.ErrorContext(ctx, "a request was not saved", "error", err)
		answer(blocks.Review(d, o, b.review(checking, d, o, "Sorry, this could not be saved. Nothing was ordered. Please press the button again in a moment.")))
	case refused != nil:
		answer(blocks.Notice("Not saved", refused.Sentence))
	default:
		answer(blocks.Submitted(r, d.Request != 0))
	}
}
