package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// productWish is what somebody fills into the form of a product; the rest is proposed.
type productWish struct {
	typed   string // after the command
	product string // "": the one that is chosen already
	holder  string // "": the one that is found already
	plan    string
	term    string
}

// fillProduct fills the form of a product in, up to the billing contact.
func (a *actor) fillProduct(w productWish) {
	a.b.t.Helper()
	a.command(sandbox.Renewals, strings.TrimSpace("/renew "+w.typed))
	if w.product != "" {
		a.choose("Product", "", w.product)
		a.redrawn()
	}
	if w.holder != "" {
		label := "For whom"
		if v := a.view("Product"); !hasField(v, label) {
			label = "Which PBX"
		}
		found, err := a.p.Search(a.b.ctx, label, w.holder)
		if err != nil || len(found) == 0 {
			a.b.t.Fatalf("search %q in %s: %v, %d found", w.holder, label, err, len(found))
		}
		a.choose(label, w.holder, found[0].Value)
		a.redrawn()
	}
	if w.plan != "" {
		a.choose("Plan", "", w.plan)
		a.redrawn()
	}
	if w.term != "" {
		before, _ := a.p.View()
		a.choose("Term", "", w.term)
		a.redrawn()
		if now, _ := a.p.View(); now.Hash == before.Hash {
			a.b.t.Errorf("the form was not drawn again after the choice of %s", w.term)
		}
	}
	a.chooseContact("Sandhaven")
}

// asksFor asks for the renewal of a product, with a reason where one is wanted, and returns its
// reference.
func (a *actor) asksFor(w productWish) string {
	a.b.t.Helper()
	a.fillProduct(w)
	a.redrawn()
	a.review()
	if v, _ := a.p.View(); hasField(v, why) {
		a.explain("Agreed with the customer.")
	}
	a.submitOK()
	reference := referenceIn(a.reads("is saved."))
	a.back()
	return reference
}

func hasField(v slacksim.View, label string) bool {
	_, ok := v.Field(label)
	return ok
}

