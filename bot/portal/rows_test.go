package portal_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// setup is a portal that offers all rows, before the simulated vendor.
func setup(t *testing.T, options ...yeastarsim.Option) (*yeastarsim.Server, *portal.Portal) {
	t.Helper()
	sim := yeastarsim.New(append(options, yeastarsim.WithSwitches(yeastarsim.Generous))...)
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	client, err := yeastar.New(yeastar.Config{
		BaseURL: sim.URL(), ClientID: sim.ClientID(), ClientSecret: sim.ClientSecret(), Rate: 1e6, Burst: 1e6,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := portal.New(portal.Options{
		Client: client, Products: yeastar.Products(), TTL: time.Hour, RepeatWithin: 300 * 24 * time.Hour, Now: time.Now,
		Orders: func(ctx context.Context, _ time.Time) ([]yeastar.OrderSummary, error) {
			page, err := client.NewestOrders(ctx, 1, 100)
			return page.Orders, err
		},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(func() { p.Close(context.Background()) })
	return sim, p
}

func TestHoldersFollowTheRow(t *testing.T) {
	t.Parallel()
	_, p := setup(t)
	for _, c := range []struct {
		product, key string
		want         renewal.Holder
	}{
		{"p-series-turnkey", "own", renewal.Holder{Name: portal.OwnName}},
		{"p-series-turnkey", yeastarsim.AcmeTelecomID, renewal.Holder{PartnerID: yeastarsim.AcmeTelecomID, Name: "Acme Telecom", Email: "renewals@acme.example"}},
		{"p-series-turnkey", yeastarsim.SoftwareSerial, renewal.Holder{}},
		{"p-series-software", "own", renewal.Holder{}},
		{"p-series-software", yeastarsim.AcmeTelecomID, renewal.Holder{}},
		{"p-series-software", yeastarsim.ApplianceSerial, renewal.Holder{}},
		{"p-series-software", yeastarsim.SoftwareSerial, renewal.Holder{
			SerialNumber: yeastarsim.SoftwareSerial, PartnerID: yeastarsim.AcmeTelecomID, Name: "Acme Telecom", Email: "renewals@acme.example",
		}},
		{"p-series-software", yeastarsim.SoftwareOrphanSerial, renewal.Holder{
			SerialNumber: yeastarsim.SoftwareOrphanSerial, PartnerID: yeastarsim.RemovedCustomerID, Name: "a customer whom the portal does not list",
		}},
		{"cloud-pbx", yeastarsim.CloudOurSerial, renewal.Holder{SerialNumber: yeastarsim.CloudOurSerial, Name: "Training"}},
	} {
		got, ok := p.Holder(t.Context(), c.product, c.key)
		got.Email = cmpEmail(got.Email, c.want.Email)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != (c.want.Name != "") {
			t.Errorf("%s of %s: %v (-want +got):\n%s", c.product, c.key, ok, diff)
		}
	}
	pbxs, err := p.Holders(t.Context(), "cloud-pbx", lookup.AnyAge)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"leeds": yeastarsim.CloudSerial, "acme": yeastarsim.CloudSerial, "3661c2": yeastarsim.CloudSerial, "training": yeastarsim.CloudOurSerial,
		"3661-C20B-7719": yeastarsim.CloudSerial, "SN 3661C20B7719": yeastarsim.CloudSerial, "S/N:3661": "",
		"zolw": yeastarsim.CloudMonthlySerial, "3661": "", "3661c20b7718": "",
	} {
		if h, ok := pbxs.Only(query); h.SerialNumber != want || ok != (want != "") {
			t.Errorf("only(%q) = %q, %v; want %q", query, h.SerialNumber, ok, want)
		}
		if found, more := pbxs.Search(query, 1); want != "" && (len(found) != 1 || found[0].SerialNumber != want || more != pbxs.Matches(query)-1) {
			t.Errorf("search(%q) = %+v and %d more; want %q", query, found, more, want)
		}
	}
}

// cmpEmail takes any address for one that is wanted: the simulator makes them up.
func cmpEmail(got, want string) string {
	if got != "" && want != "" {
		return want
	}
	return got
}

func TestFindPBX(t *testing.T) {
	t.Parallel()
	_, p := setup(t)
	for query, want := range map[string]string{
		"3631E3418911": "p-series-appliance-plan", "3631e34": "p-series-appliance-plan", " 3631E3418911 ": "p-series-appliance-plan",
		"3631 e341 8911": "p-series-appliance-plan", "SN: 3631-E341-8911": "p-series-appliance-plan", "3631-E341-8911": "p-series-appliance-plan",
		"SN:3631E3418911": "p-series-appliance-plan", "S/N3631E3418911": "p-series-appliance-plan", "s/n: 3631 e341 8911": "p-series-appliance-plan",
		"Serial number: 3631E3418911": "p-series-appliance-plan", "Serial No. 3631 E341 8911": "p-series-appliance-plan",
		"PBX #3631E3418911": "p-series-appliance-plan", "(3631E3418911)": "p-series-appliance-plan", "SN=3631E3418911": "p-series-appliance-plan",
		"3631/E341/8911": "p-series-appliance-plan", "3631_e341_8911": "p-series-appliance-plan", "serial": "", "pbx": "",
		"SN:3631E": "", "SN 363": "", "3661 C2": "cloud-pbx",
		"3661C2": "cloud-pbx", "3631E": "", "36 31": "", "3631E3418912": "", "363": "", "acme telecom": "", "acme": "", "": "",
	} {
		key, h, ok := p.FindPBX(t.Context(), query)
		if ok != (want != "") || (ok && (key != want || h.SerialNumber == "")) {
			t.Errorf("%q finds %q %v %v, want %q", query, key, h, ok, want)
		}
	}
}

// A line of a list names a holder without any doubt, as people write them down.
func TestExactly(t *testing.T) {
	t.Parallel()
	sim, p := setup(t, yeastarsim.WithCustomers(300))
	for i, name := range []string{"Zwei Brüder GmbH", "Zwei Bruder GmbH", "Customer 1"} {
		sim.AddCustomer(yeastarsim.Customer{PartnerID: "310041726510990000" + strconv.Itoa(i), Address: yeastarsim.Address{Company: name}, Email: "it@" + strconv.Itoa(i) + ".example"})
	}
	lower, _ := sim.Owned(yeastarsim.CloudPBX, yeastarsim.CloudSerial)
	lower.ProductNo = "3661e0000abc"
	sim.AddPackage(lower)
	for _, c := range []struct{ product, text, want, problem string }{
		{"cloud-pbx", "3661E-0000-ABC", "3661e0000abc", ""},
		{"cloud-pbx", "Serial number: 3661e0000abc", "3661e0000abc", ""},
		{"cloud-pbx", "3661c20b7719", yeastarsim.CloudSerial, ""},
		{"cloud-pbx", "SN 3661 C20B-7719", yeastarsim.CloudSerial, ""},
		{"cloud-pbx", "3661c2", "", "with the serial number"},
		{"p-series-turnkey", "Our own  ACCOUNT", "own", ""},
		{"p-series-turnkey", "zwei bruder gmbh", "", "2 customers are called"},
		{"p-series-turnkey", "IT@0.example", "3100417265109900000", ""},
		{"p-series-turnkey", "customer 1", "3100417265109900002", ""},
		{"p-series-turnkey", "Customer", "", "there is no customer"},
		{"p-series-turnkey", yeastarsim.CloudSerial, "", "there is no customer"},
	} {
		row, _ := yeastar.ProductByKey(c.product)
		h, problem, err := p.Exactly(t.Context(), row, c.text)
		if err != nil || !strings.Contains(problem, c.problem) || (problem == "") != (c.problem == "") || (c.problem == "" && h.Key() != c.want) {
			t.Errorf("%q is %q, problem %q, error %v; want %q, %q", c.text, h.Key(), problem, err, c.want, c.problem)
		}
	}
}

func TestProductsOfTheAccount(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	if got := len(p.Products()); got != len(yeastar.Products()) || len(p.Unlisted()) != 0 {
		t.Errorf("before the portal has told: %d products, and %v", got, p.Unlisted())
	}
	sim.RemoveProduct(yeastarsim.RemoteManagement)
	p.KeepWarm()
	for slices.ContainsFunc(p.Products(), func(row yeastar.Product) bool { return row.Key == "remote-management" }) {
		if t.Context().Err() != nil {
			t.Fatal("what the account does not have is offered")
		}
		_ = p.Prepare(t.Context(), "p-series-turnkey")
	}
	var want []string
	for _, sold := range sim.Products() {
		for _, a := range yeastar.Unlisted([]yeastar.AvailableProduct{{ID: sold.ID, Name: sold.Name}}) {
			want = append(want, a.Name)
		}
	}
	got := p.Unlisted()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("without a row (-want +got):\n%s", diff)
	}
}

// What can be ordered of a PBX is asked with its serial number, and of a white label is its
// own service alone.
func TestCatalogueFollowsTheRow(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	c, err := p.Catalogue(t.Context(), "p-series-appliance-plan", yeastarsim.ApplianceSerial, lookup.AnyAge)
	if err != nil || len(c.Plans) == 0 || len(c.Services) != 0 {
		t.Errorf("of an appliance: %+v, %v", c, err)
	}
	calls := sim.Calls(yeastarsim.PurchaseProductInfo)
	if c, err := p.Catalogue(t.Context(), "p-series-appliance-plan", "", lookup.AnyAge); err != nil || len(c.Plans) != 0 {
		t.Errorf("of no appliance: %+v, %v", c, err)
	}
	if _, err := p.Catalogue(t.Context(), "p-series-appliance-plan", yeastarsim.ApplianceSerial, lookup.AnyAge); err != nil {
		t.Error(err)
	}
	if n := sim.Calls(yeastarsim.PurchaseProductInfo); n != calls {
		t.Errorf("it was asked %d times more", n-calls)
	}
	for key, want := range map[string]string{"ycm-white-label": "YCM White Label", "pse-white-label": "PSE White Label"} {
		c, err := p.Catalogue(t.Context(), key, "", lookup.AnyAge)
		if err != nil || len(c.Plans) != 0 || len(c.Services) != 1 || c.Services[0].Name != want {
			t.Errorf("of %s: %+v, %v", key, c, err)
		}
	}
}

// offerOf is the renewal of what a holder has of a product.
func offerOf(t *testing.T, p *portal.Portal, product, key string, term int) (renewal.Offer, yeastar.Catalogue) {
	t.Helper()
	row, _ := yeastar.ProductByKey(product)
	h, ok := p.Holder(t.Context(), product, key)
	if !ok {
		t.Fatalf("%s has no holder %s", product, key)
	}
	c, err := p.Catalogue(t.Context(), product, h.SerialNumber, lookup.AnyAge)
	if err != nil {
		t.Fatal(err)
	}
	found, err := p.Package(t.Context(), product, h, "", lookup.AnyAge)
	if err != nil || found.ProductNo == "" {
		t.Fatalf("%s of %s: no package: %v", product, key, err)
	}
	o := renewal.Offer{Product: product, Term: row.Terms[term], Holder: h}
	if row.PlanLine {
		plan, _ := c.Plan(found.PlanID)
		o.Lines = append(o.Lines, renewal.Line{Type: yeastar.LinePlan, ID: plan.ID, Name: plan.Name, Quantity: found.Extensions})
	}
	for _, s := range found.Services {
		l := renewal.Line{Type: yeastar.LineService, ID: s.ID, Name: s.Name}
		if row.Quantity != yeastar.QuantityNone {
			l.Quantity = max(*s.Quantity, 1)
		}
		o.Lines = append(o.Lines, l)
	}
	return o, c
}

// What the portal tells of a package is for its row, and its price for the term it is for.
func TestPriceIsForItsTerm(t *testing.T) {
	t.Parallel()
	_, p := setup(t)
	const own = "own"
	for _, c := range []struct {
		product, key string
		term         int
		want         string
		cycle        string
		services     int
	}{
		{"p-series-software", yeastarsim.SoftwarePlainSerial, 0, "360.00 USD", yeastar.Annually, 0},
		{"p-series-software", yeastarsim.SoftwarePlainSerial, 2, "the portal says 360.00 USD for 40 extensions and 1 year", yeastar.Annually, 0},
		{"p-series-software", yeastarsim.SoftwareSerial, 0, "1180.00 USD", yeastar.Annually, 1},
		{"p-series-appliance-plan", yeastarsim.ApplianceSerial, 1, "the portal says 120.00 USD for 1 year", yeastar.Annually, 0},
		{"p-series-appliance-plan", yeastarsim.ApplianceMonthlySerial, 5, "5.00 USD", yeastar.Monthly, 0},
		{"cloud-pbx", yeastarsim.CloudMonthlySerial, 0, "the portal says 18.75 USD for 15 extensions and 1 month", yeastar.Monthly, 0},
		{"p-series-turnkey", yeastarsim.NorthwindID, 0, "1550.00 USD", yeastar.Annually, 3}, // one of them is not counted
		{"remote-management", own, 0, "99.00 USD", yeastar.Annually, 0},
		{"ycm-white-label", own, 0, "500.00 USD", yeastar.Annually, 1},
		{"pse-white-label", yeastarsim.AcmeVoiceID, 0, "500.00 USD", yeastar.Annually, 1},
	} {
		o, catalogue := offerOf(t, p, c.product, c.key, c.term)
		facts, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{})
		if err != nil {
			t.Fatal(err)
		}
		if got := o.PriceTold(); got != c.want {
			t.Errorf("%s of %s for %s: %q, want %q", c.product, c.key, o.Term, got, c.want)
		}
		if facts.BillingCycle != c.cycle || len(facts.Services) != c.services || o.CurrentExpiry.IsZero() || facts.Owner != o.Holder.PartnerID {
			t.Errorf("%s of %s: facts %+v, expiry %v", c.product, c.key, facts, o.CurrentExpiry)
		}
		row, _ := yeastar.ProductByKey(c.product)
		if counted := row.Quantity == yeastar.QuantityCurrent; counted != (o.KnownQuantity != 0) || counted != (o.QuantitySource != "") {
			t.Errorf("%s: %d extensions, %s", c.product, o.KnownQuantity, o.QuantitySource)
		}
		wrong := o.Check(facts)
		if cycleWrong := wrong[renewal.FieldTerm] != ""; cycleWrong != (row.CycleKept && o.Term.BillingCycle != c.cycle) || (len(wrong) > 0 && !cycleWrong) {
			t.Errorf("%s of %s for %s is wrong: %v", c.product, c.key, o.Term, wrong)
		}
	}
	o, catalogue := offerOf(t, p, "p-series-appliance-plan", yeastarsim.ApplianceSwitchedSerial, 0)
	if facts, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{}); err != nil || facts.CurrentPlan != "Ultimate Plan" {
		t.Errorf("a downgrade that waits: %+v, %v", facts, err)
	}
}

