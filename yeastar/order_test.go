package yeastar

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tutorialOrder is the body of the vendor's sample request.
const tutorialOrder = `{
  "operationType": "renew_plan",
  "productId": 14,
  "billingId": 3197218168379846218,
  "serviceList": [
    {
      "serviceType": "plan",
      "serviceId": 3048941892189077504,
      "quantity": 100,
      "purchaseType": "renew",
      "billingModel": "recurring",
      "billingCycle": "annually",
      "multiCycle": 0
    }
  ]
}`

// tutorialAnswer is the body of the vendor's sample response.
const tutorialAnswer = `{
    "code": "success",
    "detailMessage": "",
    "requestId": "94ef8ff15c1432f6a01283c945569e43",
    "result": {
        "instanceId": "1948832",
        "orderId": "1782052",
        "orderNo": "XS3401174502129270784",
        "orderStatus": "succeed",
        "productNo": "3076913644890832896",
        "transactionNo": "IW3401174503953793025"
    },
    "status": 200
}`

func turnkey(t *testing.T) Product {
	t.Helper()
	p, ok := ProductByKey("p-series-turnkey")
	if !ok {
		t.Fatal("the table has no P-Series Turnkey Package")
	}
	return p
}

func planOrder(t *testing.T) Order {
	t.Helper()
	return Order{
		Product: turnkey(t), BillingID: "3197218168379846218", Term: turnkey(t).Terms[0],
		Lines: []OrderLine{{ServiceType: LinePlan, ServiceID: "3048941892189077504", Quantity: 100}},
	}
}

