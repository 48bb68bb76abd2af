package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/slackview"
	"renewbot/bot/socket"
)

// listed is how many requests a list reads at most.
const listed = 50

func (b *Bot) list(ctx context.Context, p person, a renewal.Actor) {
	l, err := b.slack.ListsFor(ctx, a)
	if err != nil {
		b.sorry(ctx, p, "list requests", err)
		return
	}
	links := b.slack.Links(ctx, l.Mine, l.Waiting, slackview.Subjects(l.Batches))
	b.tell(ctx, p, blocks.ListBatches(blocks.List(l.Mine, l.Waiting, links), l.Batches, links))
}

// namesListed is how many customers a name may fit for their requests to be listed.
const namesListed = 5

// statusOf lists the requests for a customer or a PBX, as far as the person may see them.
func (b *Bot) statusOf(ctx context.Context, p person, a renewal.Actor, query string) {
	ctx, cancel := p.env.InTime(ctx)
	defer cancel()
	holders, err := b.history.Named(ctx, query, namesListed+1)
	if err != nil {
		b.log.WarnContext(ctx, "no customers to look among", "error", err)
		b.say(ctx, p, portal.Explain(err)+" Nothing was changed or ordered.")
		return
	}
	found := "no customer and no PBX"
	if len(holders) > namesListed {
		found, holders = fmt.Sprintf("more than %d customers", namesListed), nil
	}
	all, err := b.history.Requests(ctx, query, holders, listed)
	switch {
	case err != nil:
		b.sorry(ctx, p, "list requests", err)
	case len(holders)+len(all) == 0:
		b.say(ctx, p, fmt.Sprintf("I know %s by the name “%s”. Nothing was changed or ordered.", found, query))
	default:
		visible := b.history.Visible(ctx, a, all)
		b.tell(ctx, p, blocks.ListFor(query, visible, b.slack.Links(ctx, visible)))
	}
}

// past shows what was ordered for whom somebody names.
func (b *Bot) past(ctx context.Context, p person, a renewal.Actor, query string) {
	if b.history.Ready() {
		p.env.Ack(nil) // the history may be longer than what an ack can carry
	} else {
		b.say(ctx, p, "⏳ Reading the orders from the Partner Portal; the history follows. Nothing is ordered by that.")
	}
	m, err := b.history.Of(ctx, a, query, 0)
	if err != nil {
		b.sorry(ctx, p, "read the history", err)
		return
	}
	b.replace(ctx, p, m, false)
}

// clickedHistory turns a page of a history, or shows that of whom was chosen.
func (b *Bot) clickedHistory(ctx context.Context, ic slack.InteractionCallback, click *slack.BlockAction, env *socket.Envelope) {
	p := whoClicked(ic, env)
	a := b.directory.Actor(ctx, p.id, directory.RequestAge)
	if !b.mayAsk(ctx, p, a, "history") {
		return
	}
	env.Ack(nil)
	key, page := blocks.ReadHistory(click)
	m, err := b.history.Of(ctx, a, key, page)
	if err != nil {
		b.sorry(ctx, p, "read the history", err)
		return
	}
	b.replace(ctx, p, m, true)
}

func unfinished() []renewal.Status {
	var open []renewal.Status
	for _, s := range renewal.Statuses() {
		if !s.Final() {
			open = append(open, s)
		}
	}
	return open
}
