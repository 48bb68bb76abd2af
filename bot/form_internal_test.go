package bot

import (
	"testing"

	"github.com/slack-go/slack"

	"renewbot/blocks"
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

// What belongs to another product or customer is forgotten; whose change it is never is.
func TestReadForm(t *testing.T) {
	t.Parallel()
	drawn := blocks.Draft{
		Product: "first", Holder: "acme", Plan: "1", Quantity: "50", Contact: "2", PONumber: "PO 7", Note: "Soon", Channel: "C1",
		Request: 3, Revision: 2, Fingerprint: "f", Reset: 4,
	}
	for name, c := range map[string]struct {
		block, action, value string
		outdated             bool
		change               func(*blocks.Draft)
	}{
		"nothing": {blocks.BlockHolder, blocks.ActionHolder, "acme", false, func(*blocks.Draft) {}},
		"another product": {blocks.BlockProduct, blocks.ActionProduct, "second", true, func(d *blocks.Draft) {
			d.Product, d.Holder, d.Plan, d.Quantity, d.Contact, d.Reset = "second", "", "", "", "", 5
		}},
		"another customer": {blocks.BlockHolder, blocks.ActionHolder, "other", true, func(d *blocks.Draft) {
			d.Holder, d.Plan, d.Quantity, d.Contact, d.Reset = "other", "", "", "", 5
		}},
		"the line that is no customer": {blocks.BlockHolder, blocks.ActionHolder, blocks.HolderMore, false, func(d *blocks.Draft) {
			d.Holder, d.Plan, d.Quantity, d.Contact, d.Reset = "", "", "", "", 5
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := drawn
			c.change(&want)
			got, outdated, err := readForm(chosenIn(drawn, c.block, c.action, c.value))
			if err != nil || outdated != c.outdated || got.Encode() != want.Encode() {
				t.Errorf("read as %s, outdated %t, %v; want %s, %t", got.Encode(), outdated, err, want.Encode(), c.outdated)
			}
		})
	}
}
