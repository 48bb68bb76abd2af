package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"renewbot/blocks"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Fill completes what a form shows of a draft whose holder is chosen.
func (k Known) Fill(f *blocks.FormData) {
	d := &f.Draft
	holder := blocks.HolderChoice(k.Holder)
	f.Holder, f.Expiry = &holder, k.Package.Expiry
	if k.Product.CycleKept {
		f.Cycle = k.Package.BillingCycle
	}
	k.fillPlan(f)
	f.ServicePrefill = map[yeastar.ID]string{}
	for _, s := range k.Catalogue.Services {
		if s.Trial() || !k.fits(s, d.Plan) {
			continue
		}
		f.Services = append(f.Services, blocks.Choice{ID: string(s.ID), Label: s.Name})
		if q := k.serviceQuantity(s.ID); q > 0 {
			f.ServicePrefill[s.ID] = strconv.Itoa(q)
		}
	}
	offered := func(id yeastar.ID) bool {
		return slices.ContainsFunc(f.Services, func(s blocks.Choice) bool { return s.ID == string(id) })
	}
	proposeServices(d, k.Package)
	d.Services = slices.DeleteFunc(d.Services, func(id yeastar.ID) bool { return !offered(id) })
	for _, s := range k.Package.Services {
		if k.Product.Together && offered(s.ID) {
			f.Required = append(f.Required, s.ID)
		}
	}
	f.QuantityPrefill, f.QuantityHint = prefill(k.Package.Extensions, k.Last)
	k.fillContact(f)
}

// fillPlan offers the plans and proposes the one that the package has, or that was ordered
// last.
func (k Known) fillPlan(f *blocks.FormData) {
	d := &f.Draft
	for _, plan := range k.Catalogue.Plans {
		if !plan.Trial() {
			f.Plans = append(f.Plans, blocks.Choice{ID: string(plan.ID), Label: plan.Name})
		}
	}
	last, _ := k.Last.Offer.Plan()
	for _, id := range []yeastar.ID{k.Package.Plan(k.Catalogue).ID, last.ID} {
		if plan, ok := k.Catalogue.Plan(id); ok && !plan.Trial() && d.Plan == "" {
			d.Plan = id
		}
	}
	if d.Plan == "" && len(f.Plans) == 1 {
		d.Plan = yeastar.ID(f.Plans[0].ID)
	}
}

// proposeServices chooses the services that the package has, once: whoever takes one away
// means it.
func proposeServices(d *blocks.Draft, found portal.Package) {
	if d.ServicesProposed || len(found.Services) == 0 {
		return
	}
	d.ServicesProposed = true
	if len(d.Services) > 0 {
		return
	}
	for _, s := range found.Services[:min(len(found.Services), blocks.MaxServices)] {
		d.Services = append(d.Services, s.ID)
	}
}

func (k Known) serviceQuantity(id yeastar.ID) int {
	for _, s := range k.Package.Services {
		if s.ID == id && s.Quantity != nil {
			return max(*s.Quantity, 1) // one that is not counted has none, or one
		}
	}
	for _, l := range k.Last.Offer.Services() {
		if l.ID == id {
			return l.Quantity
		}
	}
	return 0
}

// prefill proposes the number of extensions and says where it is from. When two sources
// differ it proposes none.
func prefill(extensions int, last renewal.Request) (number, hint string) {
	plan, _ := last.Offer.Plan()
	switch ordered := plan.Quantity; {
	case extensions > 0 && ordered > 0 && extensions != ordered:
		return "", fmt.Sprintf("The Partner Portal says %d, the last order (%s) had %d: please check. It must be exactly the current number of extensions.",
			extensions, last.Reference(), ordered)
	case extensions > 0:
		return strconv.Itoa(extensions), "The current number of extensions, from the Partner Portal. It must be exactly that."
	case ordered > 0:
		return strconv.Itoa(ordered), fmt.Sprintf("From the last order (%s). It must be exactly the current number of extensions.", last.Reference())
	}
	return "", ""
}

// fillContact proposes the billing contact: the one chosen, also before the product was changed, the
// holder's own, or the one that was proposed before.
func (k Known) fillContact(f *blocks.FormData) {
	chosen := f.Draft.Contact
	if f.Draft.KeptByHand {
		chosen = cmp.Or(chosen, f.Draft.Kept)
	}
	id := cmp.Or(chosen, k.Contact, f.Draft.Kept)
	if f.Draft.Contact = ""; chosen == "" {
		f.Draft.Proposed = id
	}
	for _, c := range k.Contacts {
		if c.ID == id {
			choice := blocks.ContactChoice(c)
			f.Draft.Contact, f.Contact = id, &choice
		}
	}
}
