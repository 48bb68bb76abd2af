package yeastarsim_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

func TestAPortalIsSavedAndRestored(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithCustomers(20))
	b.sim.Switch(func(s *yeastarsim.Switches) { s.Price, s.OrderStatus = true, yeastarsim.StatusPending })
	b.mustSucceed(b.save(tutorialBody))
	first := b.sim.Placed()[0]
	b.sim.QueueOrderStatus(yeastarsim.StatusSucceed, yeastarsim.StatusFailed)
	b.mustSucceed(b.save(tutorialBody))
	b.sim.AddCustomer(yeastarsim.Customer{PartnerID: "31", AccountID: "32", Email: "new@example.org"})
	b.sim.RemoveBillingContact("3197218168379846477")

	saved, err := b.sim.Save()
	if err != nil {
		t.Fatal(err)
	}
	again := yeastarsim.New(yeastarsim.WithClock(b.clock.now))
	if err := again.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.sim.Portal(), again.Portal()); diff != "" {
		t.Errorf("the portal (-was +is):\n%s", diff)
	}
	if diff := cmp.Diff(b.sim.Switches(), again.Switches()); diff != "" {
		t.Errorf("the switches (-were +are):\n%s", diff)
	}
	if o, _ := again.Order(first.OrderNo); !bytes.Equal(o.Raw, []byte(tutorialBody)) {
		t.Errorf("the order was sent as %s", o.Raw)
	}
	twice, err := again.Save()
	if err != nil || !bytes.Equal(saved, twice) {
		t.Errorf("saved again it is something else (%v)", err)
	}

	// Life goes on where it was: numbers, queued statuses, the pending order.
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	old := b.sim
	b.sim = again
	b.token = b.login()
	r := b.save(tutorialBody)
	b.mustSucceed(r)
	if got := decode[struct{ OrderNo, OrderStatus string }](b, r.env.Result); got.OrderStatus != yeastarsim.StatusFailed {
		t.Errorf("the next order is %+v", got)
	} else if _, taken := old.Order(got.OrderNo); taken {
		t.Errorf("the number %s is given again", got.OrderNo)
	}
	if err := again.Pay(first.OrderNo); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeRestored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good, err := b.sim.Save()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Restore(good); err == nil {
		t.Error("a portal that was started is replaced")
	}
	fresh := yeastarsim.New(yeastarsim.WithClock(b.clock.now))
	before := fresh.Portal()
	for _, data := range []string{"", "{", `{"Version":99}`, `{"Version":1,"Orders":[{"Sent":7}]}`} {
		if err := fresh.Restore([]byte(data)); err == nil {
			t.Errorf("%s is restored", data)
		}
	}
	if diff := cmp.Diff(before, fresh.Portal()); diff != "" {
		t.Errorf("the portal (-was +is):\n%s", diff)
	}
}

func TestSecretsAreNotSaved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	saved, err := b.sim.Save()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{b.token, b.sim.ClientSecret(), b.sim.ClientID()} {
		if bytes.Contains(saved, []byte(secret)) {
			t.Errorf("%.12s… is saved", secret)
		}
	}
}

func TestTheNewestIsLookedAtCheaply(t *testing.T) {
	t.Parallel()
	const kept = 8
	b := setup(t, yeastarsim.WithJournal(kept))
	for range 3 * kept {
		b.get(prodPath)
		b.mustSucceed(b.save(tutorialBody))
		b.clock.advance(time.Second)
	}
	calls := b.sim.RecentCalls(2)
	if len(calls) != 2 || calls[0].Endpoint != yeastarsim.OrderSave || calls[1].Endpoint != yeastarsim.ProductList || calls[0].Seq != calls[1].Seq+1 {
		t.Errorf("the last calls are %+v", calls)
	}
	if calls[0].Seq != b.sim.Calls(yeastarsim.AnyEndpoint) || !calls[0].Done || calls[0].Status != http.StatusOK {
		t.Errorf("the last call is %+v", calls[0])
	}
	if n := len(b.sim.Journal()); n > kept || len(b.sim.RecentCalls(1000)) != n {
		t.Errorf("the journal has %d calls", n)
	}
	requests := b.sim.OrderRequests()
	if n := len(requests); n > kept || requests[n-1].OrderNo == "" || string(requests[n-1].Body) != tutorialBody {
		t.Errorf("%d order requests are kept", n)
	}
	orders := b.sim.RecentOrders(3)
	if all := b.sim.Portal().Orders; len(orders) != 3 || len(all) < 3*kept || cmp.Diff(all[:3], orders) != "" {
		t.Errorf("the last orders are %+v", orders)
	}
	if n := b.sim.CustomerCount(); n != len(b.sim.Customers()) || n == 0 {
		t.Errorf("there are %d customers", n)
	}
	if !strings.Contains(string(orders[0].Raw), "renew_plan") {
		t.Errorf("the newest order was sent as %s", orders[0].Raw)
	}
}
