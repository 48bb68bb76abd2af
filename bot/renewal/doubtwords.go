package renewal

import (
	"fmt"
	"slices"
	"strings"
)

// Text is the doubt as a sentence, in plain text. Only this, Brief and Shorthand have the words.
func (d Doubt) Text() string {
	switch d.Kind {
	case DoubtQuantity:
		if len(d.Names) > 0 {
			return fmt.Sprintf("The portal says %d for %s, and %d are asked for. Yeastar wants exactly the current number.", d.Told, d.names(), d.Quantity)
		}
		return fmt.Sprintf("The portal says %d extensions, and %d are asked for. Yeastar wants exactly the current number.", d.Told, d.Quantity)
	case DoubtPlan:
		told, asked := d.plans()
		return fmt.Sprintf("The portal says %s; %s is asked for. A renewal does not change the plan.", told, asked)
	case DoubtOpenRequest:
		return fmt.Sprintf("%s asked for a renewal of the same package, and was open when this was checked.", d.other())
	case DoubtOrderedBefore:
		what := "the same package"
		if len(d.Names) > 0 {
			what = "services of the same package, and not its plan (" + d.names() + "),"
		}
		if d.Private {
			return fmt.Sprintf("%s renewed %s on %s.", d.other(), what, d.day())
		}
		return fmt.Sprintf("%s renewed %s on %s: order %s.", Reference(d.Request), what, d.day(), d.OrderNo)
	case DoubtLostBefore:
		return fmt.Sprintf("%s may have ordered the same on %s: the answer was lost, and people found that nothing was placed. Check the portal.",
			d.other(), d.day())
	case DoubtCandidate:
		return fmt.Sprintf("The portal has order %s, which may be the one of an earlier attempt, whose answer was lost. Look there before you approve: if it is, this pays twice.", d.OrderNo)
	case DoubtPortalOrder:
		return fmt.Sprintf("The portal has order %s%s for this package, which was not made here. It may be this renewal.", d.OrderNo, d.on())
	case DoubtNotRenewing:
		return fmt.Sprintf("This was marked as not renewing on %s: %s", d.day(), d.why())
	case DoubtAutoRenewal:
		return "Auto-renewal is on in the portal: Yeastar may renew this by itself as well."
	case DoubtServicesLeftOut:
		return fmt.Sprintf("The package also has %s, which would not be renewed.", d.names())
	case DoubtServicesOnly:
		return "Only services are renewed: the plan itself is not renewed, and no sample of Yeastar's shows this."
	case DoubtExpiryFar:
		return fmt.Sprintf("This runs until %s, which is more than 60 days away. Is it too early to renew?", d.day())
	case DoubtExpired:
		return fmt.Sprintf("This expired on %s. Ask Yeastar from which day the new term runs.", d.day())
	case DoubtEndsBefore:
		return fmt.Sprintf("This ends on %s, before the day on which it is to be ordered: in between it would be expired.", d.day())
	case DoubtPlanSwitch:
		return fmt.Sprintf("A downgrade is waiting in the portal: this runs on %s until then, and it is not known which plan the renewal extends.", d.names())
	case DoubtInvoice:
		return fmt.Sprintf("The invoice would go to %s, another customer.", d.names())
	case DoubtInvoiceUnsure:
		return fmt.Sprintf("The invoice would go to %s, a customer: the portal does not tell whether this PBX is theirs.", d.names())
	case DoubtAutoRenewalUnknown:
		return "The portal does not tell whether auto-renewal is on; if it is, this may be renewed twice."
	case DoubtExpiryUnknown:
		return "The portal does not tell when this expires."
	case DoubtCycleUnknown:
		return fmt.Sprintf("The portal does not tell the present billing cycle, which the renewal must keep; %s is asked for.", d.names())
	case DoubtServicesUnknown:
		return "The portal tells no services of this PBX. Yeastar wants all that it has renewed together with the plan."
	case DoubtSeveral:
		return fmt.Sprintf("The portal lists %d packages that may be this one, and an order does not say which is renewed.", d.Told)
	case DoubtOrdersUnknown:
		return "Not all orders in the portal could be read: somebody may have ordered this there."
	case DoubtNoPackage:
		return fmt.Sprintf("The portal shows no %s of this customer: there may be nothing to renew.", d.names())
	case DoubtOwnersUnknown:
		return fmt.Sprintf("The portal does not tell whose orders are whose: %s, which no request here has, may be for this package.", d.orders())
	case DoubtUndocumented:
		return "Not all values of this renewal are documented: " + strings.Join(d.Names, " ")
	}
	return string(d.Kind) + "."
}