// Each row of the table, for our own account, a customer or a PBX: from the command to the
// order number, and the order digit for digit as the vendor's tutorial has it.
func TestEachProductFromTheCommandToItsOrder(t *testing.T) {
	t.Parallel()
	const fixed = `"purchaseType":"renew","billingModel":"recurring"`
	plan := func(id, quantity, term string) string {
		return `{"serviceType":"plan","serviceId":` + id + quantity + `,` + fixed + term + `}`
	}
	service := func(id, rest, term string) string {
		return `{"serviceType":"service","serviceId":` + id + rest + `,` + fixed + term + `}`
	}
	years := func(n int) string { return fmt.Sprintf(`,"billingCycle":"annually","multiCycle":%d`, n) }
	const month = `,"billingCycle":"monthly","multiCycle":0`
	const invoice = `"billingId":` + yeastarsim.TutorialBillingContactID
	b := setup(t, switched(yeastarsim.Generous))
	label, _ := b.Vendor.Owned(yeastarsim.WhiteLabel, yeastarsim.TutorialAccountID)
	label.Services = []yeastarsim.PackageService{{ServiceID: "3048919000000000223"}}
	b.Vendor.AddPackage(label)
	b.Vendor.SetServices("", yeastarsim.PackageService{ServiceID: yeastarsim.RecordingServiceID, Quantity: 300})
	b.restart() // which reads the lists anew
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	for i, c := range []struct {
		wish  productWish
		head  string // of the order, before its billing contact
		lines []string
		read  []string // in the form that is ready for the review
	}{
		{productWish{typed: "northwind", plan: "Services only, without the plan"},
			`"operationType":"renew_plan","productId":14,"partnerId":"` + yeastarsim.NorthwindID + `"`,
			[]string{
				service(yeastarsim.UltimateServiceID, `,"quantity":20`, years(0)), service(yeastarsim.RecordingServiceID, `,"quantity":10000`, years(0)),
				service(yeastarsim.HighAvailabilityServiceID, `,"quantity":1`, years(0)),
			}, []string{"the plan itself is not renewed", "Renews for 1 year."}},
		{productWish{product: "Remote Management", holder: "Our own account"},
			`"operationType":"renew_plan","productId":15`, []string{plan("3048915000000000123", "", years(1))}, []string{"Renews for 1 year."}},
		{productWish{holder: "Acme Telecom"}, // the product is the last one's
			`"operationType":"renew_plan","productId":15,"partnerId":"` + yeastarsim.AcmeTelecomID + `"`,
			[]string{plan("3048915000000000123", "", years(1))}, []string{"Remote Management"}},
		{productWish{product: "YCM White Label", holder: "Our own account"},
			`"operationType":"renew_service","productId":19`, []string{service("3048919000000000211", "", years(0))},
			[]string{"Renews YCM White Label for 1 year."}},
		{productWish{product: "PSE White Label", holder: "Acme Telecom Services"},
			`"operationType":"renew_service","productId":19,"partnerId":"` + yeastarsim.AcmeVoiceID + `"`,
			[]string{service("3048919000000000223", "", years(0))}, []string{"Renews PSE White Label for 1 year.", "Not all values"}},
		{productWish{typed: strings.ToLower(yeastarsim.ApplianceSerial), term: "2 years"},
			`"operationType":"renew_plan","productId":11,"productNo":"` + yeastarsim.ApplianceSerial + `"`,
			[]string{plan("3048560232537899008", "", years(2))}, []string{"Northwind Clinics", "Enterprise Plan"}},
		{productWish{holder: yeastarsim.ApplianceMonthlySerial},
			`"operationType":"renew_plan","productId":11,"productNo":"` + yeastarsim.ApplianceMonthlySerial + `"`,
			[]string{plan("3048558946648207360", "", month)}, []string{"Renews for 1 month.", "Helios"}},
		{productWish{product: "P-Series Software Edition", holder: "acme telecom", term: "3 years"},
			`"operationType":"renew_plan","productId":12,"productNo":"` + yeastarsim.SoftwareSerial + `"`,
			[]string{
				plan("3048565102030405061", `,"quantity":120`, years(3)),
				service("3048565102030405079", `,"connectionPlanId":3048565102030405061,"quantity":5000`, years(3)),
			}, []string{yeastarsim.SoftwareSerial, "all services that the PBX has"}},
		{productWish{product: "Cloud PBX (PCE Instance)", holder: "leeds", term: "5 years"},
			`"operationType":"renew_plan","productId":13,"productNo":"` + yeastarsim.CloudSerial + `"`,
			[]string{
				plan("3048572026291630080", `,"quantity":75`, years(5)),
				service("3048573759449317376", `,"connectionPlanId":3048572026291630080,"quantity":4000`, years(5)),
				service("3048573935752720384", `,"connectionPlanId":3048572026291630080,"quantity":1`, years(5)),
			}, []string{yeastarsim.CloudSerial, "Acme Telecom Services"}},
		{productWish{typed: yeastarsim.CloudMonthlySerial},
			`"operationType":"renew_plan","productId":13,"productNo":"` + yeastarsim.CloudMonthlySerial + `"`,
			[]string{plan("3048571730026938368", `,"quantity":15`, month)}, []string{"Renews for 1 month."}},
		{productWish{product: "YCM White Label", holder: "northwind"},
			`"operationType":"renew_service","productId":19,"partnerId":"` + yeastarsim.NorthwindID + `"`,
			[]string{service("3048919000000000211", "", years(0))}, []string{"Renews YCM White Label for 1 year."}},
		{productWish{product: "PSE White Label", holder: "Our own account"}, // beside the YCM White Label, with its number
			`"operationType":"renew_service","productId":19`, []string{service("3048919000000000223", "", years(0))},
			[]string{"Renews PSE White Label for 1 year."}},
		{productWish{product: "P-Series Turnkey Package", holder: "Our own account", plan: "Services only, without the plan"},
			`"operationType":"renew_plan","productId":14`, []string{service(yeastarsim.RecordingServiceID, `,"quantity":300`, years(0))},
			[]string{"the plan itself is not renewed"}},
	} {
		reference := renewal.Reference(int64(i + 1))
		alice.fillProduct(c.wish)
		alice.redrawn()
		v, _ := alice.p.View()
		b.wants(b.Slack.TextView(v), c.read...)
		alice.review()
		alice.explain("Agreed with the customer.")
		alice.submitOK()
		b.wants(alice.reads("is saved."), reference)
		alice.back()
		bob.press(b.card(sandbox.Renewals, reference, "Approve"), "Approve")
		b.happened(reference, renewal.CodeOrdered)
		want := `{` + c.head + `,` + invoice + `,"poNumber":"` + reference + `","serviceList":[` + strings.Join(c.lines, ",") + `]}`
		bodies := b.bodies()
		if diff := cmp.Diff(want, bodies[len(bodies)-1]); diff != "" {
			t.Errorf("%+v: the order (-want +got):\n%s", c.wish, diff)
		}
		placed := b.Vendor.Placed()
		r := b.stored(reference)
		if r.Order == nil || len(placed) != i+1 || r.Order.OrderNo != placed[i].OrderNo {
			t.Fatalf("%+v: %d orders, the ledger has %+v", c.wish, len(placed), r.Order)
		}
		announced := []string{reference + " is ordered", placed[i].OrderNo, r.Product().Name, r.Offer.TermAsked().String(), r.Offer.Holder.SerialNumber}
		b.says(sandbox.Renewals, announced...)
	}
	b.wants(alice.command(sandbox.Renewals, "/renew status "+yeastarsim.CloudSerial), "RNW-000009", "Acme Telecom Services", "5 years")
	b.wants(alice.command(sandbox.Renewals, "/renew status 365112349415"), "I know no customer and no PBX by the name “365112349415”")
	status := alice.command(sandbox.Renewals, "/renew status northwind")
	b.wants(status, "RNW-000001", "RNW-000006", yeastarsim.ApplianceSerial)
	b.lacks(status, "RNW-000009")
}

