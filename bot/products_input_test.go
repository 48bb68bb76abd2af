package bot_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// withDraft submits the view on top with another draft, and returns the answer.
func (a *actor) withDraft(change map[string]any) string {
	a.b.t.Helper()
	v, _ := a.p.View()
	var draft map[string]any
	if err := json.Unmarshal([]byte(v.PrivateMetadata), &draft); err != nil {
		a.b.t.Fatal(err)
	}
	draft["c"] = yeastarsim.TutorialBillingContactID
	maps.Copy(draft, change)
	raw, err := json.Marshal(draft)
	if err != nil {
		a.b.t.Fatal(err)
	}
	return a.tampered(string(raw))
}

// Bad input of each kind that no other test has: a sentence at its field, and nothing is
// ordered.
func TestBadInputForAPBX(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	for _, c := range []struct {
		name, serial string
		change       map[string]any
		field, says  string
		first        func()
	}{
		{"a serial number that is gone", yeastarsim.ApplianceSerial, map[string]any{"h": "3631E9999999"}, "holder.p-series-appliance-plan", "with the serial number 3631E9999999.", nil},
		{"one of another product", yeastarsim.ApplianceSerial, map[string]any{"h": yeastarsim.CloudSerial}, "holder.p-series-appliance-plan", "the portal lists no P-Series Appliance Edition Plan with", nil},
		{"an account", yeastarsim.ApplianceSerial, map[string]any{"h": "own"}, "holder.p-series-appliance-plan", "Choose the PBX:", nil},
		{"the wrong cycle", yeastarsim.ApplianceMonthlySerial, map[string]any{"m": yeastar.Annually + "-1"}, "", "billed monthly in the portal", nil},
		{"a term that there is not", yeastarsim.SoftwareSerial, map[string]any{"m": "annually-7"}, "term.", "Choose another one.", nil},
		{"a service left out", yeastarsim.SoftwareSerial, map[string]any{"s": nil}, "services.", "Recording Minutes", nil},
		{"the plan left out", yeastarsim.SoftwareSerial, map[string]any{"l": "none"}, "", "Choose the plan.", nil},
		{"a number where none belongs", yeastarsim.ApplianceSerial, map[string]any{"q": "5"}, "", "is renewed without a number", nil},
		{"another customer's by now", yeastarsim.ApplianceSwitchedSerial, nil, "holder.p-series-appliance-plan", "belongs to another customer by now", func() {
			b.Vendor.UpdateOwned(yeastarsim.Appliance, yeastarsim.ApplianceSwitchedSerial, func(p *yeastarsim.Package) { p.PartnerID = yeastarsim.AcmeVoiceID })
		}},
	} {
		if c.first != nil {
			c.first()
		}
		alice.fillProduct(productWish{typed: c.serial})
		alice.redrawn()
		answer := alice.withDraft(c.change)
		if !strings.Contains(answer, `"response_action":"errors"`) || !strings.Contains(answer, c.says) || !strings.Contains(answer, `"`+c.field) {
			t.Errorf("%s is answered with %s", c.name, answer)
		}
		alice.back()
	}
	b.nothingStored()
}
