package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"renewbot/blocks"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// form puts together what the form shows for a draft. It waits for what the form can't
// do without, as long as ctx lasts, and for the rest only a moment; what is missing then is
// told by Waiting.
func (b *Bot) form(ctx context.Context, d blocks.Draft) (blocks.FormData, error) {
	p, err := portal.Product(d.Product)
	if err != nil {
		return blocks.FormData{}, err
	}
	holders, err := b.portal.Holders(ctx, p.Key, lookup.AnyAge)
	if err != nil {
		return blocks.FormData{}, err
	}
	catalogue, err := b.portal.Catalogue(ctx, p.Key, "", lookup.AnyAge)
	if err != nil {
		return blocks.FormData{}, err
	}
	contacts, err := b.portal.Contacts(ctx, lookup.AnyAge)
	if err != nil {
		return blocks.FormData{}, err
	}
	looking, cancel := context.WithTimeout(ctx, b.optionalWait)
	defer cancel()
	f := blocks.FormData{
		Draft: d, Products: yeastar.Products()[:1], DryRun: b.policy.DryRun,
		Channels: b.directory.AllowedChannels(), ChannelNames: b.directory.ChannelNames(looking), ChannelHint: b.directory.ChannelHint(),
	}
	if id := cmp.Or(d.Request, d.Again); id != 0 {
		if r, err := b.ledger.Get(looking, id); err == nil {
			f.Before = &r
		}
	}
	if portal.MeansOwn(d.Query) && d.Holder == "" {
		f.Draft.Holder, f.Draft.Query = blocks.HolderOwn, ""
	} else if d.Query != "" {
		f.Matches = holders.Matches(d.Query)
		if h, ok := holders.Only(d.Query); ok && d.Holder == "" {
			f.Draft.Holder = h.Key()
		}
	}
	holder, ok := b.portal.Holder(ctx, p.Key, f.Draft.Holder)
	if !ok {
		f.Draft.Holder = ""
		return f, nil
	}
	f.Holder = holderChoice(holder)
	return f, b.dependent(ctx, &f, p, holder, catalogue, contacts)
}

// dependent fills in what depends on who the renewal is for.
func (b *Bot) dependent(ctx context.Context, f *blocks.FormData, p yeastar.Product, holder renewal.Holder, c yeastar.Catalogue, contacts []yeastar.BillingContact) error {
	looking, cancel := context.WithTimeout(ctx, b.optionalWait)
	defer cancel()
	found, err := b.portal.Package(looking, p.Key, holder, lookup.AnyAge)
	f.Waiting = err != nil && looking.Err() != nil && ctx.Err() == nil
	last, hasLast, err := b.ledger.LastOrdered(ctx, p.Key, holder.Key())
	if err != nil {
		return err
	}
	d := &f.Draft
	for _, plan := range c.Plans {
		if plan.PurchaseType != "trial" {
			f.Plans = append(f.Plans, blocks.Choice{ID: string(plan.ID), Label: plan.Name})
		}
	}
	lastPlan, _ := last.Offer.Plan()
	for _, id := range []yeastar.ID{found.PlanID, lastPlan.ID} {
		if _, ok := c.Plan(id); ok && d.Plan == "" {
			d.Plan = id
		}
	}
	if d.Plan == "" && len(f.Plans) == 1 {
		d.Plan = yeastar.ID(f.Plans[0].ID)
	}
	f.ServicePrefill = map[yeastar.ID]string{}
	for _, s := range c.Services {
		if s.PurchaseType == "trial" || !fits(s, d.Plan) {
			continue
		}
		f.Services = append(f.Services, blocks.Choice{ID: string(s.ID), Label: s.Name})
		if q := serviceQuantity(s.ID, found, last); q > 0 {
			f.ServicePrefill[s.ID] = strconv.Itoa(q)
		}
	}
	proposeServices(d, found)
	d.Services = slices.DeleteFunc(d.Services, func(id yeastar.ID) bool {
		return !slices.ContainsFunc(f.Services, func(s blocks.Choice) bool { return s.ID == string(id) })
	})
	f.Expiry = found.Expiry
	if f.Doubts, err = b.orders.Repeats(ctx, d.Request, p.Key, holder); err != nil {
		return err
	}
	f.QuantityPrefill, f.QuantityHint = prefill(found.Extensions, last, hasLast)
	f.Contact = b.contact(ctx, d, holder, contacts)
	return nil
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

func serviceQuantity(id yeastar.ID, found portal.Package, last renewal.Request) int {
	for _, s := range found.Services {
		if s.ID == id && s.Quantity != nil {
			return max(*s.Quantity, 1) // one that is not counted has none, or one
		}
	}
	for _, l := range last.Offer.Services() {
		if l.ID == id {
			return l.Quantity
		}
	}
	return 0
}

// prefill proposes the number of extensions and says where it is from. When two sources
// differ it proposes none.
func prefill(extensions int, last renewal.Request, hasLast bool) (number, hint string) {
	ordered := 0
	if plan, ok := last.Offer.Plan(); ok && hasLast {
		ordered = plan.Quantity
	}
	switch {
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

// contact is the billing contact that the form proposes: the one chosen, or the holder's own.
func (b *Bot) contact(ctx context.Context, d *blocks.Draft, h renewal.Holder, contacts []yeastar.BillingContact) *blocks.Choice {
	id := d.Contact
	if id == "" {
		id = b.ownContact(ctx, d.Product, h, contacts)
	}
	for _, c := range contacts {
		if c.ID == id {
			d.Contact = id
			choice := blocks.ContactChoice(c)
			return &choice
		}
	}
	d.Contact = ""
	return nil
}

// draftOf is a request as the form shows it, to be changed.
func draftOf(r renewal.Request) blocks.Draft {
	d := blocks.Draft{
		Product: r.Offer.Product, Holder: r.Offer.Holder.Key(), Contact: r.Offer.Contact.ID,
		PONumber: r.Offer.PONumber, Note: r.Note, Channel: r.Channel,
		Request: r.ID, Revision: r.Revision, Fingerprint: r.Fingerprint,
		ServiceQuantity: map[yeastar.ID]string{}, ServicesProposed: true,
	}
	if plan, ok := r.Offer.Plan(); ok {
		d.Plan, d.Quantity = plan.ID, strconv.Itoa(plan.Quantity)
	}
	for _, l := range r.Offer.Services() {
		d.Services = append(d.Services, l.ID)
		d.ServiceQuantity[l.ID] = strconv.Itoa(l.Quantity)
	}
	return d
}
