package orders

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

const turnkey = "p-series-turnkey"

// calls counts the vendor's calls since a mark in its journal.
func (w *world) calls(mark int) map[yeastarsim.Endpoint]int {
	counts := map[yeastarsim.Endpoint]int{}
	for _, e := range w.sim.Journal()[mark:] {
		counts[e.Endpoint]++
	}
	return counts
}

// buyers are n customers who have the package of turnkey.
func (w *world) buyers(n int) []string {
	w.t.Helper()
	var found []string
	for _, p := range w.sim.Portal().Packages {
		if p.ProductID == yeastarsim.Turnkey && p.PartnerID != "" && len(found) < n {
			found = append(found, p.PartnerID)
		}
	}
	if len(found) < n {
		w.t.Fatalf("only %d customers have the package", len(found))
	}
	return found
}

// perOrder are the calls that an order of a customer's package takes. Each of their answers
// may stop it.
var perOrder = map[yeastarsim.Endpoint]int{
	yeastarsim.ProductList: 1, yeastarsim.PurchaseProductInfo: 1, yeastarsim.BillingContactList: 1, yeastarsim.SubordinateUser: 1,
	yeastarsim.InstanceProductDetail: 1, yeastarsim.ExistedAutoRenew: 1, yeastarsim.RenewPlanInfo: 1,
	yeastarsim.OrderPage: 1, yeastarsim.OrderSave: 1,
}

// An order asks once for each thing that it is judged by, and for no list of all customers
// or packages.
func TestCallsOfAnOrder(t *testing.T) {
	t.Parallel()
	w := setup(t, yeastarsim.WithCustomers(60))
	customers := w.buyers(2)
	row, _ := yeastar.ProductByKey(turnkey)
	w.placed(w.approved(turnkey, customers[0], row.Terms[0]))
	w.portal = looks(t, w.client, w.policy) // which hears of an order that tells whose it is
	r := w.approved(turnkey, customers[1], row.Terms[0])
	mark := len(w.sim.Journal())
	if r = w.placed(r); r.Status != renewal.Ordered {
		t.Fatalf("it is %s: %+v", r.Status, r.Problem)
	}
	if diff := cmp.Diff(perOrder, w.calls(mark)); diff != "" {
		t.Errorf("the calls (-want +got):\n%s", diff)
	}
}

// The list of all PBXs is read where their details do not tell whose they are, and not by each order.
func TestCallsOfOrdersOfPBXs(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("p-series-appliance-plan")
	for name, c := range map[string]struct {
		listed bool
		lists  int
	}{"details tell the customer": {false, 0}, "the list tells the customer": {true, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start, moved := time.Now(), atomic.Int64{}
			now := func() time.Time { return start.Add(time.Duration(moved.Load())) }
			w := setupClock(t, yeastar.Config{Rate: 1e6, Burst: 1e6}, now)
			w.sim.Switch(func(s *yeastarsim.Switches) { s.OwnerListed = c.listed })
			w.portal = looksFor(t, w.client, w.policy, time.Hour, now)
			var approved []renewal.Request
			for _, serial := range w.serials(row, 2) {
				approved = append(approved, w.asked(row.Key, serial, row.Terms[0]))
			}
			moved.Add(int64(10 * time.Minute)) // what was read for the questions is too old
			for i, r := range approved {
				approved[i] = w.approve(r)
			}
			moved.Add(int64(time.Second))
			mark := len(w.sim.Journal())
			for _, r := range approved {
				if r = w.placed(r); r.Status != renewal.Ordered {
					t.Fatalf("it is %s: %+v %v", r.Status, r.Problem, r.Changes)
				}
				moved.Add(int64(2 * time.Duration(lookup.Fresh)))
			}
			if n := w.calls(mark)[yeastarsim.InstanceProductList]; n != c.lists {
				t.Errorf("the list was read %d times, want %d", n, c.lists)
			}
		})
	}
}

// serials are n PBXs of a row that a customer has.
func (w *world) serials(row yeastar.Product, n int) []string {
	w.t.Helper()
	var found []string
	for _, p := range w.sim.Portal().Packages {
		if p.ProductID == row.ID && p.PartnerID != "" && p.Cycle != yeastar.Monthly && len(found) < n {
			found = append(found, p.ProductNo)
		}
	}
	if len(found) < n {
		w.t.Fatalf("only %d customers have one by the year", len(found))
	}
	return found
}

