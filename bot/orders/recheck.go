package orders

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// recheck looks everything that was approved up anew, just before ordering, all at once. It
// returns the event that stops the order, if something does.
func (o *Orders) recheck(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	p := r.Product()
	if !o.portal.Offers(p.Key) {
		return renewal.Gone{Detail: fmt.Sprintf("%s is not among the products that are renewed here any more", p.Name)}, nil
	}
	holder, anew := r.Offer.Holder, o.readings(ctx, r)
	var catalogue yeastar.Catalogue
	var contacts []yeastar.BillingContact
	there, looked, unsold := false, false, false
	var looking errgroup.Group
	looking.Go(func() (err error) {
		catalogue, err = o.portal.Catalogue(ctx, p.Key, holder.SerialNumber, anew.maxAge())
		return err
	})
	looking.Go(func() (err error) { contacts, err = o.portal.Contacts(ctx, anew.maxAge()); return err })
	looking.Go(func() (err error) {
		there, err = o.portal.Still(ctx, p.Key, holder, anew.maxAge())
		looked = err == nil
		return err
	})
	looking.Go(func() (err error) { unsold, err = o.unsold(ctx, p, anew); return err })
	ahead, enough := context.WithCancel(ctx)
	var asking sync.WaitGroup
	asking.Go(func() { o.portal.Ahead(ahead, r.Offer, anew.ages()) })
	err := looking.Wait()
	enough() // what was asked for ahead goes on, and is waited for below
	asking.Wait()
	switch {
	case unsold: // then other look-ups may be refused
		return renewal.Gone{Detail: fmt.Sprintf("the account does not have %s any more", p.Name)}, nil
	case looked && !there && holder.SerialNumber != "": // of which the portal tells no catalogue either
		return renewal.Gone{Detail: fmt.Sprintf("the PBX %s of %s is not in the portal any more", holder.SerialNumber, holder.Name)}, nil
	case looked && !there:
		return renewal.Gone{Detail: fmt.Sprintf("the customer %s is not in the portal any more", holder.Name)}, nil
	case err != nil:
		return nil, err
	}
	for _, l := range r.Offer.Lines {
		switch sold, trial := onOffer(catalogue, l); {
		case !sold:
			return renewal.Gone{Detail: fmt.Sprintf("%s is not on offer any more", l.Name)}, nil
		case trial:
			return renewal.Gone{Detail: fmt.Sprintf("%s is only a trial by now, which is not renewed", l.Name)}, nil
		}
	}
	if !hasContact(contacts, r.Offer.Contact.ID) {
		return renewal.Gone{Detail: fmt.Sprintf("the billing contact %s is not in the portal any more", r.Offer.Contact.Name)}, nil
	}
	return o.compare(ctx, r, catalogue, anew)
}

// onOffer says whether a catalogue has a line, and whether as a trial.
func onOffer(c yeastar.Catalogue, l renewal.Line) (sold, trial bool) {
	if l.Type == yeastar.LinePlan {
		plan, ok := c.Plan(l.ID)
		return ok, plan.Trial()
	}
	service, ok := c.Service(l.ID)
	return ok, service.Trial()
}

// onCard is what a form says of a field, for where nothing can be chosen.
func onCard(problem string) string {
	said, _ := strings.CutSuffix(problem, " Choose another term.")
	said = strings.TrimSuffix(said, ".")
	if renewal.ByHand(problem) { // asking again meets the same
		return said
	}
	return said + ". To ask for what fits, close this and press “Ask again”"
}

// unsold says whether our account does not have a product any more. A portal that refuses to tell
// has told nothing.
func (o *Orders) unsold(ctx context.Context, p yeastar.Product, anew readings) (bool, error) {
	sold, err := o.portal.Sold(ctx, p.Key, anew.maxAge())
	if yeastar.ClassOf(err) == yeastar.ClassRefused {
		return false, nil
	}
	return err == nil && !sold, err
}

func hasContact(contacts []yeastar.BillingContact, id yeastar.ID) bool {
	for _, c := range contacts {
		if c.ID == id {
			return true
		}
	}
	return false
}