// What is typed after the command names a customer, our own account or a PBX, whatever was
// asked for last.
func TestWhatIsTypedNamesTheProduct(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.fillProduct(productWish{typed: yeastarsim.ApplianceSerial, term: "1 year"})
	alice.review()
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	for _, c := range []struct{ typed, product, label, holder, read string }{
		{"", "P-Series Appliance Edition Plan", "Which PBX", "", "Nothing is ordered until"},
		{"northwind", "P-Series Appliance Edition Plan", "Which PBX", yeastarsim.ApplianceSerial + " · Northwind Clinics", "The only PBX of this product that matches"},
		{"acme telecom", "P-Series Turnkey Package", "For whom", "Acme Telecom · it@acme-telecom.example", "2 customers match"},
		{"self", "P-Series Turnkey Package", "For whom", "Our own account", "Billing contact"},
		{"3631e", "P-Series Appliance Edition Plan", "Which PBX", "", "3 PBXs match"},
		{"3661 c20b7718", "P-Series Turnkey Package", "", "", "I know no customer, no PBX and no command"},
		{"3661 c20b-7719", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"SN: 3661-C20B-7719", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"S/N3661C20B7719", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"leeds", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"20b7719", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"3661C20B7719 · Acme Telecom Services", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"Acme Telecom Services (3661C20B7719)", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"SN 3661C20B7719: Acme, leeds", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
		{"3661C20B7719 in Paris", "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "Nothing is ordered until"},
		{"3661C20B7719 and 3631E3418911", "P-Series Turnkey Package", "", "", "I know no customer, no PBX and no command"},
		{strings.ToLower(yeastarsim.CloudSerial), "Cloud PBX (PCE Instance)", "Which PBX", yeastarsim.CloudSerial + " · Acme Telecom Services", "The only PBX of this product that matches"},
	} {
		said := alice.command(sandbox.Renewals, "/renew "+c.typed)
		if c.label == "" {
			b.wants(said, c.read)
			continue
		}
		if got := alice.chosen("Product"); got != c.product {
			t.Errorf("%q opens the form of %q, want %q", c.typed, got, c.product)
		}
		if got := alice.chosen(c.label); got != c.holder {
			t.Errorf("%q finds %q, want %q", c.typed, got, c.holder)
		}
		alice.reads(c.read)
		alice.back()
	}
}

// Where PBXs of several products fit what was typed none is chosen, and none is called the only one.
func TestWhatIsTypedFitsSeveralProducts(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	b.Vendor.UpdateOwned(yeastarsim.Appliance, yeastarsim.ApplianceSerial, func(p *yeastarsim.Package) { p.Comment = "Leeds depot" })
	b.restart() // which reads the lists anew
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew leeds")
	if got := alice.chosen("Which PBX"); got != "" {
		t.Errorf("%q is chosen", got)
	}
	alice.reads("The only PBX of this product that matches “leeds”.")
	alice.back()
	for command, said := range map[string]string{
		"status leeds":                     "“leeds” fits a PBX of the portal: name it by its serial number",
		"status " + yeastarsim.CloudSerial: "There is no request for the PBX " + yeastarsim.CloudSerial,
		"status a":                         "I know more than 5 customers by the name “a”.",
	} {
		b.wants(alice.command(sandbox.Renewals, "/renew "+command), said)
	}
	alice.command(sandbox.Renewals, "/renew history leeds")
	alice.list("“leeds” fits a PBX of the portal: name it by its serial number")
}

// A PBX that is taken out of the portal while it is chosen is told of in the form.
func TestPBXThatIsRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fillProduct(productWish{typed: yeastarsim.ApplianceSerial, plan: "Enterprise Plan", term: "1 year"})
	b.Vendor.RemovePackage(yeastarsim.Appliance, yeastarsim.ApplianceOurSerial)
	alice.choose("Which PBX", yeastarsim.ApplianceOurSerial, yeastarsim.ApplianceOurSerial)
	alice.reads("Choose the PBX: the portal lists no P-Series Appliance Edition Plan with the serial number " + yeastarsim.ApplianceOurSerial)
	alice.redrawn()
	if errs := alice.force(); !contains(errs["Which PBX"], "the portal lists no P-Series Appliance Edition Plan with") {
		t.Errorf("the review is answered with %v", errs)
	}
	b.nothingStored()
}

// A PBX that is there, and of which the portal refuses to tell what it can have, is not said to
// be removed: people read the reason, and so they do in a batch.
func TestPBXWithoutACatalogue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	b.Vendor.Fault(yeastarsim.PurchaseProductInfo, yeastarsim.Refuse("no_access", "No API access."))
	alice.command(sandbox.Renewals, "/renew "+yeastarsim.ApplianceSerial)
	alice.reads("Yeastar's Partner Portal refused to answer: No API access.")
	alice.back()
	alice.command(sandbox.Renewals, "/renew batch")
	alice.view("Lines")
	alice.typeIn("Lines", "holder,product\n"+yeastarsim.ApplianceSerial+",p-series-appliance-plan")
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("refused to answer: No API access.", "1 line is left out")
	b.nothingStored()
}