// Forty orders that go out together ask once for what they have in common.
func TestOrdersShareWhatTheyHaveInCommon(t *testing.T) {
	t.Parallel()
	const n = 40
	// The clock is moved by hand: a machine that pauses for longer than an order has been approved would
	// have it ask for its own answers again.
	start, moved := time.Now(), atomic.Int64{}
	now := func() time.Time { return start.Add(time.Duration(moved.Load())) }
	w := setupClock(t, yeastar.Config{Rate: 1e6, Burst: 1e6, ReadTimeout: time.Minute}, now, yeastarsim.WithCustomers(60))
	w.portal = looksFor(t, w.client, w.policy, time.Hour, now)
	row, _ := yeastar.ProductByKey(turnkey)
	var approved []renewal.Request
	for _, customer := range w.buyers(n) {
		approved = append(approved, w.asked(turnkey, customer, row.Terms[0]))
	}
	moved.Add(int64(10 * time.Minute)) // what was read for the questions is too old
	for i, r := range approved {
		approved[i] = w.approve(r)
	}
	moved.Add(int64(time.Second))
	mark := len(w.sim.Journal())
	// Nothing is answered before every order has asked, whatever the machine is at.
	release := make(chan struct{})
	held := w.sim.Fault(yeastarsim.InstanceProductDetail, yeastarsim.Hold(release))
	var placing sync.WaitGroup
	for _, r := range approved {
		placing.Go(func() {
			if r := w.placed(r); r.Status != renewal.Ordered {
				t.Errorf("%s is %s: %+v", r.Reference(), r.Status, r.Problem)
			}
		})
	}
	if err := held.Wait(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	close(release)
	placing.Wait()
	calls := w.calls(mark)
	for _, each := range []yeastarsim.Endpoint{yeastarsim.InstanceProductDetail, yeastarsim.ExistedAutoRenew, yeastarsim.RenewPlanInfo, yeastarsim.OrderSave} {
		if calls[each] != n {
			t.Errorf("%s was called %d times, want once for each order", each, calls[each])
		}
		delete(calls, each)
	}
	// A busy machine may take longer than an answer is shared for; each is asked for then anew.
	for endpoint, calls := range calls {
		if calls > n/4 {
			t.Errorf("%s was called %d times", endpoint, calls)
		}
	}
}

// Without what the account has no order leaves: it waits while that cannot be read.
func TestProductListThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := yeastar.ProductByKey(turnkey)
	r := w.approved(turnkey, yeastarsim.NorthwindID, row.Terms[0])
	w.sim.Fault(yeastarsim.ProductList, yeastarsim.HTTPError(503))
	if e, err := w.checked(t.Context(), r); e != nil || err == nil {
		t.Errorf("it does not wait: %+v, %v", e, err)
	}
}

// What was read before the approval counts for no order, however short a time ago that was.
func TestReadingsFromBeforeTheApprovalDoNotCount(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey(turnkey)
	for name, change := range map[string]func(*world){
		"the contact is gone":  func(w *world) { w.sim.RemoveBillingContact(yeastarsim.TutorialBillingContactID) },
		"the customer is gone": func(w *world) { w.sim.RemoveCustomer(yeastarsim.NorthwindID) },
		"the plan is gone": func(w *world) {
			w.sim.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans = nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			r := w.asked(turnkey, yeastarsim.NorthwindID, row.Terms[0])
			change(w)
			if r = w.placed(w.approve(r)); r.Status != renewal.Refused || len(w.sim.Placed()) > 0 {
				t.Errorf("it is %s, with %d orders", r.Status, len(w.sim.Placed()))
			}
		})
	}
}

// An order is judged by nothing that was asked for before its request was approved, nor long
// before its check.
func TestReadings(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := yeastar.ProductByKey(turnkey)
	r := w.approved(turnkey, yeastarsim.NorthwindID, row.Terms[0])
	if age := w.readings(t.Context(), r).maxAge(); age <= 0 || time.Duration(age) > time.Since(r.UpdatedAt) {
		t.Errorf("%s after the approval what is %s old counts", time.Since(r.UpdatedAt), time.Duration(age))
	}
	r.UpdatedAt = r.UpdatedAt.Add(-time.Hour)
	if age := w.readings(t.Context(), r).age; age != time.Duration(lookup.Fresh) {
		t.Errorf("long after the approval what is %s old counts", age)
	}
	r.UpdatedAt = time.Now().Add(time.Hour)
	if age := w.readings(t.Context(), r).maxAge(); age != lookup.Anew {
		t.Errorf("with a clock that goes back what is %s old counts", time.Duration(age))
	}
}

// Whose a PBX is depends on no look-up that does not tell it: what people agreed to without holds
// up nothing.
func TestOwnerAloneWasTold(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("p-series-appliance-plan")
	for name, c := range map[string]struct {
		failing yeastarsim.Endpoint
		ordered bool
	}{
		"auto-renewal cannot be read": {yeastarsim.ExistedAutoRenew, true},
		"its price cannot be read":    {yeastarsim.RenewPlanInfo, true},
		"the list cannot be read":     {yeastarsim.InstanceProductList, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			serial := w.serials(row, 1)[0]
			w.sim.Switch(yeastarsim.Bare)
			w.sim.Switch(func(s *yeastarsim.Switches) { s.Owner, s.OwnerListed, s.PackagePlan = true, true, true })
			fails := yeastarsim.Forbidden()
			w.sim.Fault(yeastarsim.ExistedAutoRenew, fails)
			r := w.approved(row.Key, serial, row.Terms[0])
			w.sim.Fault(c.failing, fails)
			err := w.place(t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: r.ID})
			if r, _ = w.ledger.Get(t.Context(), r.ID); (r.Status == renewal.Ordered) != c.ordered || (err == nil) != c.ordered {
				t.Errorf("it is %s: %v, %+v %v", r.Status, err, r.Problem, r.Changes)
			}
			if n := len(w.sim.Placed()); (n == 1) != c.ordered {
				t.Errorf("%d orders", n)
			}
		})
	}
}
