package bot

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/formview"
	"renewbot/bot/history"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
	"renewbot/bot/typed"
)

func (b *Bot) list(ctx context.Context, p reply.Person, a renewal.Actor) {
	l, err := b.slack.ListsFor(ctx, a)
	if err != nil {
		b.reply.Sorry(ctx, p, "list requests", err)
		return
	}
	links := b.slack.Links(ctx, l.Mine, l.Waiting, l.Batches.Subjects())
	b.reply.Tell(ctx, p, blocks.List(l.Mine, l.Waiting, slices.Concat(l.Batches.Waiting, l.Batches.Mine), links))
}

// clickedList shows a page of all that a list of Home or of a command has.
func (b *Bot) clickedList(ctx context.Context, ic slack.InteractionCallback, click *slack.BlockAction, env *socket.Envelope) {
	p := reply.Clicked(ic, env)
	a := b.directory.Actor(ctx, p.ID, directory.RequestAge)
	if !b.mayAsk(ctx, p, a, "list") {
		return
	}
	list, page := blocks.ReadList(click)
	v, err := b.slack.ListPage(ctx, a, list, page)
	switch {
	case err != nil:
		b.reply.Sorry(ctx, p, "list requests", err)
	case ic.View.Type == slack.VTModal:
		b.forms.Turn(ctx, formview.In(ic, ic.View.ID), v)
	default:
		b.reply.Open(ctx, p, ic.TriggerID, v)
	}
}

// relist draws the page of a list again in which somebody has done something, or over which they filled a form in.
func (b *Bot) relist(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	if id, list, page := blocks.ListUnder(ic); id != "" {
		env.Ack(nil)
		if v, err := b.slack.ListPage(ctx, b.directory.Actor(ctx, ic.User.ID, directory.RequestAge), list, page); err == nil {
			b.forms.Again(ctx, formview.In(ic, id), v)
		} else {
			b.log.WarnContext(ctx, "a list was not drawn again", "error", err)
		}
	}
}

// statusOf lists the requests for a customer or a PBX, as far as the person may see them.
func (b *Bot) statusOf(ctx context.Context, p reply.Person, a renewal.Actor, query string) {
	ctx, cancel := p.Env.InTime(ctx)
	defer cancel()
	m, err := b.history().Status(ctx, a, query)
	if err != nil {
		b.reply.Sorry(ctx, p, "list requests", err)
		return
	}
	b.reply.Tell(ctx, p, m)
}

// linked finds the request, or the batch, of a message that somebody has a link of. Of what they may not
// see they hear what they hear of what there is not.
func (b *Bot) linked(ctx context.Context, p reply.Person, a renewal.Actor, t *typed.Command) bool {
	id, sees, err := b.history().Linked(ctx, a, t.Link.Channel, t.Link.TS, t.Link.Thread)
	switch {
	case err != nil:
		b.reply.Sorry(ctx, p, "follow that link", err)
	case id == 0:
		b.reply.Tell(ctx, p, blocks.Answer(renewal.NothingLinked().Sentence))
	case !sees:
		b.deny(ctx, p, max(id, 0), string(t.Verb), renewal.NothingLinked())
	}
	t.Request = id
	return sees
}

// past shows what was ordered for whom somebody names.
func (b *Bot) past(ctx context.Context, p reply.Person, a renewal.Actor, query string) {
	if b.history().Ready() {
		p.Env.Ack(nil) // the history may be longer than what an ack can carry
	} else {
		b.reply.Say(ctx, p, "⏳ Reading the orders from the Partner Portal; the history follows. Nothing is ordered by that.")
	}
	b.pageOf(ctx, p, a, query, 0, false)
}

// clickedHistory turns a page of a history, or shows that of whom was chosen.
func (b *Bot) clickedHistory(ctx context.Context, ic slack.InteractionCallback, click *slack.BlockAction, env *socket.Envelope) {
	p := reply.Clicked(ic, env)
	if a := b.directory.Actor(ctx, p.ID, directory.RequestAge); b.mayAsk(ctx, p, a, "history") {
		env.Ack(nil)
		key, page := blocks.ReadHistory(click)
		b.pageOf(ctx, p, a, key, page, true)
	}
}

// pageOf shows a page of a history, in place of the one that was clicked in or as a new one.
func (b *Bot) pageOf(ctx context.Context, p reply.Person, a renewal.Actor, query string, page int, original bool) {
	m, err := b.history().Of(ctx, a, query, page)
	if err != nil {
		b.reply.Sorry(ctx, p, "read the history", err)
		return
	}
	b.reply.Replace(ctx, p, m, original)
}

// history tells what was.
func (b *Bot) history() *history.Histories {
	return &history.Histories{
		Portal: b.portal, Ledger: b.ledger, Directory: b.directory, Slack: b.slack, Policy: b.policy, Log: b.log,
	}
}
