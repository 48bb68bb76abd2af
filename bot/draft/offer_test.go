package draft_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// known is what the portal tells of a package of a product.
func known(p yeastar.Product) draft.Known {
	fifty, seven := 50, 7
	k := draft.Known{
		Product: p, Holder: renewal.Holder{PartnerID: "31", Name: "Acme Telecom"},
		Catalogue: p.Catalogue(yeastar.Catalogue{
			Plans:    []yeastar.Plan{{ID: "11", Name: "Enterprise Plan"}, {ID: "12", Name: "Ultimate Plan"}, {ID: "19", Name: "Trial Plan", PurchaseType: "trial"}},
			Services: []yeastar.Service{{ID: "21", Name: p.Service}, {ID: "29", Name: "Trial Minutes", PurchaseType: "trial"}, {ID: "22", Name: "High Availability", PlanIDs: []yeastar.ID{"11"}}},
		}),
		Contacts: []yeastar.BillingContact{{ID: "41", Company: "Acme Telecom"}}, Contact: "41",
		Package: portal.Package{
			PlanID: "11", Extensions: fifty, BillingCycle: p.Terms[0].BillingCycle,
			Services: []yeastar.OwnedService{{ID: "21", Name: "Recording", Quantity: &seven}},
		},
	}
	if p.Holder == yeastar.BySerial {
		k.Holder.SerialNumber = "3631E0000001"
	}
	return k
}

// filled is the draft of the form that a person gets who chooses nothing but the term.
func filled(k draft.Known, term yeastar.Term) blocks.Draft {
	f := blocks.FormData{Products: []yeastar.Product{k.Product}, Draft: blocks.Draft{Product: k.Product.Key, Holder: k.Holder.Key(), Term: term.Key()}}
	f.Draft.Term = term.Key()
	if k.Product.CycleKept {
		k.Package.BillingCycle = term.BillingCycle
	}
	k.Fill(&f)
	d, _ := blocks.DecodeDraft(blocks.Form(f).PrivateMetadata)
	for id, q := range f.ServicePrefill {
		if d.ServiceQuantity == nil {
			d.ServiceQuantity = map[yeastar.ID]string{}
		}
		if k.Product.Quantity != yeastar.QuantityNone {
			d.ServiceQuantity[id] = q
		}
	}
	if k.Product.Quantity == yeastar.QuantityNone {
		d.Quantity = ""
	}
	return d
}