// lastFacts is portalFacts in a part of the check's time: what hangs must not take the rest of it.
func (o *Orders) lastFacts(ctx context.Context, offer *renewal.Offer, c yeastar.Catalogue, anew readings) (facts renewal.Facts, missing, unread error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-ledgerPart))
		defer cancel()
	}
	return o.portalFacts(ctx, offer, c, anew.ages())
}

// compare puts the request before people again when anything is told otherwise than they
// were told, cannot be told any more, or gives a reason to doubt that they have not seen.
func (o *Orders) compare(ctx context.Context, r renewal.Request, c yeastar.Catalogue, anew readings) (renewal.Event, error) {
	offer := r.Offer
	offer.Lines = slices.Clone(r.Offer.Lines)
	facts, missing, unread := o.lastFacts(ctx, &offer, c, anew)
	if pbx := offer.Holder; pbx.SerialNumber != "" && !facts.OwnerUnread && facts.Owner != pbx.PartnerID { // told then, and not now, too
		offer.Holder = o.portal.OwnedBy(ctx, pbx, facts.Owner)
		facts, missing, unread = o.lastFacts(ctx, &offer, c, anew) // what there is to doubt depends on whose it is
	}
	if missing != nil && (r.WasTold() || r.Untold(offer) || facts.OwnerUnread) {
		return nil, missing
	}
	// What can never be read holds up no order for good: it is a doubt, which people may agree to.
	if unread != nil && !errors.Is(unread, errMany) && o.patient(ctx, r) {
		return nil, unread
	}
	// The ledger comes last: no order begins and ends between this and the attempt.
	var err error
	if facts.Requests, facts.NotRenewing, err = o.kept(ctx, r.ID, offer.Product, offer.Holder); err != nil {
		return nil, err
	}
	now := o.ledger.Now(ctx)
	wrong := offer.Check(facts)
	for _, field := range slices.Sorted(maps.Keys(wrong)) {
		return renewal.Gone{Detail: "it does not fit the portal any more: " + onCard(wrong[field])}, nil
	}
	earlier := facts
	earlier.Requests = r.Earlier(facts.Requests)
	if !r.Differs(offer) && len(r.NewDoubts(offer.Doubts(earlier, now, o.policy))) == 0 {
		return nil, nil //nolint:nilnil // nothing stops the order
	}
	if was := r.Offer.KnownQuantity; was != 0 && offer.KnownQuantity != 0 && offer.KnownQuantity != was {
		for i := range offer.Lines {
			if offer.Lines[i].Type == yeastar.LinePlan {
				offer.Lines[i].Quantity = offer.KnownQuantity
			}
		}
		// What was just read is priced for another quantity.
		if _, err := o.portal.Enrich(ctx, &offer, c, portal.Ages{}); err != nil {
			return nil, err
		}
		offer.QuantitySource = "changed in the Partner Portal since it was approved"
	}
	return renewal.Changed{Offer: offer, Doubts: discreet(offer.Doubts(facts, now, o.policy), o.unknown(ctx, facts.Requests, r.Channel))}, nil
}

// portalFacts reads what the portal tells of an offer. The errors are of look-ups that may
// work a moment later: missing is what is told of the package, and unread are its orders.
func (o *Orders) portalFacts(ctx context.Context, offer *renewal.Offer, c yeastar.Catalogue, ages portal.Ages) (facts renewal.Facts, missing, unread error) {
	var strange []yeastar.OrderSummary
	var looking sync.WaitGroup
	holder, product := offer.Holder, offer.Product
	looking.Go(func() { facts, missing = o.portal.Enrich(ctx, offer, c, ages) })
	looking.Go(func() { strange, unread = o.strange(ctx, holder, product, ages.Each) })
	looking.Wait()
	if unread == nil && holder.SerialNumber == "" { // the details of orders tell PBXs
		facts.Ownerless, unread = o.ownerless(ctx, holder, product)
	}
	facts.PortalOrders, facts.OrdersUnread = strange, unread != nil
	return facts, missing, unread
}

// others are the other requests of a holder and product than one.
func (o *Orders) others(ctx context.Context, request int64, product string, holder renewal.Holder) ([]renewal.Request, error) {
	all, err := o.ledger.List(ctx, ledger.Filter{Product: product, HolderKey: holder.Key()})
	return slices.DeleteFunc(all, func(r renewal.Request) bool { return r.ID == request }), err
}
