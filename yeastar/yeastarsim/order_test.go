package yeastarsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

func TestTutorialOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before, _ := b.sim.Package("")
	r := b.save(tutorialBody)
	b.mustSucceed(r)
	if r.env.DetailMessage == nil || *r.env.DetailMessage != "" || len(r.env.RequestID) != 32 || r.env.Status == nil || *r.env.Status != 200 {
		t.Errorf("the envelope differs from the tutorial's: %s", r.raw)
	}
	want := map[string]string{
		"instanceId": "1948832", "orderId": "1782052", "orderNo": "XS3401174502129270784",
		"orderStatus": "succeed", "productNo": "3076913644890832896", "transactionNo": "IW3401174503953793025",
	}
	if diff := cmp.Diff(want, decode[map[string]string](b, r.env.Result)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}

	after, _ := b.sim.Package("")
	if want := before.Expires.AddDate(1, 0, 0); !after.Expires.Equal(want) {
		t.Errorf("the package ends %s, want %s", after.Expires, want)
	}
	if after.Extensions != 100 {
		t.Errorf("the renewal changed the extensions to %d", after.Extensions)
	}
	requests := b.sim.OrderRequests()
	if len(requests) != 1 {
		t.Fatalf("%d order requests are kept, want 1", len(requests))
	}
	got := requests[0]
	if diff := cmp.Diff(tutorialBody, string(got.Body)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if got.Method != "POST" || got.Path != savePath || got.Header.Get("User-Agent") != "OpenAPI" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("request differs: %+v", got)
	}
	if got.OrderNo != want["orderNo"] || got.Status != 200 || got.Code != "success" {
		t.Errorf("its outcome differs: %+v", got)
	}
}

func TestSecondIdenticalOrderIsASecondYear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before, _ := b.sim.Package("")
	body := b.edited(`"productId": 14,`, `"productId": 14, "poNumber": "RNW-000001",`)
	numbers := make(map[string]bool)
	for range 2 {
		r := b.save(body)
		b.mustSucceed(r)
		numbers[decode[map[string]string](b, r.env.Result)["orderNo"]] = true
	}
	if len(numbers) != 2 || len(b.sim.Placed()) != 2 {
		t.Errorf("two requests made %d order numbers and %d orders, want 2 and 2", len(numbers), len(b.sim.Placed()))
	}
	after, _ := b.sim.Package("")
	if want := before.Expires.AddDate(2, 0, 0); !after.Expires.Equal(want) {
		t.Errorf("the package ends %s, want %s", after.Expires, want)
	}
}

func TestExpiredPackageIsExtendedFromNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, _ := b.sim.Package(yeastarsim.ExpiredID)
	if !p.Expires.Before(start) {
		t.Fatalf("the package ends %s, which is not past", p.Expires)
	}
	b.mustSucceed(b.save(b.customerBody(yeastarsim.ExpiredID)))
	p, _ = b.sim.Package(yeastarsim.ExpiredID)
	if want := start.AddDate(1, 0, 0); !p.Expires.Equal(want) {
		t.Errorf("the package ends %s, want %s", p.Expires, want)
	}
}

// customerBody renews the plan of a customer with the right quantity.
func (b *bench) customerBody(partnerID string) string {
	b.Helper()
	p, ok := b.sim.Package(partnerID)
	if !ok {
		b.Fatalf("%s has no package", partnerID)
	}
	body := b.edited(`"productId": 14,`, fmt.Sprintf(`"productId": 14, "partnerId": %q,`, partnerID))
	body = strings.Replace(body, "3048941892189077504", p.PlanID, 1)
	return strings.Replace(body, `"quantity": 100`, fmt.Sprintf(`"quantity": %d`, p.Extensions), 1)
}

func TestCustomerOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustSucceed(b.save(b.customerBody(yeastarsim.AcmeVoiceID)))
	customer, _ := b.sim.Customer(yeastarsim.AcmeVoiceID)
	got := b.sim.Placed()[0]
	if got.PartnerID != yeastarsim.AcmeVoiceID || got.ProductNo != customer.AccountID || got.Lines[0].ServiceID != yeastarsim.SecondPlanID || got.Lines[0].Quantity != 250 {
		t.Errorf("unexpected order: %+v", got)
	}
}

