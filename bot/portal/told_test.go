package portal_test

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// What one answer tells of the number does not hide what another one tells, and a renewal whose
// plan costs nothing has no price, whatever its services cost.
func TestEachAnswerTellsItsOwn(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	sim.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) {
		for i := range p.Plans {
			p.Plans[i].UnitPrice = "0.00"
		}
	})
	for key, want := range map[string]string{yeastarsim.AcmeTelecomID: "", yeastarsim.NorthwindID: ""} {
		o, catalogue := offerOf(t, p, "p-series-turnkey", key, 0)
		facts, err := p.Enrich(t.Context(), &o, catalogue, portal.Ages{})
		if err != nil {
			t.Fatal(err)
		}
		if got := o.PriceTold(); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
		if plan, _ := o.Plan(); o.KnownQuantity == 0 || facts.Quantities[plan.ID] != o.KnownQuantity {
			t.Errorf("%s: the list tells %d, the renewal's answers %v", key, o.KnownQuantity, facts.Quantities)
		}
	}
}

// Two packages of one customer are nobody's to tell apart: people read how many may be meant.
func TestTwoPackagesOfOneCustomer(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	another, _ := sim.Package(yeastarsim.AcmeTelecomID)
	another.ProductNo, another.Extensions = "3076951120475309999", 60
	sim.AddPackage(another)
	holder, _ := p.Holder(t.Context(), "p-series-turnkey", yeastarsim.AcmeTelecomID)
	o := renewal.Offer{Product: "p-series-turnkey", Holder: holder, Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: yeastarsim.TutorialPlanID, Quantity: 50}}}
	facts, err := p.Enrich(t.Context(), &o, yeastar.Catalogue{}, portal.Ages{Each: lookup.Anew, List: lookup.Anew})
	if err != nil || facts.Among != 2 || o.KnownQuantity != 0 {
		t.Errorf("%d packages may be meant, and one has %d extensions, %v", facts.Among, o.KnownQuantity, err)
	}
}

// Both white labels of one account have its number: each is told by its own entry, and where nothing
// tells them apart, people read how many may be meant.
func TestWhiteLabelsOfOneAccount(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	ycm, pse := whiteLabels(t, sim)
	for key, want := range map[string]yeastarsim.Package{"ycm-white-label": ycm, "pse-white-label": pse} {
		holder, _ := p.Holder(t.Context(), key, yeastarsim.NorthwindID)
		o := renewal.Offer{Product: key, Holder: holder, Lines: []renewal.Line{{Type: yeastar.LineService, ID: yeastar.ID(want.Services[0].ServiceID)}}}
		facts, err := p.Enrich(t.Context(), &o, yeastar.Catalogue{}, portal.Ages{Each: lookup.Anew, List: lookup.Anew})
		if err != nil || facts.Among != 0 || !sameDay(o.CurrentExpiry, want.Expires) || len(facts.Services) != 1 || facts.AutoRenewal == yeastar.AutoRenewalOff {
			t.Errorf("%s ends %s, not %s: %+v, %v", key, o.CurrentExpiry, want.Expires, facts, err)
		}
		if ends, err := p.Ends(t.Context(), key, holder); err != nil || !sameDay(ends, want.Expires) {
			t.Errorf("%s ends %s, not %s: %v", key, ends, want.Expires, err)
		}
		if auto, err := p.AutoRenewal(t.Context(), key, want.ProductNo, lookup.Anew); err != nil || auto != yeastar.AutoRenewalUnknown {
			t.Errorf("%s: its auto-renewal is %q, %v", key, auto, err)
		}
	}
	sim.Switch(func(s *yeastarsim.Switches) { s.PackagePlan = false })
	holder, _ := p.Holder(t.Context(), "ycm-white-label", yeastarsim.NorthwindID)
	o := renewal.Offer{Product: "ycm-white-label", Holder: holder}
	if _, _, err := p.Listed(t.Context(), o.Product, lookup.Anew); err != nil {
		t.Fatal(err)
	}
	if facts, err := p.Enrich(t.Context(), &o, yeastar.Catalogue{}, portal.Ages{Each: lookup.Anew, List: lookup.Anew}); err != nil || facts.Among != 2 {
		t.Errorf("nothing tells them apart, and %d may be meant: %v", facts.Among, err)
	}
}

