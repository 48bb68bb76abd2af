package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// TestMerge puts each order into a history once, and none that belongs to a request which the reader
// may not see.
func TestMerge(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	seen := renewal.Request{ID: 1, AskedAt: day(2), Order: &yeastar.OrderResult{OrderNo: "XS1"}}
	unplaced := renewal.Request{ID: 2, AskedAt: day(9)}
	placed := []yeastar.OrderSummary{
		{OrderNo: "XS9", CreateTime: day(5), OrderStatus: "pending"},
		{OrderNo: "XS1", CreateTime: day(2)},
		{OrderNo: "XS2", CreateTime: day(9), PONumber: "4711 RNW-000002"}, // its answer is lost
		{OrderNo: "XS3", CreateTime: day(3)},
		{OrderNo: "XS4", CreateTime: day(1), PONumber: "RNW-000777"}, // of another ledger
		{ID: "17", CreateTime: day(4), CustomReferenceNo: "RNW-000001"},
	}
	var got []string
	for _, e := range merge([]renewal.Request{seen, unplaced}, map[string]bool{"XS1": true, "XS2": true, "XS3": true, "17": true}, placed) {
		switch {
		case e.Request == nil:
			got = append(got, e.OrderNo)
		case e.InPortal:
			got = append(got, e.Request.Reference()+" listed")
		default:
			got = append(got, e.Request.Reference())
		}
	}
	if diff := cmp.Diff([]string{"RNW-000002", "XS9", "RNW-000001 listed", "XS4"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOwner finds the request of an order by its number before any reference, and by a reference only
// where the account fits.
func TestOwner(t *testing.T) {
	t.Parallel()
	request := func(id int64, partner yeastar.ID) renewal.Request {
		return renewal.Request{ID: id, Offer: renewal.Offer{Holder: renewal.Holder{PartnerID: partner}}}
	}
	having := map[string]renewal.Request{"XS1": request(1, "A")}
	named := map[int64]renewal.Request{2: request(2, "A"), 3: request(3, "B"), 4: request(4, "B")}
	for name, c := range map[string]struct {
		order yeastar.OrderSummary
		want  int64
	}{
		"by number, whatever it says":    {yeastar.OrderSummary{OrderNo: "XS1", PONumber: "RNW-000002", PartnerID: "B"}, 1},
		"by reference":                   {yeastar.OrderSummary{OrderNo: "XS2", PONumber: "4711 RNW-000002", PartnerID: "A"}, 2},
		"by the second reference":        {yeastar.OrderSummary{PONumber: "RNW-000777", CustomReferenceNo: "RNW-000002", PartnerID: "A"}, 2},
		"of another account":             {yeastar.OrderSummary{OrderNo: "XS3", PONumber: "RNW-000003", PartnerID: "A"}, 0},
		"known to be the holder's":       {yeastar.OrderSummary{OrderNo: "XS4", PONumber: "RNW-000004", PartnerID: "A"}, 4},
		"of nobody":                      {yeastar.OrderSummary{OrderNo: "XS5", PartnerID: "A"}, 0},
		"of a request of another ledger": {yeastar.OrderSummary{PONumber: "RNW-000777", PartnerID: "A"}, 0},
	} {
		if r, found := owner(c.order, having, named, map[int64]bool{4: true}); r.ID != c.want || found != (c.want != 0) {
			t.Errorf("%s: %d, %v, want %d", name, r.ID, found, c.want)
		}
	}
}