// A price for other numbers than those of the order says for which, whatever else is in it.
func TestPriceIsForItsNumbers(t *testing.T) {
	t.Parallel()
	_, p := setup(t)
	for _, c := range []struct {
		name               string
		plan, counted, own int // the quantities asked for: extensions, and those of a counted and an uncounted service
		want               string
	}{
		{"as it is", 80, 20, 1, "1550.00 USD"},
		{"other extensions", 500, 20, 1, "the portal says 1550.00 USD for 80 extensions"},
		{"another number of a service", 80, 30, 1, "the portal says 1550.00 USD for 80 extensions and the services as they are now"},
		{"two of an uncounted service", 80, 20, 2, "the portal says 1550.00 USD for 80 extensions and the services as they are now"},
	} {
		o, catalogue := offerOf(t, p, "p-series-turnkey", yeastarsim.NorthwindID, 0)
		o.Lines[0].Quantity, o.Lines[1].Quantity, o.Lines[3].Quantity = c.plan, c.counted, c.own
		if _, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{}); err != nil {
			t.Fatal(err)
		}
		if got := o.PriceTold(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A holder is there as long as the portal has it: a PBX whose customer was removed, too.
func TestStillThere(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	orphan, _ := p.Holder(t.Context(), "p-series-software", yeastarsim.SoftwareOrphanSerial)
	gone, _ := p.Holder(t.Context(), "p-series-software", yeastarsim.SoftwareSerial)
	customer, _ := p.Holder(t.Context(), "p-series-turnkey", yeastarsim.NorthwindID)
	sim.RemovePackage(yeastarsim.Software, yeastarsim.SoftwareSerial)
	sim.RemoveCustomer(yeastarsim.NorthwindID)
	for _, c := range []struct {
		product string
		holder  renewal.Holder
		want    bool
	}{
		{"p-series-software", orphan, true}, {"p-series-software", gone, false},
		{"p-series-turnkey", customer, false}, {"p-series-turnkey", renewal.Holder{Name: portal.OwnName}, true},
	} {
		if got, err := p.Still(t.Context(), c.product, c.holder, lookup.Anew); got != c.want || err != nil {
			t.Errorf("%s of %s: %v, %v", c.product, c.holder.Called(), got, err)
		}
	}
	sim.Fault(yeastarsim.InstanceProductDetail, yeastarsim.Reset())
	if _, err := p.Still(t.Context(), "p-series-software", orphan, lookup.Anew); err == nil {
		t.Error("a look-up that fails says nothing")
	}
}

// A short number means nobody by their id: nearly every one has it somewhere.
func TestFitsByWordsAndNumbers(t *testing.T) {
	t.Parallel()
	h := renewal.Holder{Name: "Müller & Söhne 5", Email: "it@mueller.example", SerialNumber: "3661C20B7719", PartnerID: "3100417265109827333"}
	for query, want := range map[string]bool{
		"": true, "muller": true, "sohne 5": true, "0": false, "17": false, "c20b": true, "3661 c20b 7719": true, "SN:3661-C20B": true, "827333": true, "acme": false,
		"Müller.": true, "sohne 5,": true,
	} {
		if got := portal.Fits(query)(h); got != want {
			t.Errorf("%q fits: %v", query, got)
		}
	}
	ours := renewal.Holder{Name: portal.OwnName}
	if !portal.Fits("Self")(ours) || !portal.Fits("self.")(ours) || portal.Fits("self")(h) || !portal.Fits("account")(ours) {
		t.Error("our own account is not called as everywhere else")
	}
}

// The current quantity of a service that only the answer about its renewal tells is compared
// with what is asked for.
func TestQuantityThatOnlyTheRenewalTells(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	sim.Switch(func(s *yeastarsim.Switches) { yeastarsim.Bare(s); s.CurrentQuantity, s.Owner = true, true })
	holder, _ := p.Holder(t.Context(), "p-series-turnkey", yeastarsim.NorthwindID)
	catalogue, err := p.Catalogue(t.Context(), "p-series-turnkey", "", lookup.AnyAge)
	if err != nil {
		t.Fatal(err)
	}
	o := renewal.Offer{Product: "p-series-turnkey", Holder: holder, Lines: []renewal.Line{
		{Type: yeastar.LineService, ID: yeastarsim.RecordingServiceID, Name: "Recording Minutes", Quantity: 1000},
	}}
	facts, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{})
	if err != nil {
		t.Fatal(err)
	}
	doubts := o.Doubts(facts, time.Now(), renewal.Policy{})
	if d := doubts[0]; d.Kind != renewal.DoubtQuantity || !d.Serious || d.Told != 10000 || d.Quantity != 1000 {
		t.Errorf("doubts: %+v", doubts)
	}
}

// A PBX is called and found by its customer's name also where the list tells nothing else of
// the customer.
func TestCustomerOfWhomOnlyTheNameIsTold(t *testing.T) {
	t.Parallel()
	_, p := setup(t, yeastarsim.WithNames(func(n *yeastarsim.Names) { n.OwnerID = "" }))
	pbxs, err := p.Holders(t.Context(), "cloud-pbx", lookup.AnyAge)
	if err != nil {
		t.Fatal(err)
	}
	want := renewal.Holder{SerialNumber: yeastarsim.CloudSerial, Name: "Acme Telecom Services"}
	if got, ok := pbxs.Only("acme telecom services"); !ok || got != want {
		t.Errorf("found %+v, want %+v", got, want)
	}
	if got, _ := pbxs.Get(yeastarsim.CloudSerial); got != want {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}

// The list is read again once a PBX's details tell another customer, so that choosing it again
// helps.
func TestPBXOfAnotherCustomerByNow(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	o, catalogue := offerOf(t, p, "cloud-pbx", yeastarsim.CloudSerial, 0)
	sim.UpdateOwned(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) { p.PartnerID = yeastarsim.NorthwindID })
	facts, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{Each: lookup.Anew, List: lookup.Anew})
	if err != nil || o.Check(facts)[renewal.FieldHolder] == "" {
		t.Fatalf("nothing is wrong with its customer: %+v, %v", facts, err)
	}
	for o.Holder.PartnerID != yeastarsim.NorthwindID {
		if t.Context().Err() != nil {
			t.Fatal("the list still tells the customer of before")
		}
		_ = p.Prepare(t.Context(), "cloud-pbx")
		o.Holder, _ = p.Holder(t.Context(), "cloud-pbx", yeastarsim.CloudSerial)
	}
}