// What only the answer about the plan's renewal tells of a PBX is in the form: at once where the
// PBX's plan is told, else once it is chosen.
func TestFormHasWhatOnlyTheRenewalTells(t *testing.T) {
	t.Parallel()
	onlyRenewal := func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithNames(func(n *yeastarsim.Names) { n.PackageCycle = "" }))
	}
	for name, plan := range map[string]string{"the plan is told": "", "the plan is chosen": "Standard Plan"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, onlyRenewal, switched(yeastarsim.Generous, func(s *yeastarsim.Switches) { s.PackagePlan = plan == "" }))
			alice := b.as(sandbox.Alice)
			alice.fillProduct(productWish{typed: yeastarsim.ApplianceMonthlySerial, plan: plan})
			alice.reads("Renews for 1 month.")
		})
	}
}

// What the portal's list of products does not have is not offered, and what it has without
// a row is named.
func TestProductsOfTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t, lacking(yeastarsim.Software))
	alice := b.as(sandbox.Alice)
	var help string
	b.until("what the account has", func() bool { // it is told after the start
		help = alice.command(sandbox.Renewals, "/renew help")
		return strings.Contains(help, "what I can't renew")
	})
	for _, sold := range b.Vendor.Products() {
		for _, a := range yeastar.Unlisted([]yeastar.AvailableProduct{{ID: sold.ID, Name: sold.Name}}) {
			b.wants(help, a.Name)
		}
	}
	alice.command(sandbox.Renewals, "/renew")
	var offered, want []string
	for _, o := range alice.field("Product").Options {
		offered = append(offered, o.Text)
	}
	for _, row := range yeastar.Products() {
		if row.ID != yeastarsim.Software {
			want = append(want, row.Name)
		}
	}
	if diff := cmp.Diff(want, offered); diff != "" {
		t.Errorf("offered (-want +got):\n%s", diff)
	}
	alice.fillProduct(productWish{typed: "acme telecom"})
	answer := alice.withDraft(map[string]any{"p": "p-series-software", "h": yeastarsim.SoftwareSerial})
	if !strings.Contains(answer, `"product":"P-Series Software Edition is not in our Yeastar account any more`) {
		t.Errorf("a product that the account has not is answered with %s", answer)
	}
	b.nothingStored()
}