func TestOrderRefusals(t *testing.T) {
	t.Parallel()
	const invalid = "parameter_validation_failed"
	top := `"productId": 14,`
	tests := []struct {
		name, old, new string
		code           string
		field, tag     string
	}{
		{"operation missing", `"operationType": "renew_plan",`, ``, invalid, "operationType", "required"},
		{"operation empty", `"renew_plan"`, `""`, invalid, "operationType", "required"},
		{"operation of a purchase", `renew_plan`, `purchase_plan`, invalid, "operationType", "oneof"},
		{"operation of a service", `renew_plan`, `renew_service`, invalid, "operationType", "oneof"},
		{"operation a number", `"renew_plan"`, `1`, invalid, "operationType", "string"},
		{"product missing", top, ``, invalid, "productId", "required"},
		{"product in quotes", top, `"productId": "14",`, invalid, "productId", "number"},
		{"product unknown", top, `"productId": 99,`, invalid, "productId", "exists"},
		{"billing contact missing", `"billingId": 3197218168379846218,`, ``, invalid, "billingId", "required"},
		{"billing contact null", `3197218168379846218`, `null`, invalid, "billingId", "required"},
		{"billing contact in quotes", `3197218168379846218`, `"3197218168379846218"`, invalid, "billingId", "number"},
		{"billing contact through a float", `3197218168379846218`, `3197218168379846144`, "billing_contact_not_found", "billingId", "exists"},
		{"billing contact with an exponent", `3197218168379846218`, `3.197218168379846218e18`, invalid, "billingId", "number"},
		{"billing contact over 64 bits", `3197218168379846218`, `31972181683798462180`, invalid, "billingId", "number"},
		{"billing contact negative", `3197218168379846218`, `-3197218168379846218`, invalid, "billingId", "number"},
		{"partner a number", top, top + `"partnerId": 3100417265109827301,`, invalid, "partnerId", "string"},
		{"partner empty", top, top + `"partnerId": "",`, invalid, "partnerId", "required"},
		{"partner unknown", top, top + `"partnerId": "3100417265109827302",`, "user_not_found", "partnerId", "exists"},
		{"partner without package", top, top + `"partnerId": "` + yeastarsim.ProspectID + `",`, "product_not_found", "", ""},
		{"assignee unknown", top, top + `"assignId": "7",`, invalid, "assignId", "exists"},
		{"product number of somebody else", top, top + `"productNo": "3076951120475308101",`, "product_not_found", "", ""},
		{"PO number a number", top, top + `"poNumber": 7,`, invalid, "poNumber", "string"},
		{"special request of a purchase", top, top + `"orderPceSpecialRequest": {},`, invalid, "orderPceSpecialRequest", "excluded"},
		{"lines missing", `"serviceList"`, `"lines"`, invalid, "serviceList", "required"},
		{"lines an object", tutorialLines(), `{}`, invalid, "serviceList", "array"},
		{"lines empty", tutorialLines(), `[]`, invalid, "serviceList", "min"},
		{"line a string", tutorialLines(), `["plan"]`, invalid, "serviceList[0]", "object"},
		{"line type unknown", `"plan"`, `"plans"`, invalid, "serviceList[0].serviceType", "oneof"},
		{"plan in quotes", `3048941892189077504`, `"3048941892189077504"`, invalid, "serviceList[0].serviceId", "number"},
		{"plan unknown", `3048941892189077504`, `3048941892189077505`, "plan_not_found", "serviceList[0].serviceId", "exists"},
		{"plan not the current one", `3048941892189077504`, yeastarsim.SecondPlanID, "plan_not_found", "serviceList[0].serviceId", "exists"},
		{"plan by its pricing id", `3048941892189077504`, `3051941892189077507`, "plan_not_found", "serviceList[0].serviceId", "exists"},
		{"plan connected to another", `"quantity"`, `"connectionPlanId": 1, "quantity"`, invalid, "serviceList[0].connectionPlanId", "eqfield"},
		{"quantity missing", `"quantity": 100,`, ``, invalid, "serviceList[0].quantity", "required"},
		{"quantity zero", `100`, `0`, invalid, "serviceList[0].quantity", "min"},
		{"quantity negative", `100`, `-1`, invalid, "serviceList[0].quantity", "min"},
		{"quantity in quotes", `100`, `"100"`, invalid, "serviceList[0].quantity", "number"},
		{"quantity broken", `100`, `100.0`, invalid, "serviceList[0].quantity", "number"},
		{"quantity too high", `100`, `101`, "quantity_mismatch", "serviceList[0].quantity", "eq"},
		{"quantity too low", `100`, `99`, "quantity_mismatch", "serviceList[0].quantity", "eq"},
		{"purchase type", `"renew"`, `"purchase"`, invalid, "serviceList[0].purchaseType", "oneof"},
		{"billing model", `recurring`, `once`, invalid, "serviceList[0].billingModel", "oneof"},
		{"billing cycle", `annually`, `monthly`, invalid, "serviceList[0].billingCycle", "oneof"},
		{"multi cycle", `"multiCycle": 0`, `"multiCycle": 1`, invalid, "serviceList[0].multiCycle", "oneof"},
		{"multi cycle missing", `,
      "multiCycle": 0`, ``, invalid, "serviceList[0].multiCycle", "required"},
		{"two plans", tutorialLines(), tutorialLines()[:len(tutorialLines())-1] + "," + tutorialLines()[1:], invalid, "serviceList[1].serviceType", "unique"},
		{"an array", tutorialBody, `[]`, invalid, "body", "object"},
		{"no JSON", tutorialBody, `{"operationType":`, invalid, "body", "object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			before := b.sim.Portal()
			r := b.save(b.edited(tt.old, tt.new))
			b.mustRefuse(r, http.StatusBadRequest, tt.code)
			got := decode[struct{ Field, Tag string }](b, r.env.Result)
			if got.Field != tt.field || got.Tag != tt.tag {
				t.Errorf("refused %q by %q, want %q by %q", got.Field, got.Tag, tt.field, tt.tag)
			}
			if diff := cmp.Diff(before, b.sim.Portal()); diff != "" {
				t.Errorf("the refusal changed something (-before +after):\n%s", diff)
			}
			if requests := b.sim.OrderRequests(); len(requests) != 1 || requests[0].OrderNo != "" || requests[0].Code != tt.code {
				t.Errorf("unexpected record: %+v", requests)
			}
		})
	}
}

