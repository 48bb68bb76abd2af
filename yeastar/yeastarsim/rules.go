package yeastarsim

import (
	"embed"
	"encoding/json"
	"path"
	"slices"
)

// renewalRule is what the renewal tutorial of a product fixes.
type renewalRule struct {
	Key        string           `json:"key"`
	Name       string           `json:"name"`
	ProductID  int              `json:"productId"`
	Operation  string           `json:"operationType"`
	BySerial   bool             `json:"productNo"` // the product number says which PBX; otherwise the holder is the account or a partnerId
	Plan       bool             `json:"plan"`      // plan lines are possible
	Services   bool             `json:"service"`   // service lines are possible
	Together   bool             `json:"together"`  // a plan and the services of the PBX are renewed in one order
	Extensions bool             `json:"quantity"`  // the plan line carries the current number of extensions; otherwise no line has a quantity
	Cycles     map[string][]int `json:"multiCycle"`
	SameCycle  bool             `json:"sameCycle"` // the cycle must be the current one
	Only       string           `json:"only"`      // the service that the tutorial is about, in an order of its own; empty: all
}

// renewalFiles say what each renewal tutorial prints. They are the golden files of the client's table of products, held
// against the vendor's pages by who adds one.
//
//go:embed renewals/*.json
var renewalFiles embed.FS

// renewalRules are the rules of all tutorials. RM Premium is missing because its tutorial contradicts itself, and Linkus
// because it has none.
var renewalRules = readRules()

func readRules() []renewalRule {
	names, err := renewalFiles.ReadDir("renewals")
	if err != nil {
		panic(err) // it is part of the program
	}
	rules := make([]renewalRule, len(names))
	for i, name := range names {
		content, err := renewalFiles.ReadFile(path.Join("renewals", name.Name()))
		if err == nil {
			err = json.Unmarshal(content, &rules[i])
		}
		if err != nil {
			panic(name.Name() + ": " + err.Error())
		}
	}
	return rules
}

// ruleOf is the rule for an order of a product: where tutorials share the product's id, that of the order's first service.
func ruleOf(productID int, service string) (renewalRule, bool) {
	i := slices.IndexFunc(renewalRules, func(r renewalRule) bool { return r.ProductID == productID && r.Only == service })
	if i < 0 {
		i = slices.IndexFunc(renewalRules, func(r renewalRule) bool { return r.ProductID == productID })
	}
	if i < 0 {
		return renewalRule{}, false
	}
	return renewalRules[i], true
}

func (r renewalRule) checkCycle(l OrderLine, f *fields, current string) {
	counts, ok := r.Cycles[l.BillingCycle]
	switch {
	case !ok, r.SameCycle && l.BillingCycle != current:
		f.fail("billingCycle", "oneof", "does not fit the product")
	case !slices.Contains(counts, l.MultiCycle):
		f.fail("multiCycle", "oneof", "does not fit the product")
	}
}