// Brief is the doubt in a few words, for where there is no room for its sentence.
func (d Doubt) Brief() string {
	switch d.Kind {
	case DoubtQuantity:
		if len(d.Names) > 0 {
			return fmt.Sprintf("the portal says %d %s, not %d", d.Told, d.names(), d.Quantity)
		}
		return fmt.Sprintf("the portal says %d, not %d", d.Told, d.Quantity)
	case DoubtPlan:
		told, asked := d.plans()
		return fmt.Sprintf("the portal says %s, not %s", told, asked)
	case DoubtOpenRequest:
		return d.otherBriefly() + " was open for the same"
	case DoubtOrderedBefore:
		if len(d.Names) > 0 {
			return d.otherBriefly() + " ordered services of the same on " + d.day()
		}
		return d.otherBriefly() + " ordered the same on " + d.day()
	case DoubtLostBefore:
		return d.otherBriefly() + " may have ordered the same on " + d.day()
	case DoubtCandidate:
		return "order " + d.OrderNo + " may be this one"
	case DoubtPortalOrder:
		return "the portal has order " + d.OrderNo
	case DoubtNotRenewing:
		return "it is marked as not renewing"
	case DoubtAutoRenewal:
		return "auto-renewal is on"
	case DoubtServicesLeftOut:
		return "services are left out"
	case DoubtServicesOnly:
		return "services only"
	case DoubtExpiryFar:
		return "it runs until " + d.day()
	case DoubtExpired:
		return "it expired on " + d.day()
	case DoubtEndsBefore:
		return "it ends on " + d.day() + ", before its order"
	case DoubtPlanSwitch:
		return "a downgrade is waiting"
	case DoubtInvoice, DoubtInvoiceUnsure:
		return "the invoice goes to " + d.names()
	case DoubtAutoRenewalUnknown:
		return "auto-renewal is not known"
	case DoubtExpiryUnknown:
		return "the expiry is not known"
	case DoubtCycleUnknown:
		return "the billing cycle is not known"
	case DoubtServicesUnknown:
		return "its services are not known"
	case DoubtSeveral:
		return fmt.Sprintf("%d packages may be meant", d.Told)
	case DoubtOrdersUnknown:
		return "not all of the portal's orders could be read"
	case DoubtNoPackage:
		return "the portal shows no " + d.names() + " of theirs"
	case DoubtOwnersUnknown:
		return "whose orders the portal has is not known"
	case DoubtUndocumented:
		return "not all of it is documented"
	}
	return string(d.Kind)
}

// other names the other request, for people who may know of it.
func (d Doubt) other() string {
	if d.Private {
		return "Another request, in a private channel (approvers find it by “/renew status”),"
	}
	return Reference(d.Request)
}

func (d Doubt) otherBriefly() string {
	if d.Private {
		return "a private request"
	}
	return Reference(d.Request)
}

// Shorthand is the doubt without its facts, for where there is no room for its few words.
func (d Doubt) Shorthand() string {
	switch d.Kind {
	case DoubtQuantity:
		return "quantity"
	case DoubtPlan:
		return "plan"
	case DoubtOpenRequest:
		return "open request"
	case DoubtOrderedBefore:
		return "ordered before"
	case DoubtLostBefore:
		return "lost order"
	case DoubtCandidate:
		return "earlier attempt"
	case DoubtPortalOrder:
		return "portal order"
	case DoubtNotRenewing:
		return "not renewing"
	case DoubtAutoRenewal:
		return "auto-renewal"
	case DoubtServicesLeftOut:
		return "services left out"
	case DoubtServicesOnly:
		return "no plan"
	case DoubtExpiryFar:
		return "runs on"
	case DoubtExpired:
		return "expired"
	case DoubtEndsBefore:
		return "ends before"
	case DoubtPlanSwitch:
		return "downgrade"
	case DoubtInvoice, DoubtInvoiceUnsure:
		return "invoice"
	case DoubtSeveral:
		return "several packages"
	case DoubtUndocumented:
		return "undocumented"
	}
	return strings.ReplaceAll(string(d.Kind), "_", " ")
}

// plans are the plan that the portal tells and the one that is asked for.
func (d Doubt) plans() (told, asked string) {
	names := append(slices.Clone(d.Names), "", "")
	return short(names[0]), short(names[1])
}

// short is a name of which not more is shown than a sentence has room for.
func short(name string) string { return shortTo(name, 40) }

func shortTo(name string, longest int) string {
	if r := []rune(name); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return name
}

// names lists at most three names, so that the sentence has an end.
func (d Doubt) names() string {
	const most = 3
	var shown []string
	for _, name := range d.Names[:min(len(d.Names), most)] {
		shown = append(shown, short(name))
	}
	s := strings.Join(shown, ", ")
	if more := len(d.Names) - most; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// why is the reason that somebody gave.
func (d Doubt) why() string { return shortTo(strings.Join(d.Names, " "), 200) }

func (d Doubt) day() string { return day(d.At) }

func (d Doubt) on() string {
	if d.At.IsZero() {
		return ""
	}
	return " of " + d.day()
}

// orders says how many there are, and since when.
func (d Doubt) orders() string {
	if d.Told == 1 {
		return "1 order" + d.on()
	}
	return fmt.Sprint(d.Told, " orders", strings.Replace(d.on(), " of ", " since ", 1))
}
