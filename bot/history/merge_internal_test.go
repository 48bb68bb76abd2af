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
