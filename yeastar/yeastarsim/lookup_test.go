package yeastarsim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

type row = map[string]any

func TestCatalogueLookUps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	products := decode[[]row](b, b.get(prodPath))
	if i := slices.IndexFunc(products, func(p row) bool { return p["productId"] == json.Number("14") }); i < 0 {
		t.Errorf("product 14 is not in %v", products)
	}
	info := decode[struct {
		ProductPlanList, ServiceList []row
		OfferingID                   string
	}](b, b.get(infoPath+"?productId=14"))
	if len(info.ProductPlanList) != 2 || info.ProductPlanList[0]["planId"] != json.Number(yeastarsim.TutorialPlanID) || info.OfferingID == "" {
		t.Errorf("unexpected plans: %+v", info)
	}
	if len(info.ServiceList) != 3 || info.ServiceList[1]["serviceId"] != json.Number(yeastarsim.RecordingServiceID) {
		t.Errorf("unexpected services: %v", info.ServiceList)
	}
}

func TestPeopleLookUps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	users := decode[[]row](b, b.get(usersPath))
	if len(users) != len(b.sim.Customers()) {
		t.Errorf("%d users, want %d", len(users), len(b.sim.Customers()))
	}
	want := row{
		"partnerId": yeastarsim.AcmeTelecomID, "email": "it@acme-telecom.example", "company": "Acme Telecom", "userType": "Enduser",
		"firstName": "Ada", "lastName": "Lindqvist", "country": "Sweden", "city": "Malmö", "phoneNumber": "+46 40 555 0101",
		"stateProvince": "", "street": "", "zipCode": "", "taxNum": "", "remark": "",
	}
	for _, key := range []string{yeastarsim.AcmeTelecomID, "it@acme-telecom.example", url.PathEscape("IT@acme-telecom.example")} {
		if diff := cmp.Diff(want, decode[row](b, b.get(userPath+key))); diff != "" {
			t.Errorf("user by %s (-want +got):\n%s", key, diff)
		}
	}
	b.mustRefuse(b.call("GET", userPath+"nobody@nowhere.example", ""), 400, "user_not_found")

	contacts := decode[[]row](b, b.get(billPath))
	if contacts[0]["billingContactId"] != yeastarsim.TutorialBillingContactID || contacts[0]["emailAddress"] == "" {
		t.Errorf("unexpected first billing contact: %v", contacts[0])
	}
	b.sim.RemoveBillingContact(yeastarsim.TutorialBillingContactID)
	if got := len(decode[[]row](b, b.get(billPath))); got != len(contacts)-1 {
		t.Errorf("%d contacts after a removal, want %d", got, len(contacts)-1)
	}
	b.sim.RemoveCustomer(yeastarsim.AcmeTelecomID)
	b.mustRefuse(b.call("GET", userPath+yeastarsim.AcmeTelecomID, ""), 400, "user_not_found")
}

