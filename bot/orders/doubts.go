package orders

import (
	"cmp"
	"context"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Look reads what portal and ledger tell of an offer: into the offer what belongs to it, and
// what people should look at before they agree, and what is wrong with it at which field.
// request is the request that asks for it, or 0 before there is one, and channel where. What the portal does
// not answer in time is missing, and nothing else.
func (o *Orders) Look(ctx context.Context, request int64, channel string, offer *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) ([]renewal.Doubt, map[renewal.Field]string, error) {
	// The ledger comes first: the portal may take all the time that there is.
	others, marked, err := o.kept(ctx, request, offer.Product, offer.Holder)
	if err != nil {
		return nil, nil, err
	}
	now, unknown := o.ledger.Now(ctx), o.unknown(ctx, others, channel)
	facts, _, _ := o.portalFacts(ctx, offer, c, portal.Ages{Each: maxAge, List: maxAge})
	facts.Requests, facts.NotRenewing = others, marked
	return discreet(offer.Doubts(facts, now, o.policy), unknown), offer.Check(facts), nil
}

// Repeats are what the ledger has of a holder and product, whose package ends at a time as far as is known,
// that people should look at before they ask for a renewal in a channel.
func (o *Orders) Repeats(ctx context.Context, request int64, channel, product string, holder renewal.Holder, ends time.Time) ([]renewal.Doubt, error) {
	others, marked, err := o.kept(ctx, request, product, holder)
	doubts := append(renewal.RepeatDoubts(others, o.ledger.Now(ctx), o.policy), renewal.EndingDoubts(marked, ends, others)...)
	return discreet(doubts, o.unknown(ctx, others, channel)), err
}

// kept is what the ledger has of a holder and product: the other requests than one, and whether somebody
// has marked the package as one that is not to be renewed.
func (o *Orders) kept(ctx context.Context, request int64, product string, holder renewal.Holder) ([]renewal.Request, *renewal.NotRenewing, error) {
	others, err := o.others(ctx, request, product, holder)
	if err != nil {
		return nil, nil, err
	}
	marked, err := o.ledger.NotRenewing(ctx, product, holder.Key())
	return others, marked, err
}

// discreet are doubts as people may read them to whom some requests are unknown.
func discreet(doubts []renewal.Doubt, unknown map[int64]bool) []renewal.Doubt {
	for i, d := range doubts {
		doubts[i].Private = unknown[d.Request]
	}
	return doubts
}

// unknown are the requests of which not everybody may know who reads a channel.
func (o *Orders) unknown(ctx context.Context, requests []renewal.Request, channel string) map[int64]bool {
	ids, public := map[int64]bool{}, map[string]bool{channel: true}
	for _, r := range requests {
		if _, looked := public[r.Channel]; !looked {
			public[r.Channel] = o.same(ctx, r.Channel, channel) || o.public(ctx, r.Channel)
		}
		if !public[r.Channel] {
			ids[r.ID] = true
		}
	}
	return ids
}

// same says whether two ids are of one channel: a request that has ended keeps the one that its channel had.
func (o *Orders) same(ctx context.Context, a, b string) bool {
	if b == "" {
		return false
	}
	now, err := o.ledger.ChannelIDs(ctx)
	if err != nil {
		o.log.WarnContext(ctx, "whether Slack gave channels other ids is not known", "error", err)
	}
	return cmp.Or(now[a], a) == cmp.Or(now[b], b)
}
