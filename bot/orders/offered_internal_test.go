package orders

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// Nothing is ordered of a product that is not offered any more: not what was asked for before, nor
// what is tried again.
func TestProductThatIsNotOfferedAnyMore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := yeastar.ProductByKey("cloud-pbx")
	other, _ := yeastar.ProductByKey(turnkey)
	r := w.approved(row.Key, yeastarsim.CloudSerial, row.Terms[0])
	w.portal = looksFor(t, w.client, w.policy, time.Hour, time.Now, other)
	for range 2 {
		r = w.placed(r)
		if r.Status != renewal.Refused || r.Problem == nil || !strings.Contains(r.Problem.Detail, "is not among the products that are renewed here any more") {
			t.Fatalf("it is %s: %+v", r.Status, r.Problem)
		}
		again, err := w.ledger.Apply(t.Context(), r.ID, renewal.Retry{By: person("U2"), Shown: r.Shown()})
		if err != nil {
			t.Fatal(err)
		}
		r = again
	}
	if n := len(w.sim.Placed()); n != 0 {
		t.Errorf("%d orders", n)
	}
}