// What the form proposes of each row can be ordered, for each of its terms.
func TestProposalIsAnOffer(t *testing.T) {
	t.Parallel()
	for _, p := range yeastar.Products() {
		t.Run(p.Key, func(t *testing.T) {
			t.Parallel()
			k := known(p)
			for _, term := range p.Terms {
				o, wrong := k.Offer(filled(k, term))
				if len(wrong) > 0 {
					t.Errorf("%s: %v", term, wrong)
				}
				if diff := cmp.Diff(term, o.TermAsked()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if _, err := o.Body("RNW-000001"); err != nil {
					t.Errorf("%s: %v", term, err)
				}
				if told := o.Check(renewal.Facts{Services: k.Package.Services, BillingCycle: term.BillingCycle}); len(told) > 0 {
					t.Errorf("%s: %v", term, told)
				}
			}
		})
	}
}

// Bad input of each kind gets a sentence at its own field.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		product string
		change  func(*blocks.Draft)
		field   func(blocks.Draft) string
		says    string
	}{
		"a plan that is gone":             {"p-series-turnkey", func(d *blocks.Draft) { d.Plan = "99" }, blocks.BlockPlan, "Choose the plan. The one that was chosen may not be on offer any more."},
		"no plan chosen":                  {"p-series-turnkey", func(d *blocks.Draft) { d.Plan = "" }, blocks.BlockPlan, "Choose the plan."},
		"no plan where it is needed":      {"p-series-software", func(d *blocks.Draft) { d.Plan = blocks.PlanNone }, blocks.BlockPlan, "Choose the plan."},
		"a trial plan":                    {"p-series-turnkey", func(d *blocks.Draft) { d.Plan = "19" }, blocks.BlockPlan, "Trial Plan is a trial, which is not renewed."},
		"a trial service":                 {"p-series-turnkey", func(d *blocks.Draft) { d.Services = append(d.Services, "29") }, blocks.BlockServices, "Trial Minutes is a trial, which is not renewed."},
		"no number":                       {"p-series-turnkey", func(d *blocks.Draft) { d.Quantity = "" }, blocks.BlockQuantity, "Type a number."},
		"too large a number":              {"p-series-turnkey", func(d *blocks.Draft) { d.Quantity = "100001" }, blocks.BlockQuantity, "at most 100000"},
		"a number where none belongs":     {"remote-management", func(d *blocks.Draft) { d.Quantity = "50" }, blocks.BlockQuantity, "is renewed without a number"},
		"a service's number there":        {"ycm-white-label", func(d *blocks.Draft) { d.ServiceQuantity = map[yeastar.ID]string{"21": "1"} }, recording, "is renewed without a number"},
		"nothing at all":                  {"p-series-turnkey", func(d *blocks.Draft) { d.Plan, d.Services = blocks.PlanNone, nil }, blocks.BlockServices, "Choose at least one service"},
		"a service that is gone":          {"p-series-turnkey", func(d *blocks.Draft) { d.Services = append(d.Services, "99") }, blocks.BlockServices, "not on offer any more"},
		"a service of another plan":       {"p-series-turnkey", func(d *blocks.Draft) { d.Plan, d.Services = "12", []yeastar.ID{"22"} }, blocks.BlockServices, "does not go with this plan"},
		"no term where there are several": {"p-series-software", func(d *blocks.Draft) { d.Term = "" }, blocks.BlockTerm, "Choose the term."},
		"a term that the row has not":     {"p-series-software", func(d *blocks.Draft) { d.Term = "monthly-0" }, blocks.BlockTerm, "is not renewed for this term"},
		"a contact that is gone":          {"remote-management", func(d *blocks.Draft) { d.Contact = "99" }, blocks.BlockContact, "Choose the billing contact."},
		"a PO number that can't be sent":  {"remote-management", func(d *blocks.Draft) { d.PONumber = "№ 7" }, func(blocks.Draft) string { return blocks.BlockPO }, "can't be sent"},
		"too long a note":                 {"remote-management", func(d *blocks.Draft) { d.Note = strings.Repeat("x", 501) }, func(blocks.Draft) string { return blocks.BlockNote }, "At most 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := yeastar.ProductByKey(c.product)
			k := known(p)
			d := filled(k, p.Terms[0])
			c.change(&d)
			_, wrong := k.Offer(d)
			if said := wrong[c.field(d)]; !strings.Contains(said, c.says) || (name == "no plan chosen" && said != c.says) {
				t.Errorf("the fields say %q, want %q at %s", wrong, c.says, c.field(d))
			}
		})
	}
}

func recording(d blocks.Draft) string { return blocks.BlockServiceQuantity(d, "21") }

// What the portal tells is wrong with an offer stands at the field in which it is chosen.
func TestEveryFieldHasItsBlock(t *testing.T) {
	t.Parallel()
	d := blocks.Draft{Product: "cloud-pbx", Cycle: yeastar.Annually}
	for field, want := range map[renewal.Field]string{
		renewal.FieldHolder: "holder.cloud-pbx", renewal.FieldPlan: "plan.0", renewal.FieldQuantity: "quantity.0",
		renewal.FieldServices: "services.0", renewal.FieldTerm: "term.annually.0",
		renewal.FieldOrderOn: "when.0",
	} {
		if got := draft.Field(d, field); got != want {
			t.Errorf("%s is chosen in %s, want %s", field, got, want)
		}
	}
	d.When = blocks.WhenDay
	if got := draft.Field(d, renewal.FieldOrderOn); got != "order_day" {
		t.Errorf("a day is chosen in %s", got)
	}
}

// When it is to be ordered is a day in the zone of whoever asks, or a sentence at its field.
func TestWhenToOrder(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := yeastar.ProductByKey("p-series-turnkey")
	k := known(p)
	k.Now, k.Policy = time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC), renewal.Policy{OrderAhead: 90 * 24 * time.Hour}
	for _, c := range []struct {
		when, day string
		zone      *time.Location
		from      string
		wrong     map[string]string
	}{
		{"", "", nil, "", nil},
		{"", "2026-03-05", berlin, "", nil}, // chosen before somebody came back to “at once”
		{"2026-03-19", "", berlin, "2026-03-19T08:00:00Z", nil},
		{"day", "2026-03-30", berlin, "2026-03-30T07:00:00Z", nil},
		{"day", "2026-03-01", time.UTC, "2026-03-01T09:00:00Z", nil},
		{"day", "2026-03-01", berlin, "", map[string]string{"order_day": "This day is over."}}, // there it is tomorrow
		{"day", "2026-06-30", berlin, "", map[string]string{"order_day": "at most 90 days ahead"}},
		{"day", "", berlin, "", map[string]string{"order_day": "Choose the day"}},
		{"day", "soon", berlin, "", map[string]string{"order_day": "Choose a day"}},
		{"2026-02-30", "", berlin, "", map[string]string{"when": "Choose a day"}},
		{"2026-03-19", "", nil, "", map[string]string{"when": "does not tell your time zone"}},
	} {
		d := filled(k, p.Terms[0])
		d.When, d.Day, k.Zone = c.when, c.day, c.zone
		o, wrong := k.Offer(d)
		at := map[string]string{"when": blocks.BlockWhen(d), "order_day": blocks.BlockOrderDay}
		if len(wrong) != len(c.wrong) {
			t.Errorf("%q %q: %v, want %v", c.when, c.day, wrong, c.wrong)
		}
		for field, says := range c.wrong {
			if !strings.Contains(wrong[at[field]], says) {
				t.Errorf("%q %q: %q at %s, want %q", c.when, c.day, wrong[at[field]], field, says)
			}
		}
		if got := o.OrderOn.From; len(wrong) == 0 && (c.from == "") != got.IsZero() || (c.from != "" && got.Format(time.RFC3339) != c.from) {
			t.Errorf("%q %q: from %s, want %s", c.when, c.day, got, c.from)
		}
	}
}

