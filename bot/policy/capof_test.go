package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const twoBands = `version: 1
currency: USD
rules:
  - name: small
    when: {amount: {below: 1000}}
    steps: [{who: RENEW_APPROVERS}]
  - name: large
    when: {amount: {from: 1000}}
    steps: [{who: RENEW_APPROVERS}]
    caps: {month: {orders: 1}}
`

// A rule's cap counts what the rule may be about, whatever names of rules a request has kept.
func TestACapCountsWhatItsRuleMayBeAbout(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC)
	under := func(text string) renewal.Policy {
		p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 100 * time.Hour}
		if text != "" {
			f, err := policy.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			p.Rules = f
		}
		return p
	}
	made := func(id, price int64, p renewal.Policy) renewal.Request {
		o := renewal.Offer{
			Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001"}, Contact: renewal.Contact{ID: "1"},
			Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: 5}},
		}
		if price > 0 {
			o.Price = &renewal.Price{Amount: decimal.NewFromInt(price), Currency: "USD"}
		}
		c, err := renewal.New(id, renewal.Submission{Key: "k", By: renewal.Actor{UserID: "U1", MayRequest: true}, Channel: "C1", Offer: o}, now, p)
		if err != nil {
			t.Fatal(err)
		}
		return c.Request
	}
	bands, none := under(twoBands), under("")
	renamed := under(strings.Replace(twoBands, "name: large", "name: big", 1))
	for _, c := range []struct {
		name      string
		it, other renewal.Request
		policy    renewal.Policy
		over      bool
	}{
		{"both unknown", made(1, 0, bands), made(2, 0, bands), bands, true},
		{"the other is unknown", made(1, 1000, bands), made(2, 0, bands), bands, true},
		{"the other is of another rule", made(1, 1000, bands), made(2, 999, bands), bands, false},
		{"it is of another rule", made(1, 999, bands), made(2, 1000, bands), bands, false},
		{"from before the first file", made(1, 1000, bands), made(2, 1000, none), bands, true},
		{"from before the first file, unknown", made(1, 1000, bands), made(2, 0, none), bands, true},
		{"from before the first file, of another rule", made(1, 1000, bands), made(2, 999, none), bands, false},
		{"the rule has another name now", made(1, 1000, renamed), made(2, 1000, bands), renamed, true},
		{"the rule of then is gone", made(1, 1000, bands), made(2, 999, renamed), renamed, true},
		{"the file of then is gone", made(1, 1000, bands), made(2, 999, none), none, true},
	} {
		if refusal := c.it.Over([]renewal.Request{c.other}, now, c.policy); (refusal != nil) != c.over {
			t.Errorf("%s: %v", c.name, refusal)
		}
	}
}

func BenchmarkCapOfARule(b *testing.B) {
	var rules strings.Builder
	for i := range 9 {
		fmt.Fprintf(&rules, "  - name: r%d\n    when: {product: cloud-pbx, quantity: {from: 1, below: %d}}\n    steps: [{who: RENEW_APPROVERS}]\n", i, i+2)
	}
	f, err := policy.Parse([]byte(strings.Replace(twoBands, "rules:\n", "rules:\n"+rules.String(), 1)))
	if err != nil {
		b.Fatal(err)
	}
	o := renewal.Offer{Product: "p-series-turnkey", Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: 5}}}
	for b.Loop() {
		f.MayHold("large", renewal.Case{Offer: o, Asker: renewal.Asker{ID: "U1"}})
	}
}
