package orders

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// recheck looks everything that was approved up anew, just before ordering. It returns
// the event that stops the order, if something does.
func (o *Orders) recheck(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	p := r.Product()
	ofCustomer := r.Offer.Holder.PartnerID != ""
	var catalogue yeastar.Catalogue
	var contacts []yeastar.BillingContact
	var customers portal.Customers
	var looking errgroup.Group
	looking.Go(func() (err error) { catalogue, err = o.portal.Catalogue(ctx, p.Key, lookup.Anew); return err })
	looking.Go(func() (err error) { contacts, err = o.portal.Contacts(ctx, lookup.Anew); return err })
	if ofCustomer {
		looking.Go(func() (err error) { customers, err = o.portal.Customers(ctx, lookup.Anew); return err })
	}
	if err := looking.Wait(); err != nil {
		return nil, err
	}
	for _, l := range r.Offer.Lines {
		_, plan := catalogue.Plan(l.ID)
		_, service := catalogue.Service(l.ID)
		if (l.Type == yeastar.LinePlan && !plan) || (l.Type == yeastar.LineService && !service) {
			return renewal.Gone{Detail: fmt.Sprintf("%s is not on offer any more", l.Name)}, nil
		}
	}
	if !hasContact(contacts, r.Offer.Contact.ID) {
		return renewal.Gone{Detail: fmt.Sprintf("the billing contact %s is not in the portal any more", r.Offer.Contact.Name)}, nil
	}
	if _, ok := customers.Get(r.Offer.Holder.PartnerID); ofCustomer && !ok {
		return renewal.Gone{Detail: fmt.Sprintf("the customer %s is not in the portal any more", r.Offer.Holder.Name)}, nil
	}
	return o.compare(ctx, r, catalogue), nil
}

func hasContact(contacts []yeastar.BillingContact, id yeastar.ID) bool {
	for _, c := range contacts {
		if c.ID == id {
			return true
		}
	}
	return false
}

// compare puts the request before people again when the vendor now tells another price
// or number of extensions than it did.
func (o *Orders) compare(ctx context.Context, r renewal.Request, c yeastar.Catalogue) renewal.Event {
	now := r.Offer
	now.Lines = append([]renewal.Line(nil), r.Offer.Lines...)
	ctx, cancel := context.WithTimeout(ctx, lookup.LoadTimeout)
	defer cancel()
	o.portal.Enrich(ctx, &now, c, lookup.Anew)
	changed := false
	if now.Price != nil && now.Price.String() != r.Offer.Price.String() {
		changed = true
	} else {
		now.Price = r.Offer.Price
	}
	if now.KnownQuantity != 0 && r.Offer.KnownQuantity != 0 && now.KnownQuantity != r.Offer.KnownQuantity {
		changed = true
		for i := range now.Lines {
			if now.Lines[i].Type == yeastar.LinePlan {
				now.Lines[i].Quantity = now.KnownQuantity
			}
		}
		now.QuantitySource = "changed in the Partner Portal since it was approved"
	}
	if !changed {
		return nil
	}
	return renewal.Changed{Offer: now}
}
