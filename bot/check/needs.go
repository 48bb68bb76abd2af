package check

import (
	"slices"
	"strings"

	"renewbot/yeastar"
)

// need is something that a row's rules stand on, and the fields that tell it: any of them
// will do, in any of the calls, with a value of one of the kinds that the bot can read.
type need struct {
	what   string
	holds  func(yeastar.Product) bool
	fields []string
	calls  []string
	kinds  []string // none: any but an empty one
}

var (
	ownedCalls   = []string{"instance_product_list", "instance_product_detail"}
	renewalCalls = slices.Concat(ownedCalls, []string{"renew_plan_info"})
	numbers      = []string{yeastar.KindNumber, yeastar.KindDigits}
	times        = []string{yeastar.KindNumber, yeastar.KindDigits, yeastar.KindTime}
)

var needs = []need{
	{"the plan's id", func(p yeastar.Product) bool { return p.PlanLine }, []string{"Plan.ID"}, []string{"purchase_product_info"}, nil},
	{"the service's id", func(p yeastar.Product) bool { return !p.PlanLine }, []string{"Service.ID"}, []string{"purchase_product_info"}, nil},
	{"the serial number", func(p yeastar.Product) bool { return p.Holder == yeastar.BySerial }, []string{"ProductNo"}, ownedCalls, nil},
	{"the number of extensions", func(p yeastar.Product) bool { return p.Quantity == yeastar.QuantityCurrent }, []string{"Extensions", "Quantity"}, renewalCalls, numbers},
	{"the present billing cycle", func(p yeastar.Product) bool { return p.CycleKept }, []string{"BillingCycle"}, renewalCalls, []string{yeastar.KindCycle}},
	{"the services that must not be left out, if those that were looked at have any", func(p yeastar.Product) bool { return p.Together }, []string{"Service.ID"}, ownedCalls, nil},
	{"whose package it is", func(p yeastar.Product) bool { return p.Holder == yeastar.ByAccount }, []string{"HolderID"}, ownedCalls, nil},
	{"the plan that it has", func(p yeastar.Product) bool { return p.PlanLine }, []string{"PlanID", "PlanName"}, ownedCalls, nil},
	{"when it ends", func(p yeastar.Product) bool { return p.PlanLine }, []string{"Expiry"}, renewalCalls, times},
	{"when it ends", func(p yeastar.Product) bool { return !p.PlanLine }, []string{"Expiry"}, slices.Concat(ownedCalls, []string{"renew_add_on_info"}), times},
	{"whether it renews itself", always, []string{"autoRenew"}, []string{"existed_auto_renew"}, nil},
}

func always(yeastar.Product) bool { return true }

// warn warns of a row that is offered while the portal does not tell what it stands on.
// Where nothing was bought of it, nothing could be looked at.
func (s *surveyor) warn(l *lines) {
	if slices.ContainsFunc(s.answers, func(a Answer) bool { return a.Call == ownedCalls[0] && a.Failed != "" }) {
		l.add("fields", Warning, s.product.Name+" is offered, and what was bought of it could not be looked at: "+ownedCalls[0]+" failed",
			"What the portal tells of it is not known. Look at the failure below, and run check -live again.")
		return
	}
	if len(s.productNos) == 0 {
		return
	}
	var without, unseen []string
	for _, n := range needs {
		switch {
		case !n.holds(s.product) || slices.ContainsFunc(s.answers, n.toldBy):
		case slices.ContainsFunc(s.answers, func(a Answer) bool { return a.Failed != "" && slices.Contains(n.calls, a.Call) }):
			unseen = append(unseen, n.what)
		default:
			without = append(without, n.what)
		}
	}
	if len(without) > 0 {
		l.add("fields", Warning, s.product.Name+" is offered, and the portal's answers do not tell "+strings.Join(without, ", nor "),
			"Whoever asks must take it from the portal, and nothing can compare it. If one of the names below is the true one, correct yeastar/mapping.go.")
	}
	if len(unseen) > 0 {
		l.add("fields", Warning, s.product.Name+" is offered, and it could not be looked at whether the portal tells "+strings.Join(unseen, ", and "),
			"A call that may tell it failed: look at it below, and run check -live again.")
	}
}

func (n need) toldBy(a Answer) bool {
	return slices.Contains(n.calls, a.Call) && slices.ContainsFunc(a.Fields, func(f AnswerField) bool {
		return f.told(n.kinds...) && slices.Contains(n.fields, f.Field)
	})
}

// idle says whether a row has no use for a field, so that nobody misses it.
func idle(p yeastar.Product, field string) bool {
	if p.Key == "" {
		return false // the answer is not about a product
	}
	part, _, _ := strings.Cut(field, ".")
	switch {
	case field == "Extensions" || field == "Quantity":
		return p.Quantity == yeastar.QuantityNone
	case field == "BillingCycle":
		return !p.CycleKept
	case field == "HolderName":
		return p.Holder != yeastar.BySerial
	case part == "Plan" || part == "PlanID" || part == "PlanName" || part == "CurrentPlan" || field == "Service.PlanIDs":
		return !p.PlanLine
	case part == "Service":
		return !p.ServiceLines
	}
	return false
}
