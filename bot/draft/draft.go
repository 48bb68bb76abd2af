// Package draft is about what stands in a form: it reads it, proposes what portal and ledger
// tell of the package, and makes an offer of it, with a sentence for each field that is
// wrong. It looks nothing up and draws nothing.
package draft

import (
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Known is what portal and ledger tell about the renewal of a product for a holder.
type Known struct {
	Product   yeastar.Product
	Holder    renewal.Holder
	Catalogue yeastar.Catalogue
	Contacts  []yeastar.BillingContact
	Contact   yeastar.ID      // of Contacts, the holder's own; empty: none is
	Package   portal.Package  // that the holder has; empty: not told
	Last      renewal.Request // the holder's last one that was ordered; zero: none
	// Zone is that of whoever asks; nil: not known. Now and Policy bound the day on which to
	// order. Only a draft with such a day needs them.
	Zone   *time.Location
	Now    time.Time
	Policy renewal.Policy
}

// Of is a request as the form shows it, to be changed.
func Of(r renewal.Request) blocks.Draft {
	d := blocks.Draft{
		Product: r.Offer.Product, Holder: r.Offer.Holder.Key(), Contact: r.Offer.Contact.ID, Term: r.Offer.TermAsked().Key(),
		PONumber: r.Offer.PONumber, Note: r.Note, Channel: r.Channel,
		Request: r.ID, Revision: r.Revision, Fingerprint: r.Fingerprint,
		ServiceQuantity: map[yeastar.ID]string{}, ServicesProposed: true,
	}
	if plan, ok := r.Offer.Plan(); ok {
		d.Plan, d.Quantity = plan.ID, typed(plan.Quantity)
	} else if r.Product().PlanLine {
		d.Plan = blocks.PlanNone
	}
	if on := r.Offer.OrderOn.Date; on != "" {
		d.When, d.Day = blocks.WhenDay, on
	}
	for _, l := range r.Offer.Services() {
		d.Services = append(d.Services, l.ID)
		if q := typed(l.Quantity); q != "" {
			d.ServiceQuantity[l.ID] = q
		}
	}
	return d
}

// typed is a quantity as people type it; lines without one have 0.
func typed(quantity int) string {
	if quantity == 0 {
		return ""
	}
	return strconv.Itoa(quantity)
}

// Read is the draft that a form shows, and whether its fields are still those of another product. What
// belongs to another product or holder than the one now chosen is forgotten; what still fits stays.
func Read(v slack.View) (d blocks.Draft, switched bool, err error) {
	drawn, err := blocks.DecodeDraft(v.PrivateMetadata)
	if err != nil {
		return blocks.Draft{}, false, err
	}
	if d, err = blocks.ReadForm(v); err != nil {
		return blocks.Draft{}, false, err
	}
	switch {
	case d.Product != drawn.Product:
		chosen := d.Product
		d.Product = drawn.Product
		return Switch(d, chosen), true, nil
	case d.Holder != drawn.Holder:
		forgetLines(&d)
		if drawn.Holder == "" {
			d.Kept, d.KeptByHand = d.Contact, d.Contact != drawn.Proposed // of before the product was changed
		} else {
			d.When, d.Day = "", ""
		}
		d.Contact, d.Query = "", "" // what was typed after the command has done its work
	}
	return d, false, nil
}

// Switch is a draft with another product. What still fits stays.
func Switch(d blocks.Draft, product string) blocks.Draft {
	was, _ := yeastar.ProductByKey(d.Product)
	is, _ := yeastar.ProductByKey(product)
	forgetLines(&d)
	d.Product = product
	if was.Holder != is.Holder {
		d.Holder = ""
	}
	if _, ok := is.Term(d.Term); !ok {
		d.Term, d.TermByHand = "", false
	}
	return d
}

// forgetLines forgets what is renewed, a term that the form proposed, and a day that was proposed
// because of when it ends. Its inputs are new ones from then on.
func forgetLines(d *blocks.Draft) {
	d.Plan, d.Services, d.Quantity, d.ServiceQuantity = "", nil, "", nil
	if !d.TermByHand { // which followed from how the other one is billed
		d.Term = ""
	}
	if d.When != blocks.WhenDay {
		d.When, d.Day = "", ""
	}
	d.ServicesProposed, d.Asked = false, false
}

// fits says whether a service goes with what is chosen as the plan.
func (k Known) fits(s yeastar.Service, plan yeastar.ID) bool {
	return !k.Product.PlanLine || plan == blocks.PlanNone || s.GoesWith(plan)
}
