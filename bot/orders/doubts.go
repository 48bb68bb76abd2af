package orders

import (
	"context"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Look reads what portal and ledger tell of an offer: into the offer what belongs to it, and
// what people should look at before they agree, and what is wrong with it at which field.
// request is the request that asks for it, or 0 before there is one. What the portal does
// not answer in time is missing, and nothing else.
func (o *Orders) Look(ctx context.Context, request int64, offer *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) ([]renewal.Doubt, map[renewal.Field]string, error) {
	// The ledger comes first: the portal may take all the time that there is.
	others, err := o.others(ctx, request, offer.Product, offer.Holder)
	if err != nil {
		return nil, nil, err
	}
	now := o.ledger.Now(ctx)
	facts, _, _ := o.portalFacts(ctx, offer, c, maxAge)
	facts.Requests = others
	return offer.Doubts(facts, now, o.policy), offer.Check(facts), nil
}

// Repeats are the other requests of a holder and product that people should look at before
// they ask for one more.
func (o *Orders) Repeats(ctx context.Context, request int64, product string, holder renewal.Holder) ([]renewal.Doubt, error) {
	others, err := o.others(ctx, request, product, holder)
	now := o.ledger.Now(ctx)
	return renewal.RepeatDoubts(others, now, o.policy), err
}
