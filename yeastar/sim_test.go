package yeastar_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const turnkey = yeastarsim.Turnkey

// setup starts a simulated vendor below a base path and a client of it.
func setup(t *testing.T, opts ...yeastarsim.Option) (*yeastarsim.Server, *yeastar.Client) {
	t.Helper()
	sim := yeastarsim.New(append([]yeastarsim.Option{yeastarsim.WithBasePath("/sim/v9")}, opts...)...)
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, client(t, sim)
}

func client(t *testing.T, sim *yeastarsim.Server, change ...func(*yeastar.Config)) *yeastar.Client {
	t.Helper()
	cfg := yeastar.Config{
		BaseURL: sim.URL(), ClientID: sim.ClientID(), ClientSecret: sim.ClientSecret(), UserAgent: "OpenAPI",
		RetryInterval: time.Millisecond, Rate: 1e6, Burst: 1e6,
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := yeastar.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// switches are the answers that the vendor's pages leave open.
var switches = []struct {
	name   string
	change func(*yeastarsim.Switches)
}{
	{"as documented", func(*yeastarsim.Switches) {}},
	{"nothing that is not documented", yeastarsim.Bare},
	{"everything", yeastarsim.Generous},
	{"everything, expiry as a number", func(s *yeastarsim.Switches) { yeastarsim.Generous(s); s.ExpiryLayout = "" }},
	{"ids flipped", func(s *yeastarsim.Switches) { yeastarsim.Generous(s); s.FlipIDs = true }},
	{"lists in wrappers", func(s *yeastarsim.Switches) { s.Lists = yeastarsim.ListWrapper }},
	{"lists of one as objects", func(s *yeastarsim.Switches) { s.Lists = yeastarsim.ListObject }},
	{"seconds", func(s *yeastarsim.Switches) { yeastarsim.Generous(s); s.Seconds = true; s.ExpiryLayout = "" }},
	{"no status in the envelope", func(s *yeastarsim.Switches) { s.OmitStatus = true }},
	{"errors in the body", func(s *yeastarsim.Switches) { s.ErrorsInBody = true }},
	{"a new token ends the old", func(s *yeastarsim.Switches) { s.SingleToken = true }},
	{"short tokens", func(s *yeastarsim.Switches) { s.TokenLife = time.Minute }},
	{"small pages", func(s *yeastarsim.Switches) { s.MaxPageSize = 3 }},
	{"strict fields", func(s *yeastarsim.Switches) { s.RefuseUnknownFields = true }},
}

// TestEveryLookUpWithEverySwitch makes every look-up against each of them.
func TestEveryLookUpWithEverySwitch(t *testing.T) {
	t.Parallel()
	for _, sw := range switches {
		t.Run(sw.name, func(t *testing.T) {
			t.Parallel()
			var on yeastarsim.Switches
			sim, c := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { sw.change(s); on = *s }))
			ctx := t.Context()
			checkLists(ctx, t, sim, c)
			checkPackage(ctx, t, sim, c, on)
			checkOrders(ctx, t, sim, c, on)
		})
	}
}

func checkLists(ctx context.Context, t *testing.T, sim *yeastarsim.Server, c *yeastar.Client) {
	t.Helper()
	products, err := c.AvailableProducts(ctx)
	if err != nil || len(products) != len(sim.Products()) {
		t.Errorf("AvailableProducts = %v, %v", products, err)
	}
	var wantCustomers []yeastar.Customer
	for _, u := range sim.Customers() {
		wantCustomers = append(wantCustomers, yeastar.Customer{
			ID: yeastar.ID(u.PartnerID), Company: u.Company, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName,
			Country: u.Country, City: u.City, UserType: "Enduser",
		})
	}
	customers, err := c.Customers(ctx)
	if diff := cmp.Diff(wantCustomers, customers); err != nil || diff != "" {
		t.Errorf("Customers: %v (-want +got):\n%s", err, diff)
	}
	for _, key := range []string{wantCustomers[0].Email, string(wantCustomers[0].ID)} {
		one, err := c.Customer(ctx, key)
		if diff := cmp.Diff(wantCustomers[0], one); err != nil || diff != "" {
			t.Errorf("Customer(%s): %v (-want +got):\n%s", key, err, diff)
		}
	}
	if _, err := c.Customer(ctx, "nobody@example.org"); yeastar.ClassOf(err) != yeastar.ClassRefused {
		t.Errorf("Customer(nobody) = %v; want refused", err)
	}
	var wantContacts []yeastar.BillingContact
	for _, b := range sim.BillingContacts() {
		wantContacts = append(wantContacts, yeastar.BillingContact{
			ID: yeastar.ID(b.ID), Company: b.Company, Email: b.EmailAddress, FirstName: b.FirstName, LastName: b.LastName})
	}
	contacts, err := c.BillingContacts(ctx)
	if diff := cmp.Diff(wantContacts, contacts); err != nil || diff != "" {
		t.Errorf("BillingContacts: %v (-want +got):\n%s", err, diff)
	}
}