// lacking is a portal whose account has not a product.
func lacking(product int) func(*sandbox.Options) {
	return func(o *sandbox.Options) {
		o.Restore = func(_ *slacksim.Workspace, s *yeastarsim.Server) error {
			s.RemoveProduct(product)
			return nil
		}
	}
}

// What still fits stays when another product is chosen.
func TestAnotherProductKeepsWhatFits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "Sandhaven", po: "PO 7", note: "Soon"})
	alice.choose("Product", "", "Remote Management")
	alice.redrawn()
	kept := map[string]string{"PO number": "PO 7", "Note to the approver": "Soon", "Post the request in": sandbox.Renewals}
	for label, want := range kept {
		if got := alice.chosen(label); got != want {
			t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
	if who, contact := alice.chosen("For whom"), alice.chosen("Billing contact"); !strings.HasPrefix(who, "Acme Telecom") || !strings.HasPrefix(contact, "Sandhaven") {
		t.Errorf("the customer is %q, the billing contact %q", who, contact)
	}
	alice.choose("Product", "", "P-Series Software Edition")
	alice.redrawn()
	if got := alice.chosen("Which PBX"); got != "" {
		t.Errorf("the PBX is %q", got)
	}
	alice.choose("Which PBX", yeastarsim.SoftwarePlainSerial, yeastarsim.SoftwarePlainSerial)
	alice.redrawn()
	for label, want := range kept {
		if got := alice.chosen(label); got != want {
			t.Errorf("of a PBX, %s is %q, want %q", label, got, want)
		}
	}
}

// A customer without the product is noticed before anybody approves, where the portal's list tells whose packages are whose.
func TestACustomerWithoutTheProduct(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.fillProduct(productWish{product: "Remote Management", holder: "Northwind"})
	alice.redrawn()
	b.wants(alice.review(), "The portal shows no Remote Management of this customer: there may be nothing to renew.", why)
	b.nothingStored()
}