func tutorialLines() string {
	return tutorialBody[strings.Index(tutorialBody, "[") : strings.LastIndex(tutorialBody, "]")+1]
}

func TestUnknownFields(t *testing.T) {
	t.Parallel()
	b := setup(t)
	onTop := b.edited(`"productId": 14,`, `"productId": 14, "requestID": 1,`)
	inLine := b.edited(`"multiCycle": 0`, `"multiCycle": 0, "price": 1`)
	b.mustSucceed(b.save(onTop))
	b.mustSucceed(b.save(inLine))
	b.sim.Switch(func(s *yeastarsim.Switches) { s.RefuseUnknownFields = true })
	b.mustRefuse(b.save(onTop), 400, "parameter_validation_failed")
	b.mustRefuse(b.save(inLine), 400, "parameter_validation_failed")
	b.mustSucceed(b.save(tutorialBody))
}

func TestAcceptAnyQuantity(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.AcceptAnyQuantity = true }))
	b.mustSucceed(b.save(b.edited("100", "90")))
	if p, _ := b.sim.Package(""); p.Extensions != 100 {
		t.Errorf("the package has %d extensions, want 100", p.Extensions)
	}
	if got := b.sim.Placed()[0].Lines[0].Quantity; got != 90 {
		t.Errorf("the order has the quantity %d, want 90", got)
	}
}

func TestUniquePONumbers(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.UniquePONumbers = true }))
	body := b.edited(`"productId": 14,`, `"productId": 14, "poNumber": "RNW-000001",`)
	b.mustSucceed(b.save(body))
	b.mustRefuse(b.save(body), 400, "po_number_exists")
	b.mustSucceed(b.save(tutorialBody))
	b.mustSucceed(b.save(tutorialBody)) // no PO number is no duplicate
}

