package bot

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/dueview"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// importForm is what opens the form for a list of dates.
const importForm = "import"

// renewalsDue shows the list of renewals due to somebody who may request: it names customers.
func (b *Bot) renewalsDue(ctx context.Context, p person, a renewal.Actor, trigger, text string) {
	if strings.EqualFold(text, importForm) {
		if b.mayImport(ctx, p) {
			b.openView(ctx, p, trigger, blocks.DueImportForm(blocks.DueImportData{}))
		}
		return
	}
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

// mayImport says whether a person may import dates: approvers may, as a list changes what is
// said of every customer. Who may not is told so.
func (b *Bot) mayImport(ctx context.Context, p person) bool {
	a := b.directory.Actor(ctx, p.id, directory.DecisionAge)
	if !b.policy.Approves(a) {
		b.deny(ctx, p, 0, "due import", renewal.NotAllowed(a, renewal.Text("Only approvers may import dates: a list changes them, and owners, for all customers.")))
	}
	return b.policy.Approves(a)
}

// imports takes in a list of dates that was put into the form.
func (b *Bot) imports(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	p := whoClicked(ic, env)
	if !b.mayImport(ctx, p) {
		return
	}
	put, wrong := dueview.Put(ic)
	if len(wrong) > 0 {
		env.Ack(slack.NewErrorsViewSubmissionResponse(wrong))
		return
	}
	soon, cancel := env.InTime(ctx)
	defer cancel()
	now, whole, result := b.due.Import(ctx, soon, put)
	if env.Ack(slack.NewUpdateViewSubmissionResponse(&now)) && whole {
		return
	}
	o := <-result // it ends with ctx
	select {
	case <-time.After(afterAck):
	case <-ctx.Done():
	}
	if drawn, _ := b.updateView(ctx, ic.View.ID, "", o.View); drawn == nil {
		b.tell(ctx, p, o.Told)
	}
}

// afterAck is how long Slack is given to show what came with an ack: a view that is updated
// at once may be overtaken by it, and be lost behind it.
const afterAck = time.Second

// submittedDue handles a small form of a row.
func (b *Bot) submittedDue(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	if ic.View.CallbackID == blocks.CallbackDueImport {
		b.imports(ctx, ic, env)
		return
	}
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
