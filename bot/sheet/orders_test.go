package sheet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
)

// TestAmountsHaveTheirDecimals writes amounts as people are shown them, in both tables.
func TestAmountsHaveTheirDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, currency, want string }{
		{"600", "USD", "600.00"}, {"449.5", "EUR", "449.50"}, {"0.125", "USD", "0.125"}, {"120000", "JPY", "120000"}, {"1.5", "", "1.50"},
	} {
		r := renewal.Request{Offer: renewal.Offer{Price: &renewal.Price{Amount: decimal.RequireFromString(c.amount), Currency: c.currency}}}
		for name, table := range map[string]sheet.Table{"orders": sheet.Orders([]renewal.Request{r}), "batch": sheet.Batch([]renewal.Request{r})} {
			got := map[string]string{}
			for i, column := range table.Header {
				got[column] = table.Rows[0][i]
			}
			if diff := cmp.Diff([]string{c.want, c.currency}, []string{got["amount"], got["currency"]}); diff != "" {
				t.Errorf("%s of %s %s (-want +got):\n%s", name, c.amount, c.currency, diff)
			}
		}
	}
	none := sheet.Orders([]renewal.Request{{}})
	if got := none.Rows[0][9]; got != "" {
		t.Errorf("an unknown amount is %q", got)
	}
}
