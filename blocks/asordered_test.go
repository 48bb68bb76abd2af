package blocks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// TestWhatWasOrderedIsTold names what an order that turned up late has, not what the request asks for by then.
func TestWhatWasOrderedIsTold(t *testing.T) {
	t.Parallel()
	body := func(o renewal.Offer) json.RawMessage {
		raw, err := o.Body("RNW-000123")
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	r := request(renewal.Ordered)
	r.Offer.Lines = []renewal.Line{r.Offer.Lines[0]}
	r.Offer.Lines[0].Quantity = 41
	r.Attempts[0].Outcome, r.Attempts[0].Body = renewal.Placed, body(r.Offer)
	r.Attempts[0].Fingerprint = "of the revision before"
	r.Offer.Lines = []renewal.Line{r.Offer.Lines[0]}
	r.Offer.Lines[0].Quantity = 97
	r.Body = body(r.Offer)
	r.Offer.Term = yeastar.Term{BillingCycle: yeastar.Annually, MultiCycle: 3, Months: 36}
	direct, _ := blocks.Direct(r, renewal.Entry{Code: renewal.CodeLate, From: renewal.Pending, To: renewal.Ordered})
	for name, m := range map[string]blocks.Message{
		"card": blocks.Card(r, blocks.Asked{}, renewal.Pause{}), "announcement": blocks.Announcement(r, renewal.Entry{}), "direct": direct,
		"summary": blocks.Summary(r), "detail": blocks.Detail(r, nil, blocks.Links{}), "list": blocks.List([]renewal.Request{r}, nil, nil, blocks.Links{}),
		"list for somebody": blocks.ListFor("Acme", []renewal.Request{r}, blocks.Links{}),
		"home":              {Blocks: blocks.Home(blocks.HomeData{Recent: []renewal.Request{r}}).Blocks.BlockSet},
	} {
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		s := string(raw)
		ordered := "41"
		if strings.HasPrefix(name, "list") { // which tells no number
			ordered = "1 year"
		}
		if !strings.Contains(s, ordered) || strings.Contains(s, "97") || strings.Contains(s, "3 years") {
			t.Errorf("the %s: %s", name, s)
		}
	}
}
