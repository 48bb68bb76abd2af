package renewal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"renewbot/yeastar"
)

// Field is a part of an offer that somebody chooses.
type Field string

// The fields at which an offer can be wrong.
const (
	FieldHolder   Field = "holder"
	FieldPlan     Field = "plan"
	FieldQuantity Field = "quantity"
	FieldServices Field = "services"
	FieldTerm     Field = "term"
	FieldOrderOn  Field = "order_on" // no look-up finds fault with it
)

// Check says what is wrong with an offer by the rules of its product and by what the portal
// tells of the package, as a sentence for each field that is wrong. What is not told is not
// wrong. It is never nil.
func (o Offer) Check(f Facts) map[Field]string {
	wrong := map[Field]string{}
	row, ok := yeastar.ProductByKey(o.Product)
	if !ok {
		return wrong
	}
	plan, hasPlan := o.Plan()
	if row.Holder == yeastar.BySerial && f.Owner != "" && f.Owner != o.Holder.PartnerID {
		wrong[FieldHolder] = fmt.Sprintf("The PBX %s belongs to another customer by now. Choose it again.", o.Holder.SerialNumber)
	}
	if row.Service != "" && len(o.Lines) > 1 {
		wrong[FieldServices] = fmt.Sprintf("%s is one service: choose that alone.", row.Name)
	}
	if row.PlanLine && !row.ServicesAlone && !hasPlan {
		wrong[FieldPlan] = fmt.Sprintf("Choose the plan: %s is not renewed without it.", row.Name)
	}
	if left := o.leftOut(f); row.Together && len(left) > 0 {
		wrong[FieldServices] = o.together(left, f)
	}
	if row.Quantity == yeastar.QuantityNone && slices.ContainsFunc(o.Lines, func(l Line) bool { return l.Quantity != 0 }) {
		wrong[FieldQuantity] = fmt.Sprintf("%s is renewed without a number.", row.Name)
	} else if hasPlan && row.Quantity == yeastar.QuantityCurrent && plan.Quantity == 0 {
		wrong[FieldQuantity] = "Type a number."
	}
	term := o.TermAsked()
	switch cycle := f.BillingCycle; {
	case !slices.Contains(row.Terms, term):
		wrong[FieldTerm] = fmt.Sprintf("%s is not renewed for %s. Choose another term.", row.Name, cmp.Or(term.String(), "this term"))
	case row.CycleKept && cycle != "" && cycle != term.BillingCycle:
		wrong[FieldTerm] = fmt.Sprintf("This is billed %s in the portal, which a renewal cannot change. Choose another term.", cycle)
	}
	return wrong
}

// byHand is how a problem ends with which nothing can be chosen that fits.
const byHand = "renew this in the portal."

// ByHand says whether a sentence of Check's is of what cannot be renewed here at all.
func ByHand(problem string) bool { return strings.HasSuffix(problem, byHand) }

// together says what to do about services that must be renewed and are left out.
func (o Offer) together(left []yeastar.OwnedService, f Facts) string {
	const only = "Yeastar renews the plan and its services only together"
	var unoffered []yeastar.OwnedService
	for _, s := range left {
		if slices.Contains(f.Unoffered, s.ID) {
			unoffered = append(unoffered, s)
		}
	}
	switch {
	case len(unoffered) > 0:
		return fmt.Sprintf("%s, and the package also has %s, which cannot be chosen here: %s", only, namesOf(unoffered), byHand)
	case len(f.Services) > MaxServices:
		return fmt.Sprintf("%s, and the package has %d of them, of which a request takes %d: %s", only, len(f.Services), MaxServices, byHand)
	}
	if plan, _ := o.Plan(); f.otherPlan(plan) && f.Plan.Name != "" { // with which they may not go
		return fmt.Sprintf("%s: choose %s, and %s, too.", only, f.Plan.Name, namesOf(left))
	}
	return fmt.Sprintf("%s: choose %s, too.", only, namesOf(left))
}

// leftOut are the services of the package that the offer does not renew.
func (o Offer) leftOut(f Facts) []yeastar.OwnedService {
	return slices.DeleteFunc(slices.Clone(f.Services), func(s yeastar.OwnedService) bool {
		return slices.ContainsFunc(o.Lines, func(l Line) bool { return l.ID == s.ID })
	})
}

func namesOf(services []yeastar.OwnedService) string {
	return strings.Join(serviceNames(services), ", ")
}

func serviceNames(services []yeastar.OwnedService) []string {
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = cmp.Or(s.Name, string(s.ID))
	}
	slices.Sort(names)
	return names
}
