package blocks_test

import (
	"slices"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// products are what people see of a renewal of each row of the table: its form, its review
// and its card.
func products() []shown {
	var out []shown
	for _, p := range yeastar.Products() {
		for kind, h := range holdersOf(p) {
			o := offerOf(p, h)
			d := draftOf(o)
			name := "product_" + p.Key + "_" + kind
			out = append(out,
				shown{name + "_form", blocks.Form(formOf(p, d, h))},
				shown{name + "_review", blocks.Review(d, o, blocks.ReviewData{Now: now, Channel: "C0RENEW", Approvers: []string{bob}, Required: 1, Doubts: doubtsOf(p)})},
				shown{name + "_card", blocks.Card(with(renewal.Pending, func(r *renewal.Request) { r.Offer, r.AskedAt, r.Doubts = o, now, doubtsOf(p) }), blocks.Asked{}, renewal.Pause{})})
		}
	}
	return out
}

// holdersOf are the kinds of holders that a product has.
func holdersOf(p yeastar.Product) map[string]renewal.Holder {
	if p.Holder == yeastar.BySerial {
		return map[string]renewal.Holder{
			"pbx": {SerialNumber: "3631E0000001", PartnerID: offer().Holder.PartnerID, Name: offer().Holder.Name, Email: offer().Holder.Email},
		}
	}
	return map[string]renewal.Holder{"own": ownOffer().Holder, "customer": offer().Holder}
}

// offerOf is the largest offer of a product, for its longest term.
func offerOf(p yeastar.Product, h renewal.Holder) renewal.Offer {
	o := offer()
	o.Product, o.Holder = p.Key, h
	o.Term = slices.MaxFunc(p.Terms, func(a, b yeastar.Term) int { return a.Months - b.Months })
	o.Lines = slices.DeleteFunc(o.Lines, func(l renewal.Line) bool {
		return (l.Type == yeastar.LinePlan && !p.PlanLine) || (l.Type == yeastar.LineService && !p.ServiceLines)
	})
	for i := range o.Lines {
		if p.Service != "" {
			o.Lines[i].Name = p.Service
		}
		if p.Quantity == yeastar.QuantityNone {
			o.Lines[i].Quantity = 0
		}
	}
	return o
}

func doubtsOf(p yeastar.Product) []renewal.Doubt {
	if p.Unsure == "" {
		return nil
	}
	return []renewal.Doubt{{Kind: renewal.DoubtUndocumented, Names: []string{p.Unsure}}}
}

func draftOf(o renewal.Offer) blocks.Draft {
	d := draft()
	d.Product, d.Holder, d.Term = o.Product, o.Holder.Key(), o.Term.Key()
	plan, hasPlan := o.Plan()
	if !hasPlan || plan.Quantity == 0 {
		d.Quantity = ""
	}
	d.Plan, d.Services, d.ServiceQuantity = plan.ID, nil, nil
	for _, l := range o.Services() {
		d.Services = append(d.Services, l.ID)
		if l.Quantity > 0 {
			d.ServiceQuantity = draft().ServiceQuantity
		}
	}
	return d
}

func formOf(p yeastar.Product, d blocks.Draft, h renewal.Holder) blocks.FormData {
	f := form()
	f.Draft, f.Products = d, yeastar.Products()
	holder := blocks.HolderChoice(h)
	f.Holder = &holder
	if !p.ServiceLines {
		f.Services = nil
	}
	if !p.PlanLine {
		f.Plans = nil
	}
	if p.Service != "" {
		f.Services = []blocks.Choice{{ID: string(d.Services[0]), Label: p.Service}}
	}
	if p.Quantity == yeastar.QuantityNone {
		f.QuantityHint = ""
	}
	if p.CycleKept {
		f.Cycle = yeastar.Annually
	}
	if p.Together {
		f.Required, f.Draft.ServicesProposed = d.Services, true
	}
	return f
}
