package bot

import (
	"context"
	"fmt"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// listed is how many requests a list reads at most.
const listed = 50

func (b *Bot) list(ctx context.Context, p person, a renewal.Actor) {
	l, err := b.slack.ListsFor(ctx, a)
	if err != nil {
		b.sorry(ctx, p, "list requests", err)
		return
	}
	b.tell(ctx, p, blocks.List(l.Mine, l.Waiting, b.slack.Links(ctx, l.Mine, l.Waiting)))
}

// namesListed is how many customers a name may fit for their requests to be listed.
const namesListed = 5

// statusOf lists the requests for a customer, as far as the person may see them.
func (b *Bot) statusOf(ctx context.Context, p person, a renewal.Actor, query string) {
	ctx, cancel := p.env.InTime(ctx)
	defer cancel()
	holders, err := b.named(ctx, query)
	if err != nil {
		b.log.WarnContext(ctx, "no customers to look among", "error", err)
		b.say(ctx, p, portal.Explain(err)+" Nothing was changed or ordered.")
		return
	}
	if n := len(holders); n == 0 || n > namesListed {
		found := "no customer"
		if n > namesListed {
			found = fmt.Sprintf("more than %d customers", namesListed)
		}
		b.say(ctx, p, fmt.Sprintf("I know %s by the name “%s”. Nothing was changed or ordered.", found, query))
		return
	}
	var visible []renewal.Request
	readable := map[string]bool{}
	for _, h := range holders {
		all, err := b.ledger.List(ctx, ledger.Filter{HolderKey: h.Key(), Limit: listed})
		if err != nil {
			b.sorry(ctx, p, "list requests", err)
			return
		}
		for _, r := range all {
			see := a.MayApprove || r.Requester == a.UserID
			if !see {
				if _, known := readable[r.Channel]; !known {
					readable[r.Channel] = b.mayRead(ctx, a, r.Channel)
				}
				see = readable[r.Channel]
			}
			if see {
				visible = append(visible, r)
			}
		}
	}
	b.tell(ctx, p, blocks.ListFor(query, visible, b.slack.Links(ctx, visible)))
}

// named finds whom a name means: our own account, the one customer who is called so, or
// else everybody whom it fits.
func (b *Bot) named(ctx context.Context, query string) ([]renewal.Holder, error) {
	holders, err := b.portal.Holders(ctx, yeastar.Products()[0].Key, lookup.AnyAge)
	if err != nil {
		return nil, err
	}
	found, _ := holders.Search(query, namesListed+1)
	if h, ok := holders.Only(query); ok {
		found = []renewal.Holder{h}
	}
	return found, nil
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