func TestPlanAndServiceInfo(t *testing.T) {
	t.Parallel()
	const (
		plan      = "3051941892189077507"
		recording = "3051942901234567813"
		northwind = "3076951120475308211"
		base      = "/pricing/openapi/purchase/v1/"
	)
	tests := []struct{ name, path, code string }{
		{"renew plan", base + "renew/plan_info/" + plan + "?productId=14&productNo=" + yeastarsim.TutorialAccountID, "success"},
		{"renew plan without product number", base + "renew/plan_info/" + plan + "?productId=14", "parameter_validation_failed"},
		{"renew plan by its plan id", base + "renew/plan_info/" + yeastarsim.TutorialPlanID + "?productId=14&productNo=" + yeastarsim.TutorialAccountID, "plan_not_found"},
		{"renew plan of nobody", base + "renew/plan_info/" + plan + "?productId=14&productNo=1", "product_not_found"},
		{"renew plan that is not subscribed", base + "renew/plan_info/3051941892189077519?productId=14&productNo=" + yeastarsim.TutorialAccountID, "plan_not_found"},
		{"purchase plan", base + "purchase/plan_info/" + plan + "?productId=14", "success"},
		{"purchase plan without product", base + "purchase/plan_info/" + plan, "parameter_validation_failed"},
		{"purchase appliance plan without serial number", base + "purchase/plan_info/3051558946648207363?productId=11", "parameter_validation_failed"},
		{"renew service", base + "renew/add_on_info/" + recording + "?productId=14&productNo=" + northwind, "success"},
		{"renew service that is not held", base + "renew/add_on_info/" + recording + "?productId=14&productNo=" + yeastarsim.TutorialAccountID, "service_not_found"},
		{"renew service without product number", base + "renew/add_on_info/" + recording + "?productId=14", "parameter_validation_failed"},
		{"purchase service", base + "purchase/add_on_info/" + recording + "?productId=14&connectionPlanId=" + yeastarsim.TutorialPlanID, "success"},
		{"purchase service for no plan", base + "purchase/add_on_info/" + recording + "?productId=14&connectionPlanId=1", "plan_not_found"},
		{"product info without product", infoPath, "parameter_validation_failed"},
		{"product info of a word", infoPath + "?productId=turnkey", "parameter_validation_failed"},
		{"product info of nothing", infoPath + "?productId=99", "parameter_validation_failed"},
		{"product info of an appliance without serial number", infoPath + "?productId=11", "parameter_validation_failed"},
		{"detail", detailPath + "?productId=14&productNo=" + northwind, "success"},
		{"detail without number", detailPath + "?productId=14", "parameter_validation_failed"},
		{"detail of another product", detailPath + "?productId=15&productNo=" + northwind, "product_not_found"},
	}
	b := setup(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.call("GET", tt.path, "").env.Code; got != tt.code {
				t.Errorf("code %q, want %q", got, tt.code)
			}
		})
	}
}

func TestInventedFieldsOfProducts(t *testing.T) {
	t.Parallel()
	documented := []string{"activationCode", "activationStatus", "comment", "createTime", "currentPlan", "currentPlanExpireDate", "productId", "productNo"}
	tests := []struct {
		name   string
		change func(*yeastarsim.Switches)
		extra  []string
	}{
		{"none", func(*yeastarsim.Switches) {}, nil},
		{"bare", yeastarsim.Bare, nil},
		{"quantity", func(s *yeastarsim.Switches) { s.CurrentQuantity = true }, []string{"currentQuantity"}},
		{"expiry", func(s *yeastarsim.Switches) { s.Expiry = true }, []string{"expireDate"}},
		{"owner", func(s *yeastarsim.Switches) { s.Owner = true }, []string{"partnerId", "partnerName"}},
		{"cycle", func(s *yeastarsim.Switches) { s.Cycle = true }, []string{"planBillingCycle"}},
		{"plan", func(s *yeastarsim.Switches) { s.PackagePlan = true }, []string{"planId", "planName", "serviceList"}},
		{"generous", yeastarsim.Generous, []string{"currentQuantity", "expireDate", "partnerId", "partnerName", "planBillingCycle", "planId", "planName", "serviceList"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(tt.change))
			got := decode[row](b, b.get(detailPath+"?productId=14&productNo="+yeastarsim.TutorialAccountID))
			want := slices.Sorted(slices.Values(append(slices.Clone(documented), tt.extra...)))
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if v, ok := got["currentQuantity"]; ok && v != json.Number("100") {
				t.Errorf("current quantity %v, want 100", v)
			}
			if v, ok := got["expireDate"]; ok && v != "2025-03-25 09:30:00" {
				t.Errorf("expiry %v", v)
			}
		})
	}
}

