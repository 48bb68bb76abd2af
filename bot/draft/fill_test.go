package draft_test

import (
	"strings"
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

// What is found after the form has asked does not show in its fields: it is told in words, and not taken for chosen.
func TestNothingIsProposedAfterTheFormHasAsked(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("p-series-turnkey")
	k := draft.Known{
		Product:   row,
		Package:   portal.Package{PlanID: "1", Extensions: 80, Services: []yeastar.OwnedService{{ID: "5"}}},
		Catalogue: yeastar.Catalogue{Plans: []yeastar.Plan{{ID: "1", Name: "Enterprise Plan"}}, Services: []yeastar.Service{{ID: "5", Name: "Call Center"}}},
	}
	for _, asked := range []bool{false, true} {
		f := blocks.FormData{Products: []yeastar.Product{row}, Draft: blocks.Draft{Product: row.Key, Holder: blocks.HolderOwn, Asked: asked}}
		k.Fill(&f)
		v := blocks.Form(f)
		drawn, _ := blocks.DecodeDraft(v.PrivateMetadata)
		proposed := drawn.Plan == "1" && len(drawn.Services) == 1 && drawn.Quantity == "80"
		nothing := drawn.Plan == "" && len(drawn.Services) == 0 && drawn.Quantity == ""
		if asked && !nothing || !asked && !proposed {
			t.Errorf("asked: %t, and it proposes plan %q, services %q, %q extensions", asked, drawn.Plan, drawn.Services, drawn.Quantity)
		}
		if want := "The current number of extensions is 80"; !strings.Contains(f.QuantityHint, want) {
			t.Errorf("the hint is %q, want %q", f.QuantityHint, want)
		}
	}
}
