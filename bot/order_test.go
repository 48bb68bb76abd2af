package bot_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

func contains(s, piece string) bool { return strings.Contains(s, piece) }

func hasButton(m slacksim.Message, button string) bool { return slices.Contains(m.Buttons(), button) }

// endedCard says whether a card offers nothing but to ask again.
func endedCard(m slacksim.Message) bool { return slices.Equal(m.Buttons(), []string{"Ask again…"}) }

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func referenceIn(s string) string { return regexp.MustCompile(`RNW-[0-9]{6}`).FindString(s) }

// tutorialOrder is the order of the vendor's tutorial, "Renew P-Series Turnkey Package
// Using API".
const tutorialOrder = `{
  "operationType": "renew_plan",
  "productId": 14,
  "billingId": 3197218168379846218,
  "serviceList": [
    {
      "serviceType": "plan",
      "serviceId": 3048941892189077504,
      "quantity": 100,
      "purchaseType": "renew",
      "billingModel": "recurring",
      "billingCycle": "annually",
      "multiCycle": 0
    }
  ]
}`

func TestOrderIsTheTutorials(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.PONumber = renewal.PONumberTyped }
	})
	card := b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Bob).press(card, "Approve")
	b.says(sandbox.Renewals, "XS3401174502129270784", "IW3401174503953793025", "succeed")

	orders := b.Vendor.OrderRequests()
	if len(orders) != 1 {
		t.Fatalf("%d order requests, want 1", len(orders))
	}
	got := orders[0]
	if got.Method != http.MethodPost || got.Path != "/order/openapi/order/v1/save" {
		t.Errorf("the order went to %s %s", got.Method, got.Path)
	}
	if diff := cmp.Diff(compact(t, tutorialOrder), string(got.Body)); diff != "" {
		t.Errorf("the order's JSON differs from the tutorial's, digit for digit (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "User-Agent": "OpenAPI"} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("header %s is %q, want %q", name, have, want)
		}
	}
	if have := got.Header.Get("Authorization"); !strings.HasPrefix(have, "Bearer ") {
		t.Errorf("header Authorization is not a bearer token")
	}
}

func compact(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	out := json.NewEncoder(&b)
	var raw json.RawMessage
	if err := json.Unmarshal([]byte(s), &raw); err != nil {
		t.Fatal(err)
	}
	if err := out.Encode(raw); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}
