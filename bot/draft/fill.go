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
		if offered(s.ID) {
			f.Owned = append(f.Owned, s.ID)
		}
	}
	if k.Product.Together {
		f.Required = f.Owned
	}
	f.QuantityPrefill, f.QuantityHint = prefill(k.Package.Extensions, k.Last)
	k.fillContact(f)
}

// fillPlan offers the plans and proposes the one that the package has, or that was ordered
// last, unless the form has asked already.
func (k Known) fillPlan(f *blocks.FormData) {
	d := &f.Draft
	for _, plan := range k.Catalogue.Plans {
		if !plan.Trial() {
			f.Plans = append(f.Plans, blocks.Choice{ID: string(plan.ID), Label: plan.Name})
		}
	}
	if d.Asked {
		return
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
// means it, and who was asked without them does not see it.
func proposeServices(d *blocks.Draft, found portal.Package) {
	if d.Asked || d.ServicesProposed || len(found.Services) == 0 {
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
// differ it proposes none. An order may be private: its request is not named.
func prefill(extensions int, last renewal.Request) (number, hint string) {
	plan, _ := last.Offer.Plan()
	switch ordered := plan.Quantity; {
	case extensions > 0 && ordered > 0 && extensions != ordered:
		return "", fmt.Sprintf("The Partner Portal says %d, our last order had %d: please check. It must be exactly the current number of extensions.",
			extensions, ordered)
	case extensions > 0:
		return strconv.Itoa(extensions), fmt.Sprintf("The current number of extensions is %d, from the Partner Portal. It must be exactly that.", extensions)
	case ordered > 0:
		return strconv.Itoa(ordered), fmt.Sprintf("Our last order had %d. It must be exactly the current number of extensions.", ordered)
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