func checkPackage(ctx context.Context, t *testing.T, sim *yeastarsim.Server, c *yeastar.Client, on yeastarsim.Switches) {
	t.Helper()
	cat, err := c.Catalogue(ctx, turnkey, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, ok := cat.Plan(yeastarsim.TutorialPlanID)
	if !ok || plan.Name == "" || plan.PricingID == "" || cat.OfferingID == "" || len(cat.Services) != 3 {
		t.Errorf("catalogue %+v", cat)
	}
	owned, err := c.OwnedProducts(ctx, turnkey)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, p := range sim.Packages() {
		if p.ProductID == turnkey {
			want = append(want, p.ProductNo)
		}
	}
	for _, o := range owned {
		got = append(got, o.ProductNo)
	}
	if sortedDiff := cmp.Diff(asSet(want), asSet(got)); sortedDiff != "" || len(want) != len(got) {
		t.Errorf("owned products (-want +got):\n%s", sortedDiff)
	}

	pkg, _ := sim.Package(yeastarsim.NorthwindID)
	detail, err := c.OwnedProduct(ctx, turnkey, pkg.ProductNo)
	if err != nil || detail.ProductNo != pkg.ProductNo || detail.ActivationStatus != "activated" || detail.CreateTime.Unix() != pkg.Created.Unix() {
		t.Errorf("OwnedProduct = %+v, %v", detail, err)
	}
	info, err := c.RenewPlanInfo(ctx, plan.PricingID, turnkey, pkg.ProductNo)
	if err != nil {
		t.Fatal(err)
	}
	service, _ := cat.Service(yeastarsim.RecordingServiceID)
	serviceInfo, err := c.RenewServiceInfo(ctx, service.PricingID, turnkey, pkg.ProductNo)
	if err != nil {
		t.Fatal(err)
	}
	if on.CurrentQuantity {
		if *detail.Extensions != 80 || *info.Quantity != 80 || *serviceInfo.Quantity != 10000 {
			t.Errorf("quantities: %v %v %v", *detail.Extensions, *info.Quantity, *serviceInfo.Quantity)
		}
	} else if detail.Extensions != nil || info.Quantity != nil || serviceInfo.Quantity != nil {
		t.Error("a quantity out of nothing")
	}
	if on.Expiry != (detail.Expiry.Unix() == pkg.Expires.Unix()) || on.Expiry != (info.Expiry.Unix() == pkg.Expires.Unix()) {
		t.Errorf("expiry %s and %s; want %s: %v", detail.Expiry, info.Expiry, pkg.Expires, on.Expiry)
	}
	if on.Owner != (detail.HolderID == yeastarsim.NorthwindID) {
		t.Errorf("holder %q", detail.HolderID)
	}
	if on.PackagePlan != (detail.PlanID == yeastarsim.TutorialPlanID && len(detail.Services) == 3) {
		t.Errorf("plan %q and services %v", detail.PlanID, detail.Services)
	}
	if on.Price != (info.Price != nil && info.Price.Amount.IsPositive() && info.Price.Currency == "USD") {
		t.Errorf("price %v", info.Price)
	}
}

func asSet(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}

func checkOrders(ctx context.Context, t *testing.T, sim *yeastarsim.Server, c *yeastar.Client, on yeastarsim.Switches) {
	t.Helper()
	order := tutorialOrder(t)
	order.PartnerID, order.PONumber = yeastarsim.NorthwindID, "RNW-000123"
	order.Lines[0].Quantity = 80
	order.Lines = append(order.Lines,
		yeastar.OrderLine{ServiceType: yeastar.LineService, ServiceID: yeastarsim.UltimateServiceID, Quantity: 20},
		yeastar.OrderLine{ServiceType: yeastar.LineService, ServiceID: yeastarsim.RecordingServiceID, Quantity: 10000},
		yeastar.OrderLine{ServiceType: yeastar.LineService, ServiceID: yeastarsim.HighAvailabilityServiceID, Quantity: 1})
	result, err := c.PlaceOrder(ctx, mustBody(t, order))
	if err != nil {
		t.Fatal(err)
	}
	placed, ok := sim.Order(result.OrderNo)
	if !ok || result.OrderStatus != yeastar.OrderSucceed || result.OrderID != yeastar.ID(placed.ID) || result.TransactionNo != placed.TransactionNo ||
		result.ProductNo != yeastar.ID(placed.ProductNo) || len(result.RequestID) != 32 {
		t.Errorf("result %+v; placed %+v", result, placed)
	}

	all := map[string]yeastar.OrderSummary{}
	for page := 1; ; page++ {
		p, err := c.Orders(ctx, page, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			all[o.OrderNo] = o
		}
		if p.Total != len(sim.Orders()) {
			t.Fatalf("total %d; want %d", p.Total, len(sim.Orders()))
		}
		if page >= p.TotalPages {
			break
		}
	}
	found := all[result.OrderNo]
	if len(all) != len(sim.Orders()) || found.ID != result.OrderID || found.CreateTime.Unix() != placed.CreateTime.Unix() || found.Currency != "USD" {
		t.Errorf("%d orders; found %+v", len(all), found)
	}
	if on.EchoPONumber != (found.PONumber == "RNW-000123") || on.PONumberAsReference != (found.CustomReferenceNo == "RNW-000123") {
		t.Errorf("PO number %q, reference %q", found.PONumber, found.CustomReferenceNo)
	}
	newest, err := c.NewestOrders(ctx, 1, 1)
	if err != nil || len(newest.Orders) != 1 || newest.Orders[0].OrderNo != result.OrderNo {
		t.Errorf("NewestOrders = %+v, %v", newest, err)
	}
	for _, key := range []string{result.OrderNo, string(result.OrderID)} {
		d, err := c.Order(ctx, key)
		if err != nil || d.ProductID != "14" || d.ProductNo != placed.ProductNo {
			t.Errorf("Order(%s) = %+v, %v", key, d, err)
		}
		if on.OrderInformation != (d.OrderNo == result.OrderNo && d.OrderStatus == result.OrderStatus && d.BillingID == yeastarsim.TutorialBillingContactID) ||
			on.OrderInformation != (d.ID != "" && !d.CreateTime.IsZero()) {
			t.Errorf("Order(%s) = %+v", key, d)
		}
		if on.OrderLines != (len(d.Lines) == 4 && d.Quantity != nil && *d.Quantity == 80) {
			t.Errorf("lines %+v", d.Lines)
		}
		if on.Owner != (d.PartnerID == yeastarsim.NorthwindID) || on.Price != (d.Price != nil && d.Price.Amount.IsPositive()) {
			t.Errorf("partner %q, price %v", d.PartnerID, d.Price)
		}
	}
	if _, err := c.Order(ctx, "XS0000000000000000000"); yeastar.ClassOf(err) != yeastar.ClassRefused {
		t.Errorf("an unknown order: %v", err)
	}
}

func tutorialOrder(t *testing.T) yeastar.Order {
	t.Helper()
	p, ok := yeastar.ProductByKey("p-series-turnkey")
	if !ok {
		t.Fatal("no P-Series Turnkey Package")
	}
	return yeastar.Order{
		Product: p, BillingID: yeastarsim.TutorialBillingContactID, Term: p.Terms[0],
		Lines: []yeastar.OrderLine{{ServiceType: yeastar.LinePlan, ServiceID: yeastarsim.TutorialPlanID, Quantity: 100}},
	}
}

func mustBody(t *testing.T, o yeastar.Order) json.RawMessage {
	t.Helper()
	body, err := o.Body()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestTutorialOrderArrives compares what the vendor got with the tutorial's request.
// TestOrderFaults strikes the order with every fault, before and after its effect.
// TestLookUpsSurviveFaults strikes each endpoint once with what passes, and with what
// does not pass.
func TestLookUpsSurviveFaults(t *testing.T) {
	t.Parallel()
	lookUps := map[yeastarsim.Endpoint]func(context.Context, *yeastar.Client) error{
		yeastarsim.Token:              func(ctx context.Context, c *yeastar.Client) error { return c.Login(ctx) },
		yeastarsim.ProductList:        func(ctx context.Context, c *yeastar.Client) error { _, err := c.AvailableProducts(ctx); return err },
		yeastarsim.BillingContactList: func(ctx context.Context, c *yeastar.Client) error { _, err := c.BillingContacts(ctx); return err },
		yeastarsim.PartnerList:        func(ctx context.Context, c *yeastar.Client) error { _, err := c.Customers(ctx); return err },
		yeastarsim.PurchaseProductInfo: func(ctx context.Context, c *yeastar.Client) error {
			_, err := c.Catalogue(ctx, turnkey, "")
			return err
		},
		yeastarsim.InstanceProductList: func(ctx context.Context, c *yeastar.Client) error {
			_, err := c.OwnedProducts(ctx, turnkey)
			return err
		},
		yeastarsim.OrderPage: func(ctx context.Context, c *yeastar.Client) error { _, err := c.Orders(ctx, 1, 25); return err },
	}
	faults := []struct {
		name  string
		fault yeastarsim.Fault
		want  yeastar.Class // empty: it works in the end
	}{
		{"reset", yeastarsim.Reset().Times(2), ""},
		{"500", yeastarsim.HTTPError(500).Times(2), ""},
		{"503", yeastarsim.HTTPError(503).Times(1), ""},
		{"429", yeastarsim.TooMany(0).Times(2), ""},
		{"401", yeastarsim.Unauthorized().Times(1), ""},
		{"401 in the body", yeastarsim.Unauthorized().Status(200, 401).Times(1), ""},
		{"500 for ever", yeastarsim.HTTPError(500), yeastar.ClassUnknown},
		{"401 for ever", yeastarsim.Unauthorized(), yeastar.ClassAuth},
		{"refused", yeastarsim.Refuse("no", "No."), yeastar.ClassRefused},
		{"web page", yeastarsim.HTMLPage(), yeastar.ClassUnknown},
		{"empty", yeastarsim.EmptyBody(), yeastar.ClassUnknown},
		{"broken JSON", yeastarsim.BrokenJSON().After(), yeastar.ClassUnknown},
	}
	for endpoint, do := range lookUps {
		for _, f := range faults {
			want := f.want
			if endpoint == yeastarsim.Token && strings.HasPrefix(f.name, "401") {
				want = yeastar.ClassAuth // the credentials are wrong: asking again would not help
			}
			t.Run(string(endpoint)+" "+f.name, func(t *testing.T) {
				t.Parallel()
				sim, c := setup(t)
				sim.Fault(endpoint, f.fault)
				err := do(t.Context(), c)
				switch {
				case want == "" && err != nil:
					t.Error(err)
				case want != "" && (err == nil || yeastar.ClassOf(err) != want):
					t.Errorf("error %v; want class %s", err, want)
				}
			})
		}
	}
}

// TestRevokedTokenIsReplaced has all tokens ended by the vendor.
func TestManyCustomers(t *testing.T) {
	t.Parallel()
	_, c := setup(t, yeastarsim.WithCustomers(5000), yeastarsim.WithPBXs(5000), yeastarsim.WithSwitches(yeastarsim.Generous))
	customers, err := c.Customers(t.Context())
	if err != nil || len(customers) != 5000 {
		t.Errorf("%d customers, %v", len(customers), err)
	}
	owned, err := c.OwnedProducts(t.Context(), turnkey)
	if err != nil || len(owned) < 4000 {
		t.Errorf("%d owned products, %v", len(owned), err)
	}
	pbxs := 0
	for _, id := range []int{yeastarsim.Appliance, yeastarsim.Software, yeastarsim.CloudPBX} {
		owned, err := c.OwnedProducts(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		pbxs += len(owned)
	}
	if pbxs < 5000 {
		t.Errorf("%d PBXs", pbxs)
	}
}

// TestMappedFieldsAreFound runs the check of an operator over the vendor's answers.
func TestMappedFieldsAreFound(t *testing.T) {
	t.Parallel()
	_, c := setup(t, yeastarsim.WithSwitches(yeastarsim.Generous))
	cat, err := c.Catalogue(t.Context(), turnkey, "")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range yeastar.Survey("purchase_product_info", cat.Raw) {
		if len(f.Paths) > 0 {
			got[f.Name] = f.Paths[0].Path
		}
	}
	want := map[string]string{
		"OfferingID": "offeringId", "Plan.ID": "planId", "Plan.Name": "planName", "Plan.PricingID": "pricingPlanId",
		"Service.ID": "serviceId", "Service.Name": "serviceName", "Service.PricingID": "pricingServiceId",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}
