package blocks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// propose fills in what is not to be chosen, and what is proposed. Once the form has asked, it
// proposes nothing more: Slack would not show it.
func (f *FormData) propose() {
	p := f.product()
	first := !f.Draft.Asked && !f.Waiting
	if n, ok := within(p.MinQuantity, p.MaxQuantity, f.QuantityPrefill); ok && first && f.Draft.Quantity == "" {
		f.Draft.Quantity = n
	}
	plans := f.plans()
	if !f.Draft.Asked && f.Draft.Plan == "" && len(offered(f.Plans)) == 1 {
		f.Draft.Plan = yeastar.ID(plans[0].ID) // for no choice, never for one that is gone
	}
	f.Draft.PlanGone = f.Draft.Plan != "" && !slices.ContainsFunc(plans, func(c Choice) bool { return c.ID == string(f.Draft.Plan) })
	f.proposeWhen()
	if id := f.onlyService(); id != "" {
		f.Draft.Services = []yeastar.ID{id}
	}
	terms := f.terms()
	chosen := slices.ContainsFunc(terms, func(t yeastar.Term) bool { return t.Key() == f.Draft.Term })
	switch {
	case len(p.Terms) < 2:
		f.Draft.Term, f.Draft.TermByHand = "", false // there is no other
	case !chosen && len(terms) > 0:
		f.Draft.Term, f.Draft.TermByHand = terms[0].Key(), false
	}
}

// nothingToRenew says why there is nothing to choose for the holder, if so.
func (f FormData) nothingToRenew() string {
	p := f.product()
	switch {
	case p.PlanLine && len(offered(f.Plans)) == 0:
		return "Yeastar lists no plan that can be renewed here."
	case !p.PlanLine && len(offered(f.Services)) == 0:
		return "Yeastar does not list " + outside(p.Name, nameLimit) + " here."
	case len(f.terms()) == 0:
		return "This is billed “" + outside(f.Cycle, shortLimit) + "”, and such a renewal can't be ordered here."
	}
	return ""
}

// lines are the inputs for what of the product is renewed, and for how long.
func (f FormData) lines() []slack.Block {
	p := f.product()
	var blocks []slack.Block
	counted := p.Quantity != yeastar.QuantityNone
	if p.PlanLine {
		blocks = append(blocks, f.planInput())
	}
	if f.Draft.Plan == PlanNone {
		blocks = append(blocks, alert("services_only", slack.AlertLevelWarning, renewal.Doubt{Kind: renewal.DoubtServicesOnly}.Text()))
	}
	if p.PlanLine && counted && f.Draft.Plan != PlanNone {
		blocks = append(blocks, f.quantityInput(p))
	}
	if p.ServiceLines && len(offered(f.Services)) > 0 && f.onlyService() == "" {
		blocks = append(blocks, f.servicesInput(p))
		if counted {
			blocks = append(blocks, f.serviceQuantities(p)...)
		}
	}
	terms := f.terms()
	if len(terms) > 1 {
		return append(blocks, f.termInput(terms))
	}
	renews := "Renews"
	if f.onlyService() != "" {
		renews += " " + outside(f.Services[0].Label, nameLimit)
	}
	return append(blocks, contextLine("term", renews+" for "+terms[0].String()+"."))
}

// onlyService is the service that is renewed where there is nothing else to renew.
func (f FormData) onlyService() yeastar.ID {
	if services := offered(f.Services); !f.product().PlanLine && len(services) == 1 {
		return yeastar.ID(services[0].ID)
	}
	return ""
}

// plans are the choices of the plan's menu. The last one may be to leave the plan out.
func (f FormData) plans() []Choice {
	plans := offered(f.Plans)
	if p := f.product(); !p.PlanLine || !p.ServicesAlone || len(offered(f.Services)) == 0 {
		return plans
	}
	none := Choice{ID: string(PlanNone), Label: "Services only, without the plan", Detail: "The plan itself is not renewed"}
	return append(plans[:min(len(plans), limitOptions-1):min(len(plans), limitOptions-1)], none)
}

func (f FormData) planInput() slack.Block {
	element := menu(ActionPlan, "Choose a plan", f.plans(), string(f.Draft.Plan))
	return slack.NewInputBlock(BlockPlan(f.Draft), plain("Plan", limitLabel), nil, element).WithDispatchAction(true)
}

