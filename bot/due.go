package bot

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/due"
	"renewbot/bot/dueview"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
	"renewbot/bot/typed"
)

// importForm is what opens the form for a list of dates.
const importForm = "import"

// renewalsDue shows the list of renewals due to somebody who may request: it names customers.
func (b *Bot) renewalsDue(ctx context.Context, p reply.Person, a renewal.Actor, trigger string, t typed.Command) {
	if strings.EqualFold(t.Text, importForm) {
		if b.mayImport(ctx, p) {
			b.reply.Open(ctx, p, trigger, blocks.DueImportForm(blocks.DueImportData{}))
		}
		return
	}
	if !a.MayRequest {
		b.deny(ctx, p, 0, "due", renewal.NotAllowed(a, renewal.Text("You may approve renewals, but not see the list of those due.")))
		return
	}
	filter := b.due.Narrowed(t.Text, p.ID, t.Person)
	if b.due.Ready() {
		p.Env.Ack(nil) // the list may be longer than what an ack can carry
	} else {
		b.dueAtOnce(ctx, p, filter)
	}
	m, err := b.due.List(ctx, p.ID, filter)
	if err != nil {
		b.reply.Sorry(ctx, p, "read the renewals due", err)
		return
	}
	b.reply.Replace(ctx, p, m, false)
}

// dueAtOnce answers while the portal is being read, with what is known without it: within a second, in
// time for the ack.
func (b *Bot) dueAtOnce(ctx context.Context, p reply.Person, f due.Filter) {
	soon, cancel := context.WithTimeout(ctx, b.reply.Within()/3)
	defer cancel()
	if m, ok := b.due.Known(ctx, soon, p.ID, f); ok {
		p.Env.Ack(nil)
		b.reply.Replace(ctx, p, m, false)
		return
	}
	b.reply.Say(ctx, p, "⏳ Reading the packages from the Partner Portal; the list follows. Nothing is ordered by that.")
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
func (b *Bot) mayImport(ctx context.Context, p reply.Person) bool {
	a := b.directory.Actor(ctx, p.ID, directory.DecisionAge)
	if !b.policy.Approves(a) {
		b.deny(ctx, p, 0, "due import", renewal.NotAllowed(a, renewal.Text("Only approvers may import dates: a list changes them, and owners, for all customers.")))
	}
	return b.policy.Approves(a)
}

// imports takes in a list of dates that was put into the form.
func (b *Bot) imports(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	p := reply.Clicked(ic, env)
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
	if drawn, _ := b.reply.Update(ctx, ic.View.ID, "", o.View); drawn == nil {
		b.reply.Tell(ctx, p, o.Told)
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
	o, err := b.due.Submitted(ctx, saving, ic)
	if err == nil && len(o.Wrong) > 0 {
		env.Ack(slack.NewErrorsViewSubmissionResponse(o.Wrong))
		return
	}
	b.outcome(ctx, ic, env, o, err)
}

// outcome shows what a click or a small form leads to.
func (b *Bot) outcome(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope, o dueview.Outcome, err error) {
	p := reply.Clicked(ic, env)
	if o.Answer != "" {
		p.ResponseURL = o.Answer
	}
	switch {
	case err != nil:
		b.failed(ctx, p, "do that", err, false)
	case o.Say != "":
		b.reply.Say(ctx, p, o.Say)
	case o.Open != nil:
		b.reply.Open(ctx, p, ic.TriggerID, *o.Open)
	case o.Renew != nil:
		b.open(ctx, p, opening{trigger: ic.TriggerID, draft: *o.Renew})
	case o.Nothing:
		env.Ack(nil)
	case o.Several != nil:
		b.batch.Open(ctx, p, *o.Several, o.Chosen...)
	case o.Replace != nil && p.ResponseURL != "":
		env.Ack(nil)
		b.reply.Replace(ctx, p, *o.Replace, true)
	default:
		env.Ack(nil)
		if err := b.ledger.HomeOpened(ctx, p.ID); err != nil { // it is drawn again
			b.log.WarnContext(ctx, "a Home tab was not drawn again", "error", err)
		}
	}
}