func TestWorldChangesMeanwhile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*yeastarsim.Server) bool
		code   string
	}{
		{"customer removed", func(s *yeastarsim.Server) bool { return s.RemoveCustomer(yeastarsim.AcmeTelecomID) }, "user_not_found"},
		{"billing contact removed", func(s *yeastarsim.Server) bool { return s.RemoveBillingContact(yeastarsim.TutorialBillingContactID) }, "billing_contact_not_found"},
		{"extensions bought", func(s *yeastarsim.Server) bool { return s.SetExtensions(yeastarsim.AcmeTelecomID, 55) }, "quantity_mismatch"},
		{"package removed", func(s *yeastarsim.Server) bool { return s.RemovePackage(14, "3076951120475308101") }, "product_not_found"},
		{"plan removed", func(s *yeastarsim.Server) bool {
			return s.UpdateProduct(14, func(p *yeastarsim.Product) { p.Plans = p.Plans[1:] })
		}, "plan_not_found"},
		{"plan switched", func(s *yeastarsim.Server) bool {
			return s.UpdatePackage(yeastarsim.AcmeTelecomID, func(p *yeastarsim.Package) { p.PlanID = yeastarsim.SecondPlanID })
		}, "plan_not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			order := b.customerBody(yeastarsim.AcmeTelecomID)
			if !tt.change(b.sim) {
				t.Fatal("nothing was there to change")
			}
			b.mustRefuse(b.save(order), 400, tt.code)
		})
	}
}

func TestOrderStatuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	statuses := []string{
		yeastarsim.StatusSucceed, yeastarsim.StatusPending, yeastarsim.StatusFailed, yeastarsim.StatusInvalid,
		yeastarsim.StatusCancelled, yeastarsim.StatusRefunded, yeastarsim.StatusConfirming, "on_hold",
	}
	b.sim.QueueOrderStatus(statuses...)
	expires := func() time.Time { p, _ := b.sim.Package(""); return p.Expires }
	for _, status := range statuses {
		before := expires()
		r := b.save(tutorialBody)
		b.mustSucceed(r)
		got := decode[map[string]string](b, r.env.Result)
		if got["orderStatus"] != status {
			t.Errorf("status %q, want %q", got["orderStatus"], status)
		}
		succeeded := status == yeastarsim.StatusSucceed
		if moved := !expires().Equal(before); moved != succeeded {
			t.Errorf("%s: expiry moved: %v", status, moved)
		}
		if paid := got["transactionNo"] != ""; paid != succeeded {
			t.Errorf("%s: transaction number %q", status, got["transactionNo"])
		}
	}
	b.sim.Switch(func(s *yeastarsim.Switches) { s.OrderStatus = yeastarsim.StatusFailed })
	if got := decode[map[string]string](b, b.save(tutorialBody).env.Result)["orderStatus"]; got != "failed" {
		t.Errorf("after the queue: status %q, want failed", got)
	}
}

func TestOrdersAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before, _ := b.sim.Package("")
	const n = 16
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			r, err := b.do(t.Context(), "POST", savePath, tutorialBody, nil)
			if err != nil || r.env.Code != "success" {
				t.Errorf("order: %v %s", err, r.raw)
			}
		})
		wg.Go(func() { b.sim.Portal(); b.sim.OrderRequests(); b.sim.Journal() })
		wg.Go(func() { b.sim.SetExtensions(yeastarsim.AcmeTelecomID, 7) })
	}
	orders, err := b.sim.WaitOrders(t.Context(), n)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	numbers := make(map[string]bool)
	for _, o := range orders {
		numbers[o.OrderNo] = true
	}
	if len(numbers) != n {
		t.Errorf("%d different order numbers, want %d", len(numbers), n)
	}
	after, _ := b.sim.Package("")
	if want := before.Expires.AddDate(n, 0, 0); !after.Expires.Equal(want) {
		t.Errorf("the package ends %s, want %s", after.Expires, want)
	}
}