func TestRenamedFields(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(yeastarsim.Generous), yeastarsim.WithNames(func(n *yeastarsim.Names) {
		n.CurrentQuantity, n.PlanList, n.ExpireDate = "extensionCount", "plans", ""
	}))
	if got := decode[row](b, b.get(detailPath+"?productId=14&productNo="+yeastarsim.TutorialAccountID)); got["extensionCount"] != json.Number("100") || got["expireDate"] != nil || got[""] != nil {
		t.Errorf("quantity not renamed or expiry not removed in %v", got)
	}
	if got := decode[row](b, b.get(infoPath+"?productId=14")); got["plans"] == nil {
		t.Errorf("no renamed plans in %v", got)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	path := "/pricing/openapi/purchase/v1/renew/plan_info/3051941892189077507?productId=14&productNo=" + yeastarsim.TutorialAccountID
	b := setup(t)
	if got := decode[row](b, b.get(path)); got["unitPrice"] != nil {
		t.Errorf("a price by default: %v", got)
	}
	b.sim.Switch(func(s *yeastarsim.Switches) { s.Price = true })
	if got := decode[row](b, b.get(path)); got["unitPrice"] != "12.00" || got["totalAmount"] != "1200.00" || got["currencyCode"] != "USD" {
		t.Errorf("unexpected price: %v", got)
	}
	b.mustSucceed(b.save(tutorialBody))
	detail := decode[map[string]row](b, b.get(getPath+b.sim.Placed()[0].OrderNo))
	if got := detail["orderSummary"]["totalAmount"]; got != "1200.00" {
		t.Errorf("total %v, want 1200.00", got)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithCustomers(300))
	total := 0
	for _, p := range b.sim.Packages() {
		if p.ProductID == 14 {
			total++
		}
	}
	type page struct{ Count, Total, PageNo, PageSize, TotalPage int }
	tests := []struct {
		query string
		want  page
		rows  int
	}{
		{"", page{total, total, 1, 25, (total + 24) / 25}, 25},
		{"&pageNo=2&pageSize=40", page{total, total, 2, 40, (total + 39) / 40}, 40},
		{"&pageSize=5000", page{total, total, 1, 100, (total + 99) / 100}, 100},
		{fmt.Sprintf("&pageNo=%d&pageSize=100", (total+99)/100), page{total, total, (total + 99) / 100, 100, (total + 99) / 100}, (total-1)%100 + 1},
		{"&pageNo=2000000000&pageSize=100", page{total, total, 2000000000, 100, (total + 99) / 100}, 0},
	}
	for _, tt := range tests {
		raw := b.get(listPath + "?productId=14" + tt.query)
		if diff := cmp.Diff(tt.want, decode[page](b, raw)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.query, diff)
		}
		if got := decode[struct{ Results []row }](b, raw); got.Results == nil || len(got.Results) != tt.rows {
			t.Errorf("%q: %d rows, want %d", tt.query, len(got.Results), tt.rows)
		}
	}
	for _, bad := range []string{"pageNo=0", "pageNo=-1", "pageSize=0", "pageSize=x", "pageNo="} {
		b.mustRefuse(b.call("GET", listPath+"?productId=14&"+bad, ""), 400, "parameter_validation_failed")
	}
	b.mustRefuse(b.call("GET", listPath, ""), 400, "parameter_validation_failed")

	b.sim.Switch(func(s *yeastarsim.Switches) { s.HideCustomerPackages = true })
	if got := decode[page](b, b.get(listPath+"?productId=14")); got.Total != 1 {
		t.Errorf("with customers' packages hidden: %d packages, want 1", got.Total)
	}
	b.mustRefuse(b.call("GET", detailPath+"?productId=14&productNo=3076951120475308211", ""), 400, "product_not_found")
}

func TestOrderPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustSucceed(b.save(tutorialBody))
	ids := func(query string) []string {
		var out []string
		for _, o := range decode[struct{ Results []row }](b, b.get(pagePath+"?pageSize=100"+query)).Results {
			out = append(out, o["id"].(string))
		}
		return out
	}
	newest := ids("")
	if newest[0] != "1782052" || len(newest) != len(b.sim.Orders()) {
		t.Errorf("not newest first: %v", newest)
	}
	oldest := slices.Clone(newest)
	slices.Reverse(oldest)
	b.sim.Switch(func(s *yeastarsim.Switches) { s.OldestFirst = true })
	for query, want := range map[string][]string{"": oldest, "&sort=id": oldest, "&sort=-id": newest} {
		if diff := cmp.Diff(want, ids(query)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	b.mustRefuse(b.call("GET", pagePath+"?sort=price", ""), 400, "parameter_validation_failed")
}

func TestOrderFields(t *testing.T) {
	t.Parallel()
	documented := []string{"createTime", "currencyCode", "customReferenceNo", "id", "invoiceNo", "orderNo", "orderStatus"}
	tests := []struct {
		name      string
		change    func(*yeastarsim.Switches)
		extra     []string
		reference string
	}{
		{"default", func(*yeastarsim.Switches) {}, []string{"poNumber"}, ""},
		{"bare", yeastarsim.Bare, nil, ""},
		{"reference", func(s *yeastarsim.Switches) { yeastarsim.Bare(s); s.PONumberAsReference = true }, nil, "RNW-000123"},
		{"generous", yeastarsim.Generous, []string{"partnerId", "partnerName", "poNumber", "totalAmount"}, "RNW-000123"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(tt.change))
			b.mustSucceed(b.save(b.edited(`"productId": 14,`, `"productId": 14, "poNumber": "RNW-000123",`)))
			item := decode[struct{ Results []row }](b, b.get(pagePath)).Results[0]
			want := slices.Sorted(slices.Values(append(slices.Clone(documented), tt.extra...)))
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(item))); diff != "" {
				t.Errorf("fields of the list (-want +got):\n%s", diff)
			}
			if item["customReferenceNo"] != tt.reference {
				t.Errorf("customReferenceNo %v, want %q", item["customReferenceNo"], tt.reference)
			}
			if v, ok := item["poNumber"]; ok && v != "RNW-000123" {
				t.Errorf("poNumber %v", v)
			}
			detail := decode[map[string]row](b, b.get(getPath+"XS3401174502129270784"))
			undocumented, contact := item, any(yeastarsim.TutorialBillingContactID)
			if tt.name == "bare" || tt.name == "reference" {
				undocumented, contact = row{}, nil
			}
			if diff := cmp.Diff(undocumented, detail["orderInformation"]); diff != "" {
				t.Errorf("order information (-list +detail):\n%s", diff)
			}
			if diff := cmp.Diff(detail, decode[map[string]row](b, b.get(getPath+"1782052"))); diff != "" {
				t.Errorf("by number and by id (-number +id):\n%s", diff)
			}
			if got := detail["basicInformation"]; got["productId"] != "14" || got["productNo"] != yeastarsim.TutorialAccountID {
				t.Errorf("basic information: %v", got)
			}
			if got := detail["billingInformation"]["billingContactId"]; got != contact {
				t.Errorf("billing contact %v", got)
			}
			if got := detail["orderSummary"]["expireDate"]; (got == "2026-03-25 09:30:00") != (tt.name == "generous") {
				t.Errorf("expiry in the summary: %v", got)
			}
			if _, has := detail["orderSummary"]["serviceList"]; has == (tt.name == "bare" || tt.name == "reference") {
				t.Errorf("order summary: %v", detail["orderSummary"])
			}
		})
	}
	b := setup(t)
	b.mustRefuse(b.call("GET", getPath+"XS1", ""), 404, "order_not_found")
}

func TestFiveThousandCustomers(t *testing.T) {
	t.Parallel()
	one, two := yeastarsim.New(yeastarsim.WithCustomers(5000)), yeastarsim.New(yeastarsim.WithCustomers(5000))
	if diff := cmp.Diff(one.Customers(), two.Customers()); diff != "" {
		t.Errorf("two servers differ:\n%s", diff)
	}
	seen := make(map[string]bool)
	for _, c := range one.Customers() {
		for _, key := range []string{c.PartnerID, c.AccountID, c.Email, c.Company} {
			if seen[key] {
				t.Fatalf("%q occurs twice", key)
			}
			seen[key] = true
		}
		if len(c.PartnerID) != 19 || len(c.AccountID) != 19 || strings.TrimSpace(c.Company) == "" {
			t.Fatalf("unbelievable customer: %+v", c)
		}
	}
	b := setup(t, yeastarsim.WithCustomers(5000))
	if got := len(decode[[]row](b, b.get(usersPath))); got != 5000 {
		t.Errorf("partner_list has %d users, want 5000", got)
	}
	if got := len(yeastarsim.New(yeastarsim.WithCustomers(0)).Customers()); got != 0 {
		t.Errorf("%d customers, want none", got)
	}
}

func TestIDsDoNotSurviveFloats(t *testing.T) {
	t.Parallel()
	s := yeastarsim.New()
	ids := []string{yeastarsim.SecondPlanID, yeastarsim.TutorialBillingContactID}
	for _, c := range s.Customers() {
		ids = append(ids, c.PartnerID, c.AccountID)
	}
	for _, c := range s.BillingContacts() {
		ids = append(ids, c.ID)
	}
	for _, v := range s.Products()[0].Services {
		ids = append(ids, v.ID, v.PricingID)
	}
	for _, id := range ids {
		var f float64
		if err := json.Unmarshal([]byte(id), &f); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%.0f", f) == id {
			t.Errorf("%s survives a float64, so tests would not notice one", id)
		}
	}
}