func TestHolderGone(t *testing.T) {
	t.Parallel()
	turnkey, _ := yeastar.ProductByKey("p-series-turnkey")
	cloud, _ := yeastar.ProductByKey("cloud-pbx")
	for _, c := range []struct {
		product yeastar.Product
		holder  string
		says    string
	}{
		{turnkey, "", "Choose for whom."}, {turnkey, "31", "may have been removed"}, {cloud, "", "Choose the PBX."},
		{cloud, "3631E0000001", "Choose the PBX: the portal lists no Cloud PBX (PCE Instance) with the serial number 3631E0000001."},
	} {
		if got := draft.HolderGone(c.product, blocks.Draft{Holder: c.holder}); !strings.Contains(got, c.says) {
			t.Errorf("%s for %q: %q, want %q", c.product.Key, c.holder, got, c.says)
		}
	}
}

// The form proposes the billing contact of the holder, and the one of before only where
// there is none.
func TestContactOfBefore(t *testing.T) {
	t.Parallel()
	p, _ := yeastar.ProductByKey("remote-management")
	for name, c := range map[string]struct {
		chosen, own, kept yeastar.ID
		byHand            bool
		want, proposed    yeastar.ID
	}{
		"chosen": {"41", "42", "43", true, "41", ""}, "the holder's own": {"", "42", "43", false, "42", "42"},
		"of before": {"", "", "43", false, "43", "43"}, "of before, chosen by hand": {"", "42", "43", true, "43", ""},
		"none": {}, "chosen and gone": {"99", "42", "43", false, "", ""},
	} {
		k := known(p)
		k.Contacts, k.Contact = []yeastar.BillingContact{{ID: "41"}, {ID: "42"}, {ID: "43"}}, c.own
		f := blocks.FormData{Draft: blocks.Draft{Product: p.Key, Contact: c.chosen, Kept: c.kept, KeptByHand: c.byHand}}
		k.Fill(&f)
		if f.Draft.Contact != c.want || f.Draft.Proposed != c.proposed {
			t.Errorf("%s: has %q and proposed %q, want %q and %q", name, f.Draft.Contact, f.Draft.Proposed, c.want, c.proposed)
		}
	}
}

// Whatever is typed as a number is that number, or a sentence at its field.
func TestOddNumbers(t *testing.T) {
	t.Parallel()
	p, _ := yeastar.ProductByKey("p-series-turnkey")
	k := known(p)
	for typed, want := range map[string]struct {
		number int
		says   string
	}{
		"50": {50, ""}, " 50 ": {50, ""}, "050": {50, ""}, "100000": {100000, ""},
		"0": {0, "at least 1"}, "-50": {0, "at least 1"}, "50.5": {0, "whole number"}, "50.0": {0, "whole number"}, "50,000": {0, "whole number"},
		"1e3": {0, "whole number"}, "٥٠": {0, "whole number"}, "５０": {0, "whole number"}, "fifty": {0, "whole number"}, "0x32": {0, "whole number"},
		"5 0": {0, "whole number"}, "99999999999999999999": {0, "too large"}, " ": {0, "Type a number"},
	} {
		d := filled(k, p.Terms[0])
		d.Quantity = typed
		o, wrong := k.Offer(d)
		says := wrong[blocks.BlockQuantity(d)]
		plan, _ := o.Plan()
		if plan.Quantity != want.number || (says == "") != (want.says == "") || !strings.Contains(says, want.says) {
			t.Errorf("%q is %d, %q; want %d, %q", typed, plan.Quantity, says, want.number, want.says)
		}
	}
}
