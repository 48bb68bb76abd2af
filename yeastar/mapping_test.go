package yeastar

import (
	"slices"
	"strings"
	"testing"
)

func TestMappingIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Mapping() {
		key := f.Answer + " " + f.Name
		if seen[key] || f.Answer == "" || f.Name == "" || len(f.Candidates) == 0 {
			t.Errorf("%q is double or empty", key)
		}
		seen[key] = true
		paths := map[string]bool{}
		for _, c := range f.Candidates {
			if paths[c.Path] || c.Path == "" || strings.Contains(c.Path, "..") {
				t.Errorf("%s: path %q", key, c.Path)
			}
			paths[c.Path] = true
			if c.Certainty != Documented && c.Certainty != Inferred && c.Certainty != Guessed {
				t.Errorf("%s: certainty %q", key, c.Certainty)
			}
		}
	}
}

// TestOrderIDsAreNotGuessed keeps guesses out of the two ids that go into orders.
func TestOrderIDsAreNotGuessed(t *testing.T) {
	t.Parallel()
	for _, f := range []Field{fieldPlanID, fieldServiceID} {
		for _, c := range f.Candidates {
			if c.Certainty != Documented {
				t.Errorf("%s may come from %s, which is %s", f.Name, c.Path, c.Certainty)
			}
		}
	}
}

// lastRead is the last name of each table that could be read on the vendor's pages, by the
// answer and the object in it. Its other names are known, or stand after it.
var lastRead = map[string]map[string]string{
	answerOwnedProduct: {"": "currentPlanExpireDate"},
	callOrders:         {"": "orderStatus"},
	callOrderDetail:    {"basicInformation": "productNo"},
}

// TestNoGuessThatThePagesRuleOut holds the guesses against the order of the alphabet, in which
// the pages have the fields of an answer.
func TestNoGuessThatThePagesRuleOut(t *testing.T) {
	t.Parallel()
	parts := []string{"basicInformation", "billingInformation", "orderInformation", "orderSummary"}
	for _, f := range Mapping() {
		if strings.HasPrefix(f.Name, "Line.") || strings.HasPrefix(f.Name, "Service.") {
			continue // of these objects no table could be read
		}
		for _, c := range f.Candidates {
			if c.Certainty == Documented {
				continue
			}
			part, name, nested := strings.Cut(c.Path, ".")
			if f.Answer == callOrderDetail && !slices.Contains(parts, part) {
				t.Errorf("%s: the top of the answer has nothing but its four parts, so no %s", f.Name, c.Path)
			}
			if f.Answer != callOrderDetail || !nested {
				part, name = "", part
			}
			if last := lastRead[f.Answer][part]; last != "" && strings.ToLower(name) <= strings.ToLower(last) {
				t.Errorf("%s %s: %s would stand before %s", f.Answer, f.Name, c.Path, last)
			}
		}
	}
}

func TestGuessesOfAPBX(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, answer, plan, cycle, holder string }{
		{"nothing", `{"productNo":"3631E0000001"}`, "", "", ""},
		{"the names of the vendor's other API", `{"sn":"3631E0000001","plan":"Ultimate Plan","customerName":"Acme","cycle":"MONTHLY"}`, "Ultimate Plan", Monthly, "Acme"},
		{"a plan with its own object", `{"productNo":"3631E0000001","plan":{"name":"Ultimate Plan","billingCycle":"annually"}}`, "Ultimate Plan", Annually, ""},
		{"only an e-mail address", `{"productNo":"3631E0000001","customer":{"email":"it@acme.example"},"customerEmail":"it@acme.example"}`, "", "", "it@acme.example"},
		{"a cycle that no order has", `{"productNo":"3631E0000001","planBillingCycle":"once","cycle":"annually"}`, "", Annually, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := readOwned([]byte(tt.answer))
			if got := []string{o.ProductNo, o.PlanName, o.BillingCycle, o.HolderName}; !slices.Equal(got, []string{"3631E0000001", tt.plan, tt.cycle, tt.holder}) {
				t.Errorf("%s is read as %q", tt.answer, got)
			}
		})
	}
	info, err := readRenewal([]byte(`{"billingCycle":"Monthly","currentBillingCycle":"annually"}`))
	if err != nil || info.BillingCycle != Monthly {
		t.Errorf("the cycle of a renewal is %q, %v", info.BillingCycle, err)
	}
}
