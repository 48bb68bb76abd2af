package renewal_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// What is wrong with an offer is told at its field.
func TestCheckOffer(t *testing.T) {
	t.Parallel()
	five := 5
	package2 := Facts{Owner: "7", BillingCycle: yeastar.Annually, Services: []yeastar.OwnedService{
		{ID: "3048941892189077777", Name: "Call Recording", Quantity: &five}, {ID: "9", Name: "Hot Standby"},
	}}
	monthly := yeastar.Term{BillingCycle: yeastar.Monthly, Months: 1}
	for name, c := range map[string]struct {
		product string
		change  func(*Offer, *Facts)
		want    map[Field]string
	}{
		"a Turnkey package":            {"p-series-turnkey", func(*Offer, *Facts) {}, nil},
		"services alone":               {"p-series-turnkey", func(o *Offer, _ *Facts) { o.Lines = o.Lines[1:] }, nil},
		"plan and one of two services": {"p-series-turnkey", func(_ *Offer, f *Facts) { f.Services = package2.Services }, nil},
		"plan and all services":        {"p-series-software", func(o *Offer, f *Facts) { *f = package2; f.Services = f.Services[:1] }, nil},
		"nothing is told":              {"p-series-software", func(*Offer, *Facts) {}, nil},
		"a service is missing":         {"p-series-software", func(_ *Offer, f *Facts) { *f = package2 }, map[Field]string{FieldServices: "choose Hot Standby, too"}},
		"a service is missing that cannot be chosen": {"p-series-software", func(_ *Offer, f *Facts) {
			*f = package2
			f.Unoffered = []yeastar.ID{"9"}
		}, map[Field]string{FieldServices: "also has Hot Standby, which cannot be chosen here: renew this in the portal"}},
		"a service is missing, of another plan": {"p-series-software", func(_ *Offer, f *Facts) {
			*f = package2
			f.Plan = yeastar.Plan{ID: "8", Name: "Ultimate Plan"}
		}, map[Field]string{FieldServices: "choose Ultimate Plan, and Hot Standby, too"}},
		"more services than a request takes": {"p-series-software", func(_ *Offer, f *Facts) {
			f.Owner = "7"
			for id := range MaxServices + 1 {
				f.Services = append(f.Services, yeastar.OwnedService{ID: yeastar.ID(rune('a' + id))})
			}
		}, map[Field]string{FieldServices: "has 11 of them, of which a request takes 10: renew this in the portal"}},
		"the plan is missing":             {"p-series-software", func(o *Offer, _ *Facts) { o.Lines = o.Lines[1:] }, map[Field]string{FieldPlan: "not renewed without it"}},
		"the billing cycle is another":    {"cloud-pbx", func(o *Offer, f *Facts) { o.Term, f.BillingCycle = monthly, yeastar.Annually }, map[Field]string{FieldTerm: "billed annually"}},
		"the billing cycle is kept":       {"cloud-pbx", func(o *Offer, f *Facts) { o.Term, f.BillingCycle = monthly, yeastar.Monthly }, nil},
		"the billing cycle may change":    {"p-series-software", func(_ *Offer, f *Facts) { f.BillingCycle = yeastar.Monthly }, nil},
		"a term that the product has not": {"p-series-turnkey", func(o *Offer, _ *Facts) { o.Term = monthly }, map[Field]string{FieldTerm: "not renewed for 1 month"}},
		"a number where none belongs": {"p-series-appliance-plan", func(o *Offer, f *Facts) { f.BillingCycle = yeastar.Annually },
			map[Field]string{FieldQuantity: "without a number"}},
		"no number where one belongs":  {"cloud-pbx", func(o *Offer, _ *Facts) { o.Lines[0].Quantity = 0 }, map[Field]string{FieldQuantity: "Type a number"}},
		"a PBX of another customer":    {"cloud-pbx", func(_ *Offer, f *Facts) { f.Owner = "8" }, map[Field]string{FieldHolder: "another customer"}},
		"a PBX whose customer is told": {"cloud-pbx", func(_ *Offer, f *Facts) { f.Owner = "7" }, nil},
	} {
		o, f := offer(), Facts{}
		if row, _ := yeastar.ProductByKey(c.product); row.Holder == yeastar.BySerial {
			pbx(&o, c.product)
		}
		c.change(&o, &f)
		got := o.Check(f)
		for field, problem := range got {
			if c.want[field] == "" || !strings.Contains(problem, c.want[field]) || !strings.HasSuffix(problem, ".") {
				t.Errorf("%s: at %s %q, want %q", name, field, problem, c.want[field])
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What cannot be ordered has its sentence at a field, as far as people choose it.
func TestWhatIsCheckedCanBeOrdered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SampledFrom(yeastar.Products()).Draw(t, "product")
		every := yeastar.Products()
		o := Offer{Product: row.Key, Contact: Contact{ID: "1"}, Term: rapid.SampledFrom(rapid.SampledFrom(every).Draw(t, "other").Terms).Draw(t, "term")}
		if row.Holder == yeastar.BySerial {
			o.Holder.SerialNumber = "S1"
		}
		quantity := rapid.IntRange(0, 2)
		if rapid.Bool().Draw(t, "plan") && row.PlanLine {
			o.Lines = append(o.Lines, Line{Type: yeastar.LinePlan, ID: "2", Quantity: quantity.Draw(t, "quantity")})
		}
		if row.ServiceLines && (len(o.Lines) == 0 || rapid.Bool().Draw(t, "service")) {
			o.Lines = append(o.Lines, Line{Type: yeastar.LineService, ID: "3", Quantity: min(row.MinQuantity, 1)})
		}
		if len(o.Lines) == 0 {
			return
		}
		_, err := o.Body("")
		if wrong := o.Check(Facts{}); (err == nil) != (len(wrong) == 0) {
			t.Fatalf("%+v: checked as %v, and the order: %v", o, wrong, err)
		}
	})
}
