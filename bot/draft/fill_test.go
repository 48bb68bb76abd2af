package draft_test

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// The form proposes the plan that the package has, also where the portal tells its name alone, and
// the one that was ordered last only where it tells neither.
func TestThePlanOfThePackageIsProposed(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("p-series-turnkey")
	plan := func(id yeastar.ID, name, purchase string) yeastar.Plan {
		return yeastar.Plan{ID: id, Name: name, PurchaseType: purchase}
	}
	two := []yeastar.Plan{plan("1", "Enterprise Plan", ""), plan("2", "Ultimate Plan", "")}
	last := renewal.Request{Offer: renewal.Offer{Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1"}}}}
	for name, c := range map[string]struct {
		has   portal.Package
		plans []yeastar.Plan
		last  renewal.Request
		want  yeastar.ID
	}{
		"by its id":                         {portal.Package{PlanID: "2"}, two, last, "2"},
		"by its name":                       {portal.Package{PlanName: "ultimate plan"}, two, renewal.Request{}, "2"},
		"by its name, another ordered last": {portal.Package{PlanName: "Ultimate Plan"}, two, last, "2"},
		"nothing is told":                   {portal.Package{}, two, last, "1"},
		"a trial plan of the same name": {portal.Package{PlanName: "Ultimate Plan"},
			[]yeastar.Plan{plan("3", "Ultimate Plan", "trial"), two[0], two[1]}, renewal.Request{}, "2"},
		"two of the same name": {portal.Package{PlanName: "Ultimate Plan"},
			[]yeastar.Plan{two[0], two[1], plan("3", "Ultimate Plan", "")}, renewal.Request{}, ""},
		"on trial": {portal.Package{PlanID: "3"}, append([]yeastar.Plan{plan("3", "Trial", "trial")}, two...), renewal.Request{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f blocks.FormData
			draft.Known{Product: row, Package: c.has, Catalogue: yeastar.Catalogue{Plans: c.plans}, Last: c.last}.Fill(&f)
			if f.Draft.Plan != c.want {
				t.Errorf("proposed is %q, want %q", f.Draft.Plan, c.want)
			}
		})
	}
}
