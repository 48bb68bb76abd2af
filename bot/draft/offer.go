package draft

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Offer makes of a draft what would be ordered. The map has a sentence for each field that
// is wrong, by block id.
func (k Known) Offer(d blocks.Draft) (renewal.Offer, map[string]string) {
	wrong := map[string]string{}
	note := func(field, problem string) {
		if problem != "" {
			wrong[field] = problem
		}
	}
	o := renewal.Offer{Product: k.Product.Key, Holder: k.Holder, PONumber: strings.TrimSpace(d.PONumber)}
	var problem string
	o.Term, problem = k.term(d)
	note(blocks.BlockTerm(d), problem)
	if k.Product.PlanLine && (d.Plan != blocks.PlanNone || !k.Product.ServicesAlone) {
		plan, problem := k.planLine(d)
		o.Lines = append(o.Lines, plan)
		note(blocks.BlockPlan(d), problem.choice)
		note(blocks.BlockQuantity(d), problem.quantity)
	}
	for _, id := range k.Catalogue.InOrder(d.Services) {
		line, problem := k.serviceLine(d, id)
		o.Lines = append(o.Lines, line)
		note(blocks.BlockServices(d), problem.choice)
		note(blocks.BlockServiceQuantity(d, id), problem.quantity)
	}
	switch {
	case len(d.Services) > blocks.MaxServices:
		note(blocks.BlockServices(d), fmt.Sprintf("At most %d services in one request, please.", blocks.MaxServices))
	case len(o.Lines) == 0:
		note(blocks.BlockServices(d), "Choose at least one service: there is nothing to renew otherwise.")
	}
	i := slices.IndexFunc(k.Contacts, func(c yeastar.BillingContact) bool { return c.ID == d.Contact })
	if i < 0 {
		note(blocks.BlockContact(d), "Choose the billing contact. The one that was chosen may have been removed from the portal.")
	} else {
		o.Contact = renewal.Contact{ID: k.Contacts[i].ID, Name: k.Contacts[i].DisplayName(), Email: k.Contacts[i].Email}
	}
	o.OrderOn, problem = k.orderOn(d)
	note(Field(d, renewal.FieldOrderOn), problem)
	if err := renewal.CheckPONumber(o.PONumber); err != nil {
		note(blocks.BlockPO, sentence(err))
	}
	if utf8.RuneCountInString(d.Note) > renewal.MaxNote {
		note(blocks.BlockNote, fmt.Sprintf("At most %d characters, please.", renewal.MaxNote))
	}
	return o, wrong
}

// Field is the block in which people choose a field of the offer.
func Field(d blocks.Draft, f renewal.Field) string {
	switch f {
	case renewal.FieldPlan:
		return blocks.BlockPlan(d)
	case renewal.FieldQuantity:
		return blocks.BlockQuantity(d)
	case renewal.FieldServices:
		return blocks.BlockServices(d)
	case renewal.FieldTerm:
		return blocks.BlockTerm(d)
	case renewal.FieldOrderOn:
		if d.When == blocks.WhenDay {
			return blocks.BlockOrderDay
		}
		return blocks.BlockWhen(d)
	}
	return blocks.BlockHolder(d)
}

// HolderGone says that a holder is not to be found, or was not chosen.
func HolderGone(p yeastar.Product, d blocks.Draft) string {
	switch {
	case p.Holder == yeastar.BySerial && d.Holder == "":
		return "Choose the PBX."
	case p.Holder == yeastar.BySerial:
		return fmt.Sprintf("Choose the PBX: the portal lists no %s with the serial number %s.", p.Name, d.Holder)
	}
	return "Choose for whom. The customer that was chosen may have been removed from the portal."
}

// term is for how long a draft asks; its only one need not be chosen.
func (k Known) term(d blocks.Draft) (yeastar.Term, string) {
	if d.Term == "" && len(k.Product.Terms) == 1 {
		return k.Product.Terms[0], ""
	}
	term, ok := k.Product.Term(d.Term)
	switch {
	case d.Term == "":
		return term, "Choose the term."
	case !ok:
		return term, k.Product.Name + " is not renewed for this term. Choose another one."
	}
	return term, ""
}

// orderOn is the day on which a draft asks to order.
func (k Known) orderOn(d blocks.Draft) (renewal.OrderDay, string) {
	switch {
	case d.When == "":
		return renewal.OrderDay{}, ""
	case d.OrderOn() == "":
		return renewal.OrderDay{}, "Choose the day, or order at once."
	}
	if k.Zone == nil {
		return renewal.OrderDay{}, "Slack does not tell your time zone just now. Please try again, or order at once."
	}
	day, err := renewal.OrderOn(d.OrderOn(), k.Zone)
	if err != nil {
		return renewal.OrderDay{}, "Choose a day, such as 2027-03-01, or order at once."
	}
	return day, day.Check(k.Now, k.Policy)
}

// lineProblem is what is wrong with a line: with the choice of it, or with its quantity.
type lineProblem struct{ choice, quantity string }

func (k Known) planLine(d blocks.Draft) (renewal.Line, lineProblem) {
	var problem lineProblem
	plan, ok := k.Catalogue.Plan(d.Plan)
	switch {
	case d.Plan == "":
		problem.choice = "Choose the plan."
	case !ok:
		problem.choice = "Choose the plan. The one that was chosen may not be on offer any more."
	case plan.Trial():
		problem.choice = fmt.Sprintf("%s is a trial, which is not renewed. Choose another plan.", plan.Name)
	}
	line := renewal.Line{Type: yeastar.LinePlan, ID: plan.ID, Name: plan.Name}
	line.Quantity, problem.quantity = readQuantity(k.Product, yeastar.LinePlan, d.Quantity)
	return line, problem
}

func (k Known) serviceLine(d blocks.Draft, id yeastar.ID) (renewal.Line, lineProblem) {
	var problem lineProblem
	service, ok := k.Catalogue.Service(id)
	switch {
	case !ok:
		problem.choice = "One of these services is not on offer any more. Choose again."
	case service.Trial():
		problem.choice = fmt.Sprintf("%s is a trial, which is not renewed. Choose again.", service.Name)
	case !k.fits(service, d.Plan):
		problem.choice = fmt.Sprintf("%s does not go with this plan. Choose again.", service.Name)
	}
	line := renewal.Line{Type: yeastar.LineService, ID: service.ID, Name: service.Name}
	line.Quantity, problem.quantity = readQuantity(k.Product, yeastar.LineService, d.ServiceQuantity[id])
	return line, problem
}

// readQuantity reads a typed number, and says in words what is wrong with it.
func readQuantity(p yeastar.Product, lineType, typed string) (int, string) {
	typed = strings.TrimSpace(typed)
	n, err := strconv.Atoi(typed)
	switch {
	case p.Quantity == yeastar.QuantityNone && typed != "":
		return 0, p.Name + " is renewed without a number. Nothing was ordered."
	case p.Quantity == yeastar.QuantityNone:
		return 0, ""
	case typed == "":
		return 0, "Type a number."
	case errors.Is(err, strconv.ErrRange):
		return 0, "This number is too large."
	case err != nil:
		return 0, "Type a whole number, such as 100."
	}
	if err := p.CheckQuantity(lineType, n); err != nil {
		return 0, "The number " + err.Error() + "."
	}
	return n, ""
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
