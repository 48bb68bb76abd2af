package portal_test

import (
	"testing"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar/yeastarsim"
)

// stillWorld is a portal of many customers of which two are known.
func stillWorld(t *testing.T) (sim *yeastarsim.Server, still func(key string) bool, calls func() (one, list int)) {
	t.Helper()
	sim, p := setup(t, yeastarsim.WithCustomers(500))
	holders := map[string]renewal.Holder{}
	for _, key := range []string{yeastarsim.NorthwindID, yeastarsim.AcmeTelecomID} {
		holders[key], _ = p.Holder(t.Context(), "p-series-turnkey", key)
	}
	lists := sim.Calls(yeastarsim.PartnerList)
	still = func(key string) bool {
		t.Helper()
		there, err := p.Still(t.Context(), "p-series-turnkey", holders[key], lookup.Anew)
		if err != nil {
			t.Errorf("%s: %v", holders[key].Name, err)
		}
		return there
	}
	return sim, still, func() (int, int) {
		return sim.Calls(yeastarsim.SubordinateUser), sim.Calls(yeastarsim.PartnerList) - lists
	}
}

// One customer is asked about by their id; that they are gone is said by the list alone.
func TestOneCustomerIsAskedAboutAlone(t *testing.T) {
	t.Parallel()
	sim, still, calls := stillWorld(t)
	if !still(yeastarsim.NorthwindID) {
		t.Error("the customer is gone")
	}
	if one, list := calls(); one != 1 || list != 0 {
		t.Errorf("%d calls for one customer and %d for the list", one, list)
	}
	sim.RemoveCustomer(yeastarsim.NorthwindID)
	if still(yeastarsim.NorthwindID) {
		t.Error("a customer who was removed is there")
	}
	if one, list := calls(); one != 2 || list != 1 {
		t.Errorf("%d calls for one customer and %d for the list", one, list)
	}
}

// A vendor that knows no id there is not asked by it again, and the list decides.
func TestCustomerWhomOnlyTheListTells(t *testing.T) {
	t.Parallel()
	sim, still, calls := stillWorld(t)
	sim.Fault(yeastarsim.SubordinateUser, yeastarsim.Refuse("user_not_exist", "An e-mail address is wanted."))
	for _, key := range []string{yeastarsim.NorthwindID, yeastarsim.AcmeTelecomID, yeastarsim.NorthwindID} {
		if !still(key) {
			t.Errorf("the customer %s is gone", key)
		}
	}
	if one, list := calls(); one != 1 || list != 3 {
		t.Errorf("%d calls for one customer and %d for the list", one, list)
	}
}

// While one customer is asked about, the list answers for all others, and for those who are
// asked about soon after.
func TestManyCustomersShareTheList(t *testing.T) {
	t.Parallel()
	sim, still, calls := stillWorld(t)
	release := make(chan struct{})
	held := sim.Fault(yeastarsim.SubordinateUser, yeastarsim.Hold(release))
	first := make(chan bool)
	go func() { first <- still(yeastarsim.NorthwindID) }()
	if err := held.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if !still(yeastarsim.AcmeTelecomID) {
		t.Error("the second customer is gone")
	}
	close(release)
	if !<-first {
		t.Error("the first customer is gone")
	}
	if one, list := calls(); one != 1 || list != 1 {
		t.Errorf("%d calls for one customer and %d for the list", one, list)
	}
	if !still(yeastarsim.NorthwindID) {
		t.Error("the third customer is gone")
	}
	if one, list := calls(); one != 1 || list != 2 {
		t.Errorf("soon after: %d calls for one customer and %d for the list", one, list)
	}
}
