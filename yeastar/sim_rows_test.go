package yeastar_test

import (
	"testing"

	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// TestEveryRowIsTakenByTheVendor orders from the packages that the portal itself tells, of
// every row and for every holder who has one.
func TestEveryRowIsTakenByTheVendor(t *testing.T) {
	t.Parallel()
	for _, row := range yeastar.Products() {
		t.Run(row.Key, func(t *testing.T) {
			t.Parallel()
			sim, c := setup(t, yeastarsim.WithSwitches(yeastarsim.Generous))
			available, err := c.AvailableProducts(t.Context())
			if err != nil || !yeastar.Has(available, row) {
				t.Fatalf("the account has %v, %v", available, err)
			}
			owned, err := c.OwnedProducts(t.Context(), row.ID)
			if err != nil {
				t.Fatal(err)
			}
			placed := 0
			for _, o := range owned {
				order, ok := orderFor(t, c, row, o)
				if !ok {
					continue // another white label, or a cycle that the row has not
				}
				if row.Key == "p-series-turnkey" && placed > 3 {
					break // enough of the customers
				}
				if _, err := c.PlaceOrder(t.Context(), mustBody(t, order)); err != nil {
					t.Errorf("%s: %v\n%s", o.ProductNo, err, mustBody(t, order))
					continue
				}
				placed++
			}
			if placed == 0 || len(sim.Placed()) != placed {
				t.Errorf("%d orders were taken, and the portal has %d", placed, len(sim.Placed()))
			}
		})
	}
}

// orderFor is the renewal of a package as the list of packages tells it.
func orderFor(t *testing.T, c *yeastar.Client, row yeastar.Product, o yeastar.OwnedProduct) (yeastar.Order, bool) {
	t.Helper()
	number := ""
	if row.Holder == yeastar.BySerial {
		number = o.ProductNo
	}
	offered, err := c.Catalogue(t.Context(), row.ID, number)
	if err != nil {
		t.Fatal(err)
	}
	offered = row.Catalogue(offered)
	order := yeastar.Order{Product: row, BillingID: yeastarsim.TutorialBillingContactID, Term: row.Terms[0]}
	if row.Holder == yeastar.BySerial {
		order.ProductNo = o.ProductNo
	} else {
		order.PartnerID = o.HolderID
	}
	if row.CycleKept && order.Term.BillingCycle != o.BillingCycle {
		for _, term := range row.Terms {
			if term.BillingCycle == o.BillingCycle {
				order.Term = term
			}
		}
	}
	if row.PlanLine {
		l := yeastar.OrderLine{ServiceType: yeastar.LinePlan, ServiceID: o.PlanID}
		if row.Quantity == yeastar.QuantityCurrent {
			l.Quantity = *o.Extensions
		}
		order.Lines = append(order.Lines, l)
	}
	for _, s := range o.Services {
		if _, ok := offered.Service(s.ID); !ok {
			continue
		}
		l := yeastar.OrderLine{ServiceType: yeastar.LineService, ServiceID: s.ID}
		if row.Quantity == yeastar.QuantityCurrent {
			l.Quantity = max(*s.Quantity, 1)
		}
		order.Lines = append(order.Lines, l)
	}
	return order, len(order.Lines) > 0
}

// TestWhoseAPBXIs reads what a generous portal tells of PBXs: the customer's name, the cycle,
// a plan that is to change.
func TestWhoseAPBXIs(t *testing.T) {
	t.Parallel()
	_, c := setup(t, yeastarsim.WithSwitches(yeastarsim.Generous))
	type told struct {
		product         int
		no              string
		holder          yeastar.ID
		name, cycle     string
		downgradeWaits  bool
		autoRenewal     yeastar.AutoRenewal
		extensionsKnown bool
	}
	for _, want := range []told{
		{11, yeastarsim.ApplianceSerial, yeastarsim.NorthwindID, "Northwind Clinics", yeastar.Annually, false, yeastar.AutoRenewalOff, false},
		{11, yeastarsim.ApplianceMonthlySerial, "3100417265109827427", "Helios Hotels", yeastar.Monthly, false, yeastar.AutoRenewalOff, false},
		{11, yeastarsim.ApplianceOurSerial, "", "Sandhaven Communications", yeastar.Annually, false, yeastar.AutoRenewalOff, false},
		{11, yeastarsim.ApplianceSwitchedSerial, "3100417265109827403", "O'Brien <Voice> & *Data* Ltd", yeastar.Annually, true, yeastar.AutoRenewalOff, false},
		{12, yeastarsim.SoftwareOrphanSerial, yeastarsim.RemovedCustomerID, "", yeastar.Annually, false, yeastar.AutoRenewalOff, true},
		{13, yeastarsim.CloudMonthlySerial, "3100417265109827391", "Żółw Łączność Sp. z o.o.", yeastar.Monthly, false, yeastar.AutoRenewalOn, true},
	} {
		o, err := c.OwnedProduct(t.Context(), want.product, want.no)
		if err != nil {
			t.Errorf("%s: %v", want.no, err)
			continue
		}
		auto, _ := c.AutoRenewal(t.Context(), want.product, want.no)
		got := told{want.product, o.ProductNo, o.HolderID, o.HolderName, o.BillingCycle, o.CurrentPlan != "", auto, o.Extensions != nil}
		if got != want {
			t.Errorf("the portal tells %+v; want %+v", got, want)
		}
	}
}