// whiteLabels gives a customer the PSE White Label beside their YCM White Label.
func whiteLabels(t *testing.T, sim *yeastarsim.Server) (ycm, pse yeastarsim.Package) {
	t.Helper()
	for _, p := range sim.Packages() {
		switch {
		case p.ProductID != yeastarsim.WhiteLabel:
		case p.PartnerID == yeastarsim.NorthwindID:
			ycm = p
		case p.PartnerID == yeastarsim.AcmeVoiceID:
			pse = p
		}
	}
	pse.ProductNo, pse.PartnerID, pse.Expires = ycm.ProductNo, ycm.PartnerID, ycm.Expires.AddDate(0, 2, 0)
	sim.AddPackage(pse)
	return ycm, pse
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// A customer who is new is called by their name at once: the list of PBXs is read more often than
// that of customers.
func TestPBXOfANewCustomer(t *testing.T) {
	t.Parallel()
	sim, p := setup(t, yeastarsim.WithNames(func(n *yeastarsim.Names) { n.OwnerCompany = "" }))
	if _, err := p.Holders(t.Context(), "p-series-turnkey", lookup.AnyAge); err != nil {
		t.Fatal(err)
	}
	const id = "3100417265109829999"
	sim.AddCustomer(yeastarsim.Customer{PartnerID: id, AccountID: "3076951120475309998", Address: yeastarsim.Address{Company: "Newly Ltd"}})
	sim.UpdateOwned(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) { p.PartnerID = id })
	pbxs, err := p.Holders(t.Context(), "cloud-pbx", lookup.Anew)
	if got, _ := pbxs.Get(yeastarsim.CloudSerial); err != nil || got.Name != "Newly Ltd" {
		t.Errorf("it is %+v, %v", got, err)
	}
}

// What is configured is that whether the account has it or not: whoever sets what help lists must
// lose nothing.
func TestConfiguredProductsThatAreNotSold(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	sim.RemoveProduct(yeastarsim.CloudPBX)
	if sold, err := p.Sold(t.Context(), "cloud-pbx", lookup.Anew); err != nil || sold {
		t.Fatalf("sold: %v, %v", sold, err)
	}
	if offered, all := len(p.Products()), len(p.Configured()); offered != len(yeastar.Products())-1 || all != len(yeastar.Products()) {
		t.Errorf("%d are offered, and %d configured", offered, all)
	}
}

// A PBX is the same one whoever's its orders are, and those of the customer who has it come first.
func TestOrdersOfAPBXOfEverybody(t *testing.T) {
	t.Parallel()
	sim, p := setup(t)
	var want []string
	for i, partner := range []string{yeastarsim.AcmeVoiceID, yeastarsim.NorthwindID, ""} {
		want = append(want, sim.AddOrder(yeastarsim.Order{
			ProductID: yeastarsim.CloudPBX, ProductNo: yeastarsim.CloudSerial, PartnerID: partner, CreateTime: time.Now().Add(time.Duration(1-i*i) * time.Hour),
		}).OrderNo)
	}
	h, _ := p.Holder(t.Context(), "cloud-pbx", yeastarsim.CloudSerial)
	orders, err := p.OrdersOf(t.Context(), h, lookup.Anew)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range orders {
		if same, err := p.IsOf(t.Context(), o, "cloud-pbx", h); err != nil {
			t.Fatal(err)
		} else if same && slices.Contains(want, o.OrderNo) {
			got = append(got, o.OrderNo)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q are of the PBX, want %q", got, want)
	}
}
