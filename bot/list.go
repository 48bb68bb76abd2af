package bot

import (
	"context"
	"fmt"
	"slices"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// listed is how many requests a list reads at most.
const listed = 50

func (b *Bot) list(ctx context.Context, p person, a renewal.Actor) {
	mine, waiting, err := b.openRequests(ctx, a)
	if err != nil {
		b.sorry(ctx, p, "list requests", err)
		return
	}
	b.tell(ctx, p, blocks.List(mine, waiting))
}

// openRequests lists what a person has asked for and is not finished, and what waits for them.
func (b *Bot) openRequests(ctx context.Context, a renewal.Actor) (mine, waiting []renewal.Request, err error) {
	mine, err = b.ledger.List(ctx, ledger.Filter{Statuses: unfinished(), Requester: a.UserID, Limit: listed})
	if err != nil || !a.MayApprove {
		return mine, nil, err
	}
	undecided, err := b.ledger.List(ctx, ledger.Filter{Statuses: renewal.Undecided(), Limit: listed})
	for _, r := range undecided {
		if r.WaitsFor(b.beside(ctx, a, r, directory.RequestAge), b.now(), b.policy) {
			waiting = append(waiting, r)
		}
	}
	return mine, waiting, err
}

// recent lists what a person asked for last.
func (b *Bot) recent(ctx context.Context, userID string) ([]renewal.Request, error) {
	var finished []renewal.Status
	for _, s := range renewal.Statuses() {
		if s.Final() {
			finished = append(finished, s)
		}
	}
	return b.ledger.List(ctx, ledger.Filter{Statuses: finished, Requester: userID, Limit: 10})
}

// namesListed is how many customers a name may fit for their requests to be listed.
const namesListed = 5

// statusOf lists the requests for a customer or a PBX, as far as the person may see them.
func (b *Bot) statusOf(ctx context.Context, p person, a renewal.Actor, query string) {
	ctx, cancel := p.env.InTime(ctx)
	defer cancel()
	holders, err := b.named(ctx, query)
	if err != nil {
		b.log.WarnContext(ctx, "no customers to look among", "error", err)
		b.say(ctx, p, portal.Explain(err)+" Nothing was changed or ordered.")
		return
	}
	found := "no customer and no PBX"
	if len(holders) > namesListed {
		found, holders = fmt.Sprintf("more than %d customers", namesListed), nil
	}
	all, err := b.requestsFor(ctx, query, holders)
	switch {
	case err != nil:
		b.sorry(ctx, p, "list requests", err)
	case len(holders)+len(all) == 0:
		b.say(ctx, p, fmt.Sprintf("I know %s by the name “%s”. Nothing was changed or ordered.", found, query))
	default:
		b.tell(ctx, p, blocks.ListFor(query, b.visible(ctx, a, all)))
	}
}

// named finds whom a name means: our own account, the one customer who is called so, or
// else everybody whom it fits.
func (b *Bot) named(ctx context.Context, query string) ([]renewal.Holder, error) {
	i := slices.IndexFunc(yeastar.Products(), func(p yeastar.Product) bool { return p.Holder == yeastar.ByAccount })
	holders, err := b.portal.Holders(ctx, yeastar.Products()[i].Key, lookup.AnyAge)
	if err != nil {
		return nil, err
	}
	if h, ok := holders.Only(query); ok {
		return []renewal.Holder{h}, nil
	}
	found, _ := holders.Search(query, namesListed+1)
	return found, nil
}

// pbxsListed is how many requests for PBXs of one product a list looks through.
const pbxsListed = 500

// requestsFor lists the requests for some accounts, those for their PBXs, and those for
// PBXs whose serial number begins with what was typed.
func (b *Bot) requestsFor(ctx context.Context, query string, holders []renewal.Holder) ([]renewal.Request, error) {
	var all []renewal.Request
	for _, h := range holders {
		theirs, err := b.ledger.List(ctx, ledger.Filter{HolderKey: h.Key(), Limit: listed})
		if err != nil {
			return nil, err
		}
		all = append(all, theirs...)
	}
	for _, product := range yeastar.Products() {
		if product.Holder != yeastar.BySerial {
			continue
		}
		pbxs, err := b.ledger.List(ctx, ledger.Filter{Product: product.Key, Limit: pbxsListed})
		if err != nil {
			return nil, err
		}
		for _, r := range pbxs {
			pbx := r.Offer.Holder
			named := portal.MeansSerial(query, pbx.SerialNumber)
			if named || slices.ContainsFunc(holders, func(h renewal.Holder) bool { return h.PartnerID != "" && h.PartnerID == pbx.PartnerID }) {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// visible are the requests that a person may see.
func (b *Bot) visible(ctx context.Context, a renewal.Actor, all []renewal.Request) []renewal.Request {
	readable := map[string]bool{}
	return slices.DeleteFunc(all, func(r renewal.Request) bool {
		if a.MayApprove || r.Requester == a.UserID {
			return false
		}
		if _, known := readable[r.Channel]; !known {
			readable[r.Channel] = b.mayRead(ctx, a, r.Channel)
		}
		return !readable[r.Channel]
	})
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
