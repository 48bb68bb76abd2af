package orders

import (
	"errors"
	"slices"
	"testing"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// Orders of the portal that can never be read hold up no order for good: it waits for a while, and
// then they are a doubt, which people have seen and agreed to, or else are asked about.
func TestPortalOrdersThatCanNeverBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		product, key string
		fails        yeastarsim.Endpoint
	}{
		"the list":                    {turnkey, yeastarsim.NorthwindID, yeastarsim.OrderPage},
		"one that is somebody else's": {"p-series-software", yeastarsim.SoftwarePlainSerial, yeastarsim.OrderGet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setupPaced(t, yeastar.Config{Rate: 1e6, Burst: 1e6, RetryInterval: time.Millisecond}, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.Owner = c.fails != yeastarsim.OrderGet }))
			row, _ := yeastar.ProductByKey(c.product)
			r := w.approved(c.product, c.key, row.Terms[0])
			w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudSerial, Status: yeastarsim.StatusSucceed})
			w.sim.Fault(c.fails, yeastarsim.HTTPError(503))
			if e, err := w.checked(t.Context(), r); e != nil || err == nil {
				t.Fatalf("at first it does not wait: %+v, %v", e, err)
			}
			e, err := w.checked(t.Context(), w.waited(r))
			changed, ok := e.(renewal.Changed)
			if err != nil || !ok || !slices.ContainsFunc(changed.Doubts, func(d renewal.Doubt) bool { return d.Kind == renewal.DoubtOrdersUnknown }) {
				t.Fatalf("nobody is asked: %+v, %v", e, err)
			}
			if r, err = w.ledger.Apply(t.Context(), r.ID, changed); err != nil {
				t.Fatal(err)
			}
			r = w.approve(r)
			if e, err := w.checked(t.Context(), r); e != nil || err == nil {
				t.Errorf("what people know is not waited for: %+v, %v", e, err)
			}
			if e, err := w.checked(t.Context(), w.waited(r)); e != nil || err != nil {
				t.Errorf("what people agreed to is not ordered: %+v, %v", e, err)
			}
		})
	}
}

// waited is a request whose order has waited as long as it may, as people were told, so that nothing counts which was
// read before.
func (w *world) waited(r renewal.Request) renewal.Request {
	w.portal = looks(w.t, w.client, w.policy)
	told, err := r.Apply(renewal.Waiting{Detail: "the portal is down"}, r.UpdatedAt.Add(-checkPatience), w.policy)
	if err != nil {
		w.t.Fatal(err)
	}
	return told.Request
}

// What an order is of is asked for once, in the background, and no order in the portal is left out
// because there are many.
func TestManyOrdersOfOthers(t *testing.T) {
	t.Parallel()
	const many = 60
	w := setup(t, yeastarsim.WithSwitches(yeastarsim.Bare))
	ctx := t.Context()
	w.portal = looksFor(t, w.client, w.policy, time.Nanosecond, time.Now) // everything has aged at once
	h, _ := w.portal.Holder(ctx, "cloud-pbx", yeastarsim.CloudSerial)
	seeds := len(w.sim.Orders())
	byHand := w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudSerial, CreateTime: time.Now().Add(-time.Hour)})
	for range many {
		w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudMonthlySerial})
	}
	w.Ahead("cloud-pbx", h)
	if err := w.sim.WaitCalls(ctx, yeastarsim.OrderGet, many+1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := w.strange(ctx, h, "cloud-pbx", lookup.AnyAge); err != nil || len(got) != 1 || got[0].OrderNo != byHand.OrderNo {
			t.Fatalf("found are %+v, %v", got, err)
		}
	}
	if n, most := w.sim.Calls(yeastarsim.OrderGet), seeds+many+1+2; n > most { // and the status of the one that is found, each time
		t.Errorf("%d details were asked for, want at most %d", n, most)
	}
}

// More orders than are asked about in one look are not orders that are not there: that is told, and
// the next look goes on.
func TestMoreOrdersThanAreAskedAbout(t *testing.T) {
	t.Parallel()
	w := setup(t, yeastarsim.WithSwitches(yeastarsim.Bare))
	h, _ := w.portal.Holder(t.Context(), "cloud-pbx", yeastarsim.CloudSerial)
	w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudSerial, CreateTime: time.Now().Add(-time.Hour)})
	for range mostAsked {
		w.sim.AddOrder(yeastarsim.Order{ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudMonthlySerial})
	}
	if got, err := w.strange(t.Context(), h, "cloud-pbx", lookup.AnyAge); !errors.Is(err, errMany) || len(got) != 0 {
		t.Errorf("at first found are %+v, %v", got, err)
	}
	if got, err := w.strange(t.Context(), h, "cloud-pbx", lookup.AnyAge); err != nil || len(got) != 1 {
		t.Errorf("then found are %+v, %v", got, err)
	}
}

// An order of a PBX does not wait for the list of all PBXs where the details tell as much.
func TestAPBXDoesNotWaitForTheListOfAll(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := yeastar.ProductByKey("cloud-pbx")
	r := w.approved(row.Key, yeastarsim.CloudSerial, row.Terms[0])
	w.portal = looks(t, w.client, w.policy) // as after a start
	release := make(chan struct{})
	w.sim.Fault(yeastarsim.InstanceProductList, yeastarsim.Hold(release))
	r = w.placed(r)
	close(release)
	if r.Status != renewal.Ordered || len(w.sim.Placed()) != 1 {
		t.Errorf("it is %s: %+v", r.Status, r.Problem)
	}
}

// An order by hand that was cancelled is seen to be that, also where the list alone tells it and the
// order is not of the last day.
func TestAnOrderThatEndedByTheListAlone(t *testing.T) {
	t.Parallel()
	w := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.NoStatusInDetails = true }))
	h, _ := w.portal.Holder(t.Context(), turnkey, yeastarsim.NorthwindID)
	p, _ := w.sim.Package(yeastarsim.NorthwindID)
	o := w.sim.AddOrder(yeastarsim.Order{
		ProductID: p.ProductID, ProductNo: p.ProductNo, PartnerID: p.PartnerID, Status: yeastarsim.StatusPending, CreateTime: time.Now().Add(-72 * time.Hour),
	})
	has := func() bool {
		got, err := w.strange(t.Context(), h, turnkey, lookup.Anew)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(got, func(s yeastar.OrderSummary) bool {
			return s.OrderNo == o.OrderNo && !renewal.EndedUnplaced(s.OrderStatus)
		})
	}
	if !has() {
		t.Fatal("it is not there")
	}
	if err := w.sim.SetOrderStatus(o.OrderNo, yeastarsim.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	if has() {
		t.Error("it has not ended")
	}
}
