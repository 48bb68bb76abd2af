package orders

import (
	"testing"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// An order for the very same PBX is one, whoever's the portal says that it is: a PBX may have been
// sold on since, or the order tell no owner. Without a serial number it is its customer's alone.
func TestOrdersOfAPBXWhosesoeverTheyAre(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("cloud-pbx")
	for name, c := range map[string]struct {
		order yeastarsim.Order
		want  bool
	}{
		"another customer's":             {yeastarsim.Order{ProductNo: yeastarsim.CloudSerial, PartnerID: yeastarsim.NorthwindID}, true},
		"nobody's":                       {yeastarsim.Order{ProductNo: yeastarsim.CloudSerial}, true},
		"another's, of another PBX":      {yeastarsim.Order{ProductNo: yeastarsim.CloudMonthlySerial, PartnerID: yeastarsim.NorthwindID}, false},
		"another's, for no PBX told":     {yeastarsim.Order{PartnerID: yeastarsim.NorthwindID}, false},
		"its customer's, of another PBX": {yeastarsim.Order{ProductNo: yeastarsim.CloudMonthlySerial, PartnerID: yeastarsim.AcmeVoiceID}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudMonthlySerial, PartnerID: yeastarsim.NorthwindID}) // the list tells whose
			r := w.approved(row.Key, yeastarsim.CloudSerial, row.Terms[0])
			w.portal = looks(t, w.client, w.policy)
			c.order.ProductID, c.order.Status = yeastarsim.CloudPBX, yeastarsim.StatusPending
			placed := w.sim.AddOrder(c.order)
			got, err := w.strange(t.Context(), r.Offer.Holder, row.Key, lookup.Anew)
			if found := len(got) == 1 && got[0].OrderNo == placed.OrderNo; err != nil || found != c.want {
				t.Errorf("found are %+v, %v", got, err)
			}
			wantStatus, wantOrders := renewal.Ordered, 1
			if c.want {
				wantStatus, wantOrders = renewal.Pending, 0
			}
			if r = w.placed(r); r.Status != wantStatus || len(w.sim.Placed()) != wantOrders {
				t.Errorf("it is %s with %d orders: %+v", r.Status, len(w.sim.Placed()), r.Doubts)
			}
		})
	}
}
