package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const capped = `version: 1
currency: EUR
zone: Europe/Madrid
caps: {month: {amount: 1000}}
rules:
  - name: small
    when: {quantity: {below: 10}}
    steps: [{who: U02}]
    caps: {order: {amount: 500}, requester_day: {amount: 600, orders: 2}}
  - name: others
    steps: [{who: U02}]
`

// What is asked for and ordered keeps within the caps, when it is asked for and before its order.
func TestCaps(t *testing.T) {
	t.Parallel()
	f, err := policy.Parse([]byte(capped))
	if err != nil {
		t.Fatal(err)
	}
	p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 100 * time.Hour, Rules: f}
	noon := time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC) // the last day of a month in Madrid
	id := int64(1)
	made := func(by string, quantity int, price int64, at time.Time, change func(*renewal.Request)) renewal.Request {
		id++
		o := renewal.Offer{
			Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001"}, Contact: renewal.Contact{ID: "1"},
			Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: quantity}},
		}
		if price > 0 {
			o.Price = &renewal.Price{Amount: decimal.NewFromInt(price), Currency: "EUR"}
		}
		c, err := renewal.New(id, renewal.Submission{Key: "k", By: renewal.Actor{UserID: by, MayRequest: true}, Channel: "C1", Offer: o}, at, p)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&c.Request)
		}
		return c.Request
	}
	is := func(s renewal.Status) func(*renewal.Request) {
		return func(r *renewal.Request) {
			r.Status, r.ApprovedAt = s, r.AskedAt
			if s.UnderWay() || s == renewal.Ordered {
				r.Attempts = []renewal.Attempt{{Number: 1, StartedAt: r.AskedAt, Outcome: renewal.Placed}}
			}
		}
	}
	before := noon.Add(-time.Hour)
	for _, c := range []struct {
		name   string
		it     renewal.Request
		others []renewal.Request
		want   string // a part of the sentence; empty: it keeps within all
	}{
		{"nothing else", made("U1", 5, 500, noon, nil), nil, ""},
		{"more than an order may be", made("U1", 5, 501, noon, nil), nil, "Rule “small” of the policy allows at most 500.00 EUR an order, and this costs 501.00 EUR"},
		{"another rule has no such cap", made("U1", 10, 1000, noon, nil), nil, ""},
		{"more than a month may have", made("U1", 10, 1001, noon, nil), nil, "The policy allows at most 1000.00 EUR a month; 0.00 EUR are asked for or ordered, and this costs 1001.00 EUR; that holds until 1 April 2026 00:00 CEST. Nothing was ordered."},
		{"what it costs is not known", made("U1", 10, 0, noon, nil), nil, "The policy allows at most 1000.00 EUR a month, and what this costs is not known"},
		{"nobody knows a price", made("U1", 10, 0, noon, nil), nil, "whoever keeps the policy can add a price for it. Nothing was ordered."},
		{"another currency", made("U1", 10, 600, noon, func(r *renewal.Request) { r.Offer.Price.Currency = "USD" }), nil,
			"a month, and this costs 600.00 USD, so nobody can tell whether it fits; whoever keeps the policy can give the cap in USD. Nothing was ordered."},
		{"what another costs is not known", made("U1", 10, 1, noon, nil), []renewal.Request{made("U3", 10, 0, before, is(renewal.Ordered))},
			"The policy allows at most 1000.00 EUR a month, and what another that is asked for or ordered costs is not known in EUR (p-series-turnkey), so nobody can tell " +
				"whether this fits; whoever keeps the policy can add a price for what has none; else that holds until 1 April 2026 00:00 CEST. Nothing was ordered."},
		{"others cost another currency, or nobody knows", made("U1", 10, 1, noon, nil), []renewal.Request{
			made("U3", 10, 600, before, func(r *renewal.Request) { r.Offer.Price.Currency = "USD" }), made("U3", 10, 0, before, nil), made("U3", 10, 0, before, is(renewal.Unknown)),
		}, "what 3 others that are asked for or ordered cost is not known in EUR (600.00 USD, p-series-turnkey)"},
		{"what another costs is not known, and what is known is too much", made("U1", 10, 401, noon, nil),
			[]renewal.Request{made("U3", 10, 0, before, nil), made("U3", 10, 600, before, nil)}, "600.00 EUR are asked for or ordered"},
		{"what another costs is not known, in another month", made("U1", 10, 401, noon.Add(13*time.Hour), nil), []renewal.Request{made("U3", 10, 0, before, is(renewal.Ordered))}, ""},
		{"what is not known was rejected", made("U1", 10, 1, noon, nil), []renewal.Request{made("U3", 10, 0, before, is(renewal.Rejected))}, ""},
		{"before the order, what is not known and was approved before it counts", made("U1", 10, 1, before.Add(time.Minute), is(renewal.Approved)),
			[]renewal.Request{made("U3", 10, 0, before, is(renewal.Approved))}, "is not known in EUR"},
		{"up to the cap", made("U1", 10, 400, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Ordered))}, ""},
		{"over it by what is ordered", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Ordered))}, "600.00 EUR are asked for or ordered"},
		{"over it by what is asked for", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, nil)}, "600.00 EUR are asked for or ordered"},
		{"over it by what nobody knows", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Unknown))}, "600.00 EUR are asked for or ordered"},
		{"what was rejected does not count", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Rejected))}, ""},
		{"what was refused does not count", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Refused))}, ""},
		{"a new month", made("U1", 10, 401, noon.Add(13*time.Hour), nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Ordered))}, ""},
		{"a requester's day in money", made("U1", 5, 300, noon, nil), []renewal.Request{made("U1", 5, 301, before, nil)}, "of one requester a day; 301.00 EUR are asked for or ordered, and this costs 300.00 EUR; that holds until 1 April"},
		{"somebody else's day", made("U1", 5, 300, noon, nil), []renewal.Request{made("U3", 5, 301, before, nil)}, ""},
		{"their yesterday", made("U1", 5, 300, noon, nil), []renewal.Request{made("U1", 5, 301, noon.Add(-24*time.Hour), nil)}, ""},
		{"a requester's day in orders", made("U1", 5, 1, noon, nil), []renewal.Request{made("U1", 5, 1, before, nil), made("U1", 5, 1, before, nil)},
			"at most 2 orders of one requester a day, and 2 are asked for or ordered"},
		{"orders by another rule", made("U1", 5, 1, noon, nil), []renewal.Request{made("U1", 10, 1, before, nil), made("U1", 10, 1, before, nil)}, ""},
		{"before the order, what waits does not count", made("U1", 10, 401, before, is(renewal.Approved)), []renewal.Request{made("U3", 10, 600, before, nil)}, ""},
		{"before the order, what was returned does not count", made("U1", 10, 401, before, is(renewal.Approved)), []renewal.Request{made("U3", 10, 600, before, is(renewal.Returned))}, ""},
		{"until it is approved, what was returned counts", made("U1", 10, 401, noon, nil), []renewal.Request{made("U3", 10, 600, before, is(renewal.Returned))}, "600.00 EUR are asked for or ordered"},
		{"before the order, what was approved before it counts", made("U1", 10, 401, before.Add(time.Minute), is(renewal.Approved)),
			[]renewal.Request{made("U3", 10, 600, before, is(renewal.Approved))}, "600.00 EUR are asked for or ordered"},
		{"before the order, what was approved after it does not", made("U1", 10, 401, before, is(renewal.Approved)),
			[]renewal.Request{made("U3", 10, 600, before.Add(time.Minute), is(renewal.Approved))}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := noon
			if c.it.AskedAt.After(noon) {
				now = c.it.AskedAt
			}
			refusal := c.it.Over(c.others, now, p)
			switch {
			case c.want == "" && refusal != nil:
				t.Errorf("refused: %s", refusal.Sentence)
			case c.want != "" && (refusal == nil || !strings.Contains(refusal.Sentence.String(), c.want)):
				t.Errorf("refused with %v, want %q", refusal, c.want)
			}
		})
	}
	approved := made("U1", 10, 401, before, is(renewal.Approved))
	change, err := approved.Apply(renewal.Capped{Why: "The cap is reached. Nothing was ordered."}, noon, p)
	if r := change.Request; err != nil || r.Status != renewal.Pending || r.Revision != 2 || len(r.Votes) != 0 ||
		change.Entry.Code != renewal.CodeLapsed || r.Changes[0] != "Nothing, but the cap is reached" {
		t.Errorf("an approved request over a cap: %v %+v", err, change.Entry)
	}
}