func (f FormData) servicesInput(p yeastar.Product) slack.Block {
	element := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None", limitPlaceholder), ActionServices,
		options(f.Services, limitOptions)...)
	element.MaxSelectedItems = new(int)
	*element.MaxSelectedItems = MaxServices
	for _, o := range element.Options {
		if f.chosen(yeastar.ID(o.Value)) && len(element.InitialOptions) < MaxServices {
			element.InitialOptions = append(element.InitialOptions, o)
		}
	}
	hint := fmt.Sprintf("Services to renew with it, %d at most.", MaxServices)
	optional := len(f.Required) == 0
	switch {
	case p.Together:
		hint = f.togetherHint()
	case f.Draft.Plan == PlanNone || !p.PlanLine:
		hint, optional = fmt.Sprintf("Services to renew, %d at most.", MaxServices), false
	}
	if left := f.left(f.Owned); len(left) > 0 && !p.Together {
		hint += " The package also has: " + joinWith(", ", left...) + "."
	}
	return slack.NewInputBlock(BlockServices(f.Draft), plain("Services", limitLabel), plain(hint, limitLabel), element).
		WithOptional(optional).WithDispatchAction(true)
}

// togetherHint says that no service may be left out, and which one is.
func (f FormData) togetherHint() string {
	const rule = "Yeastar renews the plan and all services that the PBX has in one order."
	left := f.left(f.Required)
	switch {
	case len(f.Required) == 0: // none is told that can be chosen
		return rule + " Please choose all that it has."
	case len(left) == 0:
		return rule
	}
	return rule + " Please choose also: " + joinWith(", ", left...) + "."
}

// left names those of some services that are not chosen, as far as they are told.
func (f FormData) left(services []yeastar.ID) (names []string) {
	for _, c := range offered(f.Services) {
		if id := yeastar.ID(c.ID); slices.Contains(services, id) && !f.chosen(id) && len(names) < MaxServices {
			names = append(names, line(c.Label, nameLimit))
		}
	}
	return names
}

func (f FormData) chosen(id yeastar.ID) bool {
	return slices.Contains(f.Draft.Services, id)
}

// serviceQuantities asks for the quantity of each chosen service.
func (f FormData) serviceQuantities(p yeastar.Product) []slack.Block {
	var blocks []slack.Block
	for _, c := range offered(f.Services) {
		id := yeastar.ID(c.ID)
		if !f.chosen(id) || len(blocks) == MaxServices {
			continue
		}
		element := number(ActionServiceQuantity, p.MinQuantity, 100*p.MaxQuantity,
			cmp.Or(f.Draft.ServiceQuantity[id], f.ServicePrefill[id]))
		hint := "Must equal the current quantity."
		if told := line(f.ServicePrefill[id], briefLimit); told != "" {
			hint = "It is " + told + " by the Partner Portal or our last order. " + hint
		}
		blocks = append(blocks, slack.NewInputBlock(BlockServiceQuantity(f.Draft, id),
			plain("Quantity: "+line(c.Label, nameLimit), limitLabel), plain(hint, limitLabel), element))
	}
	return blocks
}

func (f FormData) quantityInput(p yeastar.Product) slack.Block {
	hint := "Must equal the current number of extensions."
	switch {
	case f.Waiting:
		hint = "Looking up the current number of extensions…"
	case f.QuantityHint != "":
		hint = line(f.QuantityHint, limitLabel-100)
	}
	element := number(ActionQuantity, p.MinQuantity, p.MaxQuantity, f.Draft.Quantity)
	return slack.NewInputBlock(BlockQuantity(f.Draft), plain("Number of extensions", limitLabel), plain(hint, limitLabel), element)
}

// terms are the terms to choose from.
func (f FormData) terms() []yeastar.Term {
	if p := f.product(); f.Cycle != "" && p.CycleKept {
		return slices.DeleteFunc(slices.Clone(p.Terms), func(t yeastar.Term) bool { return t.BillingCycle != f.Cycle })
	}
	return f.product().Terms
}

func termNames(terms []yeastar.Term) []string {
	var names []string
	for _, t := range terms {
		names = append(names, t.String())
	}
	return names
}

// termInput is drawn again with a choice, so that nothing that is found late replaces it.
func (f FormData) termInput(terms []yeastar.Term) slack.Block {
	var choices []Choice
	for _, t := range terms {
		choices = append(choices, Choice{ID: t.Key(), Label: t.String(), Detail: "billed " + t.BillingCycle})
	}
	var hint *slack.TextBlockObject
	if f.product().CycleKept && f.Cycle == "" {
		hint = plain("The billing cycle must stay the present one, which the portal does not tell.", limitLabel)
	}
	element := menu(ActionTerm, "Choose a term", choices, f.Draft.Term)
	return slack.NewInputBlock(BlockTerm(f.Draft), plain("Term", limitLabel), hint, element).WithDispatchAction(true)
}
