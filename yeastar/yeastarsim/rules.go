package yeastarsim

import "slices"

// renewalRule is what the renewal tutorial of a product fixes.
type renewalRule struct {
	operation  string
	bySerial   bool // the product number says which PBX; otherwise the holder is the account or a partnerId
	plan       bool // plan lines are possible
	services   bool // service lines are possible
	together   bool // a plan and the services of the PBX are renewed in one order
	extensions bool // the plan line carries the current number of extensions; otherwise no line has a quantity
	cycles     map[string][]int
	sameCycle  bool     // the cycle must be the current one
	only       []string // the services with a renewal tutorial, each in an order of its own; empty: all
}

var (
	years        = []int{1, 2, 3, 4, 5}
	onceYear     = map[string][]int{"annually": {0}}
	yearsOrMonth = map[string][]int{"annually": years, "monthly": {0}}
)

// renewalRules by product id. Where the tutorial's own value is not known (cycles of 12, 13 and PSE White Label), those of
// the product's nearest tutorial stand; see section 5 of the client's README.md. RM Premium is missing because its
// tutorial contradicts itself, and Linkus because it has none.
var renewalRules = map[int]renewalRule{
	Turnkey:          {operation: "renew_plan", plan: true, services: true, extensions: true, cycles: onceYear},
	CloudPBX:         {operation: "renew_plan", bySerial: true, plan: true, services: true, together: true, extensions: true, cycles: yearsOrMonth, sameCycle: true},
	Software:         {operation: "renew_plan", bySerial: true, plan: true, services: true, together: true, extensions: true, cycles: map[string][]int{"annually": years}},
	Appliance:        {operation: "renew_plan", bySerial: true, plan: true, cycles: yearsOrMonth, sameCycle: true},
	RemoteManagement: {operation: "renew_plan", plan: true, cycles: map[string][]int{"annually": {1}}},
	WhiteLabel:       {operation: "renew_service", services: true, cycles: onceYear, only: []string{"YCM White Label", "PSE White Label"}},
}

func (r renewalRule) checkCycle(l OrderLine, f *fields, current string) {
	counts, ok := r.cycles[l.BillingCycle]
	switch {
	case !ok, r.sameCycle && l.BillingCycle != current:
		f.fail("billingCycle", "oneof", "does not fit the product")
	case !slices.Contains(counts, l.MultiCycle):
		f.fail("multiCycle", "oneof", "does not fit the product")
	}
}
