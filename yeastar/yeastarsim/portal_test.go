package yeastarsim_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"renewbot/yeastar/yeastarsim"
)

func TestPayAndCancel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.QueueOrderStatus(yeastarsim.StatusPending, yeastarsim.StatusPending)
	for range 3 {
		b.mustSucceed(b.save(tutorialBody))
	}
	orders := b.sim.Placed()
	before, _ := b.sim.Package("")

	if err := b.sim.Pay(orders[0].OrderNo); err != nil {
		t.Fatal(err)
	}
	paid, _ := b.sim.Order(orders[0].OrderNo)
	after, _ := b.sim.Package("")
	if paid.Status != yeastarsim.StatusSucceed || paid.TransactionNo == "" || !after.Expires.Equal(before.Expires.AddDate(1, 0, 0)) {
		t.Errorf("after paying: %+v, ends %s", paid, after.Expires)
	}
	if got := decode[map[string]row](b, b.get(getPath+paid.OrderNo))["orderInformation"]["orderStatus"]; got != "succeed" {
		t.Errorf("the details say %v", got)
	}

	if err := b.sim.Cancel(orders[1].OrderNo); err != nil {
		t.Fatal(err)
	}
	cancelled, _ := b.sim.Order(orders[1].ID)
	unmoved, _ := b.sim.Package("")
	if cancelled.Status != yeastarsim.StatusCancelled || cancelled.Applied || !unmoved.Expires.Equal(after.Expires) {
		t.Errorf("after cancelling: %+v, ends %s", cancelled, unmoved.Expires)
	}

	for _, o := range orders {
		if err := b.sim.Pay(o.OrderNo); !errors.Is(err, yeastarsim.ErrNotPending) {
			t.Errorf("paying %s again: %v", o.OrderNo, err)
		}
		if err := b.sim.Cancel(o.OrderNo); !errors.Is(err, yeastarsim.ErrNotPending) {
			t.Errorf("cancelling %s again: %v", o.OrderNo, err)
		}
	}
	if err := b.sim.Pay("XS1"); !errors.Is(err, yeastarsim.ErrNoOrder) {
		t.Errorf("paying nothing: %v", err)
	}
}

func TestSetOrderStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.QueueOrderStatus(yeastarsim.StatusConfirming)
	b.mustSucceed(b.save(tutorialBody))
	no := b.sim.Placed()[0].OrderNo
	before, _ := b.sim.Package("")
	for _, status := range []string{yeastarsim.StatusSucceed, yeastarsim.StatusRefunded, yeastarsim.StatusSucceed} {
		if err := b.sim.SetOrderStatus(no, status); err != nil {
			t.Fatal(err)
		}
	}
	after, _ := b.sim.Package("")
	if want := before.Expires.AddDate(1, 0, 0); !after.Expires.Equal(want) {
		t.Errorf("the package ends %s, want one year more: %s", after.Expires, want)
	}
	if err := b.sim.SetOrderStatus("XS1", "succeed"); !errors.Is(err, yeastarsim.ErrNoOrder) {
		t.Errorf("no such order: %v", err)
	}
}

func TestOrderMadeInThePortal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.sim.AddOrder(yeastarsim.Order{ProductID: 14, ProductNo: yeastarsim.TutorialAccountID, BillingID: yeastarsim.TutorialBillingContactID, PONumber: "by hand"})
	b.mustSucceed(b.save(tutorialBody))
	if got := len(b.sim.Placed()); got != 1 {
		t.Errorf("%d orders through the API, want 1", got)
	}
	detail := decode[map[string]row](b, b.get(getPath+o.OrderNo))
	if got := detail["orderInformation"]; got["poNumber"] != "by hand" || got["orderStatus"] != "succeed" {
		t.Errorf("unexpected details: %v", got)
	}
	if b.sim.Placed()[0].OrderNo == o.OrderNo {
		t.Error("two orders have one number")
	}
}

func TestPortalView(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustSucceed(b.save(tutorialBody))
	p := b.sim.Portal()
	if !p.Time.Equal(start) || p.Account.ID != yeastarsim.TutorialAccountID || len(p.Customers) == 0 || len(p.BillingContacts) == 0 || len(p.Products) == 0 {
		t.Errorf("something is missing: %+v", p)
	}
	if got := string(p.Orders[0].Raw); got != tutorialBody {
		t.Errorf("the newest order's request: %s", got)
	}
	if _, err := json.Marshal(p); err != nil {
		t.Errorf("as JSON: %v", err)
	}

	// What a reader does to a view stays in the view.
	p.Orders[0].Lines[0].Quantity = 1
	p.Orders[0].Raw[0] = 'x'
	p.Customers[0].Company = "x"
	p.Products[0].Plans[0].Name = "x"
	fresh := b.sim.Portal()
	if fresh.Orders[0].Lines[0].Quantity != 100 || fresh.Orders[0].Raw[0] != '{' || fresh.Customers[0].Company == "x" || fresh.Products[0].Plans[0].Name == "x" {
		t.Error("a change to a view changed the server")
	}
}

func TestPackagesOfHolders(t *testing.T) {
	t.Parallel()
	s := yeastarsim.New()
	numbers := make(map[string]bool)
	for _, p := range s.Packages() {
		if p.ProductID != yeastarsim.Turnkey {
			continue
		}
		if len(p.ProductNo) != 19 || numbers[p.ProductNo] || p.ProductNo == p.PartnerID || p.Extensions < 1 {
			t.Errorf("unbelievable package: %+v", p)
		}
		numbers[p.ProductNo] = true
	}
	own, _ := s.Package("")
	if own.Extensions != 100 || own.PlanID != yeastarsim.TutorialPlanID {
		t.Errorf("own package: %+v", own)
	}
	if _, ok := s.Package(yeastarsim.ProspectID); ok {
		t.Error("the prospect has a package")
	}
	if p, _ := s.Package(yeastarsim.NorthwindID); len(p.Services) != 3 {
		t.Errorf("Northwind's services: %v", p.Services)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	changes, stop := b.sim.Subscribe()
	wait := func(what string) {
		t.Helper()
		select {
		case <-changes:
		case <-t.Context().Done():
			t.Fatalf("no change after %s", what)
		}
	}
	b.sim.SetExtensions("", 101)
	wait("SetExtensions")
	b.sim.QueueOrderStatus(yeastarsim.StatusPending)
	if _, err := b.do(t.Context(), "POST", savePath, b.edited("100", "101"), nil); err != nil {
		t.Fatal(err)
	}
	wait("an order")
	for len(changes) > 0 {
		<-changes
	}
	stop()
	b.sim.SetExtensions("", 102)
	select {
	case <-changes:
		t.Error("a change after the subscription ended")
	default:
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := b.sim.WaitOrders(late, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline", err)
	}
	got := make(chan int, 1)
	go func() {
		orders, err := b.sim.WaitOrders(t.Context(), 2)
		if err != nil {
			t.Error(err)
		}
		got <- len(orders)
	}()
	b.mustSucceed(b.save(tutorialBody))
	b.mustSucceed(b.save(tutorialBody))
	if n := <-got; n != 2 {
		t.Errorf("%d orders, want 2", n)
	}
	if err := b.sim.WaitCalls(t.Context(), yeastarsim.OrderSave, 2); err != nil {
		t.Error(err)
	}
}
