package draft_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// chosenIn is a form that was drawn for a draft, in which something was chosen since.
func chosenIn(drawn blocks.Draft, block, action, value string) slack.View {
	return slack.View{
		PrivateMetadata: drawn.Encode(),
		State: &slack.ViewState{Values: map[string]map[string]slack.BlockAction{
			block: {action: {SelectedOption: slack.OptionBlockObject{Value: value}}},
		}},
	}
}

// What belongs to another product or holder is forgotten, and what still fits stays; whose
// change it is is never forgotten.
func TestRead(t *testing.T) {
	t.Parallel()
	drawn := blocks.Draft{
		Product: "p-series-turnkey", Holder: "acme", Plan: "1", Services: []yeastar.ID{"5"}, ServicesProposed: true, Quantity: "50",
		ServiceQuantity: map[yeastar.ID]string{"5": "7"}, Contact: "2", PONumber: "PO 7", Note: "Soon", Channel: "C1",
		Request: 3, Revision: 2, Fingerprint: "f", Drawn: 4, Asked: true, When: blocks.WhenDay, Day: "2027-03-01",
	}
	pbx := drawn
	pbx.Product, pbx.Holder, pbx.Term, pbx.Cycle = "p-series-appliance-plan", "3631E0000001", "annually-2", "annually"
	proposedTerm := pbx
	pbx.TermByHand = true
	monthly := pbx
	monthly.Term = "monthly-0"
	fresh := drawn // whose product was changed, so that nobody is chosen yet
	fresh.Holder, fresh.Plan, fresh.Services, fresh.Quantity, fresh.ServiceQuantity = "", "", nil, "", nil
	proposed := drawn // ordered when its package is about to end
	proposed.When, proposed.Day = "2027-04-02", ""
	forgotten := func(d *blocks.Draft) {
		d.Plan, d.Services, d.ServicesProposed, d.Quantity, d.ServiceQuantity, d.Asked = "", nil, false, "", nil, false
	}
	anotherHolder := func(d *blocks.Draft) {
		forgotten(d)
		d.When, d.Day = "", ""
	}
	for name, c := range map[string]struct {
		drawn                blocks.Draft
		block, action, value string
		switched             bool
		want                 func(*blocks.Draft)
	}{
		"nothing": {drawn, blocks.BlockHolder(drawn), blocks.ActionHolder, "acme", false, func(*blocks.Draft) {}},
		"another product for accounts": {drawn, blocks.BlockProduct, blocks.ActionProduct, "remote-management", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product = "remote-management"
		}},
		"another product, and a day that was proposed": {proposed, blocks.BlockProduct, blocks.ActionProduct, "remote-management", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product, d.When = "remote-management", ""
		}},
		"a product for PBXs": {drawn, blocks.BlockProduct, blocks.ActionProduct, "p-series-software", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product, d.Holder = "p-series-software", ""
		}},
		"another product for PBXs, which has the term": {pbx, blocks.BlockProduct, blocks.ActionProduct, "p-series-software", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product = "p-series-software"
		}},
		"another product for PBXs, which has not the term": {monthly, blocks.BlockProduct, blocks.ActionProduct, "p-series-software", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product, d.Term, d.TermByHand = "p-series-software", "", false
		}},
		"another product for PBXs, and a term that was proposed": {proposedTerm, blocks.BlockProduct, blocks.ActionProduct, "p-series-software", true, func(d *blocks.Draft) {
			forgotten(d)
			d.Product, d.Term = "p-series-software", ""
		}},
		"another PBX, and a term that was proposed": {proposedTerm, blocks.BlockHolder(pbx), blocks.ActionHolder, "3631E0000002", false, func(d *blocks.Draft) {
			anotherHolder(d)
			d.Holder, d.Contact, d.Term = "3631E0000002", "", ""
		}},
		"another term": {proposedTerm, blocks.BlockTerm(pbx), blocks.ActionTerm, "annually-3", false, func(d *blocks.Draft) {
			d.Term, d.TermByHand = "annually-3", true
		}},
		"another customer": {drawn, blocks.BlockHolder(drawn), blocks.ActionHolder, "other", false, func(d *blocks.Draft) {
			anotherHolder(d)
			d.Holder, d.Contact = "other", ""
		}},
		"another PBX": {pbx, blocks.BlockHolder(pbx), blocks.ActionHolder, "3631E0000002", false, func(d *blocks.Draft) {
			anotherHolder(d)
			d.Holder, d.Contact = "3631E0000002", ""
		}},
		"the first customer after another product": {fresh, blocks.BlockHolder(fresh), blocks.ActionHolder, "acme", false, func(d *blocks.Draft) {
			forgotten(d)
			d.Holder, d.Contact, d.Kept, d.KeptByHand = "acme", "", "2", true
		}},
		"the line that is no customer": {drawn, blocks.BlockHolder(drawn), blocks.ActionHolder, blocks.HolderMore, false, func(d *blocks.Draft) {
			anotherHolder(d)
			d.Holder, d.Contact = "", ""
		}},
		"services without the plan": {drawn, blocks.BlockPlan(drawn), blocks.ActionPlan, string(blocks.PlanNone), false, func(d *blocks.Draft) {
			d.Plan = blocks.PlanNone
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := c.drawn
			c.want(&want)
			got, switched, err := draft.Read(chosenIn(c.drawn, c.block, c.action, c.value))
			if err != nil || switched != c.switched {
				t.Errorf("switched %t, %v; want %t", switched, err, c.switched)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A request is shown in the form as it was asked for.
func TestOfShowsTheRequest(t *testing.T) {
	t.Parallel()
	for _, p := range yeastar.Products() {
		t.Run(p.Key, func(t *testing.T) {
			t.Parallel()
			k := known(p)
			for _, term := range p.Terms {
				want, wrong := k.Offer(filled(k, term))
				if len(wrong) > 0 {
					t.Fatalf("%s: %v", term, wrong)
				}
				got, wrong := k.Offer(draft.Of(renewal.Request{Offer: want}))
				if diff := cmp.Diff(want, got); diff != "" || len(wrong) > 0 {
					t.Errorf("%s: %v (-want +got):\n%s", term, wrong, diff)
				}
			}
		})
	}
}