func TestOrderBody(t *testing.T) {
	t.Parallel()
	const tail = `"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":0}`
	plan := `{"serviceType":"plan","serviceId":3048941892189077504,"quantity":100,` + tail
	service := func(connection string) string {
		return `{"serviceType":"service","serviceId":3048900000000000002,` + connection + `"quantity":1000,` + tail
	}
	serviceLine := OrderLine{ServiceType: LineService, ServiceID: "3048900000000000002", Quantity: 1000}
	tests := []struct {
		name   string
		change func(*Order)
		want   string
	}{
		{"the tutorial", func(*Order) {}, `{"operationType":"renew_plan","productId":14,"billingId":3197218168379846218,"serviceList":[` + plan + `]}`},
		{"for a customer", func(o *Order) { o.PartnerID = "3100000000000000001" },
			`{"operationType":"renew_plan","productId":14,"partnerId":"3100000000000000001","billingId":3197218168379846218,"serviceList":[` + plan + `]}`},
		{"with a PO number", func(o *Order) { o.PONumber = `A "4" / RNW-000123` },
			`{"operationType":"renew_plan","productId":14,"billingId":3197218168379846218,"poNumber":"A \"4\" / RNW-000123","serviceList":[` + plan + `]}`},
		{"plan and service", func(o *Order) { o.Lines = append(o.Lines, serviceLine) },
			`{"operationType":"renew_plan","productId":14,"billingId":3197218168379846218,"serviceList":[` + plan + `,` + service(`"connectionPlanId":3048941892189077504,`) + `]}`},
		{"service alone", func(o *Order) { o.Lines = []OrderLine{serviceLine} },
			`{"operationType":"renew_plan","productId":14,"billingId":3197218168379846218,"serviceList":[` + service("") + `]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := planOrder(t)
			tt.change(&o)
			got, err := o.Body()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			again, _ := o.Body()
			if !bytes.Equal(got, again) {
				t.Error("the same order gave other bytes")
			}
			read, err := ReadOrder(got)
			if diff := cmp.Diff(o, read); diff != "" || err != nil {
				t.Errorf("read back with the error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOrderBodyIsTheTutorialsDigitForDigit(t *testing.T) {
	t.Parallel()
	got, err := planOrder(t).Body()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(tutorialOrder)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// What was sent stays readable when its product is offered no more.
func TestReadOrderOfAProductThatIsNoRow(t *testing.T) {
	t.Parallel()
	o := planOrder(t)
	o.Product.ID, o.ProductNo, o.Product.Holder = 99, "369CA2401E55", BySerial
	body, err := o.Body()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadOrder(body)
	o.Product = Product{ID: 99, OperationType: "renew_plan"}
	o.Term.Months = 0
	if diff := cmp.Diff(o, read); diff != "" || err != nil {
		t.Errorf("read back with the error %v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{"", "null and more", `{"productId":"x"}`, `{"serviceList":[{"serviceId":"abc"}]}`} {
		if read, err := ReadOrder(json.RawMessage(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, read)
		}
	}
}

func TestOrderBodyRefuses(t *testing.T) {
	t.Parallel()
	service := OrderLine{ServiceType: LineService, ServiceID: "5", Quantity: 1}
	tests := []struct {
		name   string
		change func(*Order)
		want   string
	}{
		{"no lines", func(o *Order) { o.Lines = nil }, "at least one line"},
		{"billing contact is no number", func(o *Order) { o.BillingID = "abc" }, "billing contact"},
		{"no billing contact", func(o *Order) { o.BillingID = "" }, "billing contact"},
		{"plan is no number", func(o *Order) { o.Lines[0].ServiceID = "12.5" }, "plan line"},
		{"quantity 0", func(o *Order) { o.Lines[0].Quantity = 0 }, "at least 1"},
		{"quantity negative", func(o *Order) { o.Lines[0].Quantity = -1 }, "at least 1"},
		{"quantity beyond belief", func(o *Order) { o.Lines[0].Quantity = 1e9 }, "at most 100000"},
		{"service quantity beyond belief", func(o *Order) { service := service; service.Quantity = 1e9; o.Lines = append(o.Lines, service) }, "at most 10000000"},
		{"two plans", func(o *Order) {
			o.Lines = append(o.Lines, OrderLine{ServiceType: LinePlan, ServiceID: "7", Quantity: 1})
		}, "at most one plan"},
		{"plan after service", func(o *Order) { o.Lines = []OrderLine{service, o.Lines[0]} }, "first line"},
		{"the same line twice", func(o *Order) { o.Lines = append(o.Lines, service, service) }, "repeats"},
		{"unknown line type", func(o *Order) { o.Lines[0].ServiceType = "gift" }, "unknown type"},
		{"product without services", func(o *Order) { o.Product.ServiceLines = false; o.Lines = append(o.Lines, service) }, "no services"},
		{"product without plan", func(o *Order) { o.Product.PlanLine = false }, "no plan to renew"},
		{"serial number for an account's product", func(o *Order) { o.ProductNo = "369CA2401E55" }, "not for a serial number"},
		{"no term", func(o *Order) { o.Term = Term{} }, "no time at all"},
		{"a term of another product", func(o *Order) { o.Term = Term{BillingCycle: Annually, MultiCycle: 3, Months: 36} }, "3 years"},
		{"services without the plan", func(o *Order) { o.Product.ServicesAlone = false; o.Lines = []OrderLine{service} }, "without its plan"},
		{"serial number missing", func(o *Order) { o.Product.Holder = BySerial }, "serial number"},
		{"quantity for a product without", func(o *Order) { o.Product.Quantity = QuantityNone }, "without a quantity"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := planOrder(t)
			tt.change(&o)
			body, err := o.Body()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Body() = %s, %v; want an error with %q", body, err, tt.want)
			}
		})
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, p := range Products() {
		if keys[p.Key] {
			t.Errorf("%s stands twice in the table", p.Key)
		}
		keys[p.Key] = true
		if i := slices.IndexFunc(notRenewable, func(n NotRenewable) bool { return n.Key == p.Key || n.Name == p.Name }); i >= 0 {
			t.Errorf("%s is renewed: take it out of notRenewable", p.Key)
		}
		for name, v := range map[string]string{"Name": p.Name, "OperationType": p.OperationType, "PurchaseType": p.PurchaseType,
			"BillingModel": p.BillingModel, "Page": p.Page} {
			if v == "" {
				t.Errorf("%s has no %s", p.Key, name)
			}
		}
		if len(p.Terms) == 0 || (p.Certainty == Documented) != (p.Unsure == "") || p.PlanLine == (p.OperationType == "renew_service") {
			t.Errorf("%s contradicts itself: %+v", p.Key, p)
		}
		for _, term := range p.Terms {
			if got, ok := p.Term(term.Key()); !ok || got != term || term.String() == "" {
				t.Errorf("%s: Term(%q) = %v, %v", p.Key, term.Key(), got, ok)
			}
		}
		if got, ok := ProductByKey(p.Key); !ok || cmp.Diff(got, p) != "" {
			t.Errorf("ProductByKey(%q) = %v, %v", p.Key, got, ok)
		}
	}
	Products()[0].Name = "changed"
	if Products()[0].Name == "changed" {
		t.Error("a caller can change the table")
	}
	if _, ok := ProductByKey("nothing"); ok {
		t.Error("an unknown key was found")
	}
}

func TestOffered(t *testing.T) {
	t.Parallel()
	var documented []string
	for _, p := range Products() {
		if p.Certainty == Documented {
			documented = append(documented, p.Key)
		}
	}
	for keys, want := range map[string]string{
		"":                                  strings.Join(documented, " "),
		"cloud-pbx":                         "cloud-pbx",
		"pse-white-label,remote-management": "remote-management pse-white-label",
	} {
		offered, err := Offered(strings.FieldsFunc(keys, func(c rune) bool { return c == ',' }))
		if got := strings.Join(keysOf(offered), " "); got != want || err != nil {
			t.Errorf("Offered(%q) = %q, %v; want %q", keys, got, err, want)
		}
	}
	keys, wants := []string{"fax", "cloud-pbx"}, []string{"item 1 is no product's key", "p-series-turnkey, remote-management"}
	for _, n := range notRenewable {
		keys, wants = append(keys, n.Key), append(wants, n.Key+" ("+n.Name+") is not renewed: "+strings.TrimSuffix(n.Why, "."))
	}
	_, err := Offered(keys)
	for _, want := range wants {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v; want %q in it", err, want)
		}
	}
}
