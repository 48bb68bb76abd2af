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
		wrong[FieldServices] = fmt.Sprintf("Yeastar renews the plan and its services only together: choose %s, too.", strings.Join(left, ", "))
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

// leftOut names the services of the package that the offer does not renew.
func (o Offer) leftOut(f Facts) []string {
	var left []string
	for _, s := range f.Services {
		if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.ID == s.ID }) {
			left = append(left, cmp.Or(s.Name, string(s.ID)))
		}
	}
	slices.Sort(left)
	return left
}
