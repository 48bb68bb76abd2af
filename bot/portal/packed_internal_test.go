package portal

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar"
)

// What is kept of a list is what the list told, and what packages have in common is kept once.
func TestPackedPackages(t *testing.T) {
	t.Parallel()
	five, six := 5, 6
	services := func(n *int) []yeastar.OwnedService {
		return []yeastar.OwnedService{{ID: "7", Name: "Call recording", Quantity: n}, {ID: "8"}}
	}
	all := []Package{
		{ProductNo: "1", Owner: "1", Extensions: 50, Expiry: time.Date(2027, 2, 3, 4, 5, 6, 7, time.UTC), PlanID: "3", PlanName: "Ultimate"},
		{ProductNo: "3631E3418911", Owner: "31001", PlanID: "3", PlanName: "Ultimate"},
		{ProductNo: "3631E3418912", Expiry: time.Date(2286, 1, 1, 0, 0, 0, 0, time.UTC), Services: services(&five)},
		{ProductNo: "3631E3418913", Services: services(&five)},
		{ProductNo: "3631E3418914", Services: services(&six)},
		{ProductNo: "3631E3418915", Services: services(nil)},
		{ProductNo: "3631E3418916", PlanID: "3", PlanName: "Ultimate", CurrentPlan: "Basic", BillingCycle: yeastar.Monthly},
		{ProductNo: "3631E3418917", PlanID: "3 Ultimate"},
	}
	var reading packing
	for _, o := range all {
		reading.add(o)
	}
	list := reading.packed()
	if diff := cmp.Diff(all, slices.Collect(list.each)); diff != "" {
		t.Errorf("what the list told (-want +got):\n%s", diff)
	}
	if want := 6; len(list.kinds) != want || !list.told {
		t.Errorf("it is kept as %d kinds, told %v; want %d, true", len(list.kinds), list.told, want)
	}
	var ours packing
	ours.add(Package{ProductNo: "3631E3418911"})
	if list := ours.packed(); list.told {
		t.Error("a package without a customer tells whose it is")
	}
}
