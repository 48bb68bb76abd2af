package batch

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/yeastar"
)

// Sees says whether somebody may read a batch; who may not is told so.
func (v *View) Sees(ctx context.Context, w reply.Person, a renewal.Actor, d blocks.BatchData, action string) bool {
	if v.maySee(ctx, a, d.Lines[0]) {
		return true
	}
	v.deny(ctx, w, action, renewal.MayNotSee(d.Batch.Reference()))
	return false
}

// deny tells somebody that they may not, and writes it down.
func (v *View) deny(ctx context.Context, w reply.Person, action string, refusal *renewal.Refusal) {
	v.reply.Deny(ctx, w, v.ledger, 0, action, refusal)
}

// askAgain opens the form with what was left out of a batch.
func (v *View) askAgain(ctx context.Context, w reply.Person, d blocks.BatchData) {
	a := v.directory.Actor(ctx, w.ID, directory.RequestAge)
	if !a.MayRequest {
		v.deny(ctx, w, string(renewal.ActionAskAgain), renewal.MayNotRequest(a))
		return
	}
	if !v.Sees(ctx, w, a, d, string(renewal.ActionAskAgain)) {
		return
	}
	looking, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	f := blocks.BatchFormData{
		Key: rand.Text(), Columns: Columns, DryRun: v.policy.DryRun, Channels: v.directory.AllowedChannels(looking), Again: d.Batch.ID,
		ChannelNames: v.directory.ChannelNames(looking), ChannelHint: v.directory.ChannelHint(), Channel: d.Batch.Channel,
	}
	var lines []string
	for _, r := range renewal.LeftOut(d.Lines) {
		if since, err := v.askedSince(looking, r); err == nil && since {
			continue
		}
		lines = append(lines, againLine(r, v.tellable(looking, r)))
	}
	v.keep(looking, w, &f, fill(&f, againHeader, lines))
	v.reply.Open(ctx, w, w.Trigger, blocks.BatchForm(f))
}

// askedSince says whether a package was asked for since then, and that has not ended without an order. Services
// alone renew no plan. What cannot be found out is found at the check of the line.
func (v *View) askedSince(ctx context.Context, r renewal.Request) (bool, error) {
	others, err := v.ledger.List(ctx, ledger.Filter{HolderKey: r.Offer.Holder.Key(), Product: r.Offer.Product, Limit: 5})
	return slices.ContainsFunc(others, func(o renewal.Request) bool {
		return o.ID > r.ID && o.Part() != renewal.LineLeftOut && (r.Offer.ServicesAlone() || !o.AsOrdered().ServicesAlone())
	}), err
}

// againHeader is the first line of what a form begins with that asks again.
const againHeader = "holder,product,quantity,plan,services,term,contact,po_number,name"

// tellable is what can be named in a line; what is not among it has its id.
type tellable struct {
	contacts        []yeastar.BillingContact
	plans, services []blocks.Choice
}

// tellable looks up what is there at once: catalogues of single PBXs are not.
func (v *View) tellable(ctx context.Context, r renewal.Request) (t tellable) {
	t.contacts, _ = v.portal.Contacts(ctx, lookup.AnyAge)
	if r.Offer.Holder.SerialNumber != "" {
		return t
	}
	c, err := v.portal.Catalogue(ctx, r.Offer.Product, "", lookup.AnyAge)
	if err != nil {
		return t
	}
	for _, p := range c.Plans {
		t.plans = append(t.plans, blocks.Choice{ID: string(p.ID), Label: p.Name})
	}
	for _, s := range c.Services {
		t.services = append(t.services, blocks.Choice{ID: string(s.ID), Label: s.Name})
	}
	return t
}

// cell names a line of an order as the check finds it again: by its name where that means this one
// alone, and else by its id.
func cell(l renewal.Line, choices []blocks.Choice) string {
	of := func(c blocks.Choice) bool { return c.Label == l.Name }
	i := slices.IndexFunc(choices, of)
	if id, _ := chosen(choices, l.Name, ""); id != string(l.ID) || slices.ContainsFunc(choices[i+1:], of) {
		return string(l.ID)
	}
	return l.Name
}

// againLine writes what a request asks for as a line of the form.
func againLine(r renewal.Request, t tellable) string {
	o, product := r.Offer, r.Product()
	var quantity, plan, services string
	if product.PlanLine {
		plan = "none"
	}
	if l, ok := o.Plan(); ok {
		plan = cell(l, t.plans)
		if l.Quantity > 0 && product.Quantity != yeastar.QuantityNone {
			quantity = strconv.Itoa(l.Quantity)
		}
	}
	if product.ServiceLines {
		services = servicesCell(o.Services(), t.services)
	}
	contact := string(o.Contact.ID)
	if id, _ := contactOf(t.contacts, o.Contact.Email); o.Contact.Email != "" && id == o.Contact.ID {
		contact = o.Contact.Email
	}
	return csvLine(o.Holder.Key(), o.Product, quantity, plan, services, o.TermAsked().String(), contact, o.PONumber, oneLine(o.Holder.Name))
}

// servicesCell names services as a line does.
func servicesCell(lines []renewal.Line, choices []blocks.Choice) string {
	if len(lines) == 0 {
		return "none"
	}
	var parts []string
	for _, l := range lines {
		name := cell(l, choices)
		if strings.ContainsAny(name, ";|\n") {
			name = string(l.ID)
		}
		if l.Quantity > 0 {
			name += " × " + strconv.Itoa(l.Quantity)
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, "; ")
}
