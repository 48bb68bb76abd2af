package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
	"renewbot/bot/typed"
)

// command is the slash command of the app's manifest.
const command = "/renew"

func (b *Bot) slash(ctx context.Context, c slack.SlashCommand, env *socket.Envelope) {
	p := reply.Person{ID: c.UserID, Channel: c.ChannelID, ResponseURL: c.ResponseURL, Trigger: c.TriggerID, Env: env, Command: true}
	actor := b.directory.Actor(ctx, c.UserID, directory.RequestAge)
	t := typed.Parse(c.Text)
	ctx = env.Concerns(ctx, t.Request)
	if !b.mayAsk(ctx, p, actor, string(t.Verb)) {
		return
	}
	if t.Link != (typed.Link{}) && !b.linked(ctx, p, actor, &t) {
		return
	}
	if (t.Verb == typed.Open || t.Verb == typed.Batch) && !actor.MayRequest {
		b.deny(ctx, p, 0, string(t.Verb), renewal.NotAllowed(actor, renewal.Text("You may approve renewals, but not request them.")))
		return
	}
	switch t.Verb {
	case typed.Help:
		b.help(ctx, p, t.Text)
	case typed.List:
		b.list(ctx, p, actor)
	case typed.Status:
		switch batch, ok := renewal.BatchOf(t.Request); {
		case t.Request == 0:
			b.statusOf(ctx, p, actor, t.Text)
		case ok:
			b.statusOfBatch(ctx, p, actor, batch)
		default:
			b.status(ctx, p, actor, t.Request)
		}
	case typed.Cancel:
		if batch, ok := renewal.BatchOf(t.Request); ok {
			b.stopBatch(ctx, p, actor, batch)
			return
		}
		b.cancel(ctx, p, actor, t.Request)
	case typed.Pause, typed.Resume, typed.Deputy, typed.DeputyOff, typed.Deputies, typed.Notify:
		b.standing(ctx, p, t)
	case typed.Due:
		b.renewalsDue(ctx, p, actor, c.TriggerID, t)
	case typed.Past:
		b.past(ctx, p, actor, t.Text)
	case typed.Batch:
		b.batch.Open(ctx, p, b.due.Narrowed(t.Text, p.ID, t.Person))
	case typed.Open:
		b.open(ctx, p, opening{trigger: c.TriggerID, query: t.Text})
	}
}

// mayAsk says whether a person may ask for anything at all: requesters and approvers may. Who
// may not is told so.
func (b *Bot) mayAsk(ctx context.Context, p reply.Person, a renewal.Actor, action string) bool {
	may := a.MayRequest || b.policy.Approves(a)
	if !may {
		b.deny(ctx, p, 0, action, renewal.NotAllowed(a, renewal.Text("You may not request renewals. Ask whoever set Renewbot up to add you.")))
	}
	return may
}

func (b *Bot) help(ctx context.Context, p reply.Person, first string) {
	m := blocks.Help(command, blocks.HelpData{Offered: b.portal.Products(), Configured: b.portal.Configured(), Unoffered: b.portal.Unoffered(), Unlisted: b.portal.Unlisted()})
	if first != "" {
		m = blocks.Preface(first+" Nothing was changed or ordered.", m)
	}
	b.reply.Tell(ctx, p, m)
}

// deny tells a person that they may not, and writes it down.
func (b *Bot) deny(ctx context.Context, p reply.Person, request int64, action string, r *renewal.Refusal) {
	b.reply.Deny(ctx, p, b.ledger, request, action, r)
}

func (b *Bot) status(ctx context.Context, p reply.Person, a renewal.Actor, id int64) {
	r, ok := b.findSeen(ctx, p, a, id, "status")
	if !ok {
		return
	}
	entries, err := b.ledger.Entries(ctx, id)
	if err != nil {
		b.reply.Sorry(ctx, p, "read the story of "+r.Reference(), err)
		return
	}
	r = r.Under(b.policy).At(b.now())
	m := blocks.Detail(r, entries, b.slack.Links(ctx, []renewal.Request{r}))
	if r.WaitsFor(b.directory.Beside(ctx, a, r, directory.RequestAge), b.now(), b.policy) {
		m = blocks.Settling(m, r)
	}
	b.reply.Tell(ctx, p, m)
}

// cancel withdraws a request, or stops its order, for whoever asks for it by its number.
func (b *Bot) cancel(ctx context.Context, p reply.Person, a renewal.Actor, id int64) {
	if _, ok := b.findSeen(ctx, p, a, id, string(renewal.ActionCancel)); !ok {
		return
	}
	by, _ := b.decider(ctx, p.ID, p.Trigger, id)
	b.apply(ctx, p, id, renewal.Cancel{By: by})
}

// findSeen is find for who may not see every request.
func (b *Bot) findSeen(ctx context.Context, p reply.Person, a renewal.Actor, id int64, action string) (renewal.Request, bool) {
	r, ok := b.find(ctx, p, id)
	if ok && !b.history().MaySee(ctx, a, r) {
		b.deny(ctx, p, id, action, renewal.MayNotSee(r.Reference()))
		return r, false
	}
	return r, ok
}

// find reads a request and tells the person when there is none.
func (b *Bot) find(ctx context.Context, p reply.Person, id int64) (renewal.Request, bool) {
	r, err := b.ledger.Get(ctx, id)
	switch {
	case isNotFound(err):
		b.reply.Say(ctx, p, fmt.Sprintf("There is no request %s. Nothing was changed; “list” shows your open ones.", renewal.Reference(id)))
	case err != nil:
		b.reply.Sorry(ctx, p, "read "+renewal.Reference(id), err)
	}
	return r, err == nil
}
