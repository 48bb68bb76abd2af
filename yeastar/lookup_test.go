package yeastar

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

var ignoreRaw = cmp.FilterPath(func(p cmp.Path) bool {
	name := p.Last().String()
	return name == ".Raw" || strings.HasSuffix(name, "Information") || name == ".OrderSummary"
}, cmp.Ignore())

// TestLookUpRequests checks what each look-up asks for, and that it says so with the
// documented headers.
func TestLookUpRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		do     func(context.Context, *Client) error
		result string
		want   string // escaped path and query
	}{
		{"AvailableProducts", func(ctx context.Context, c *Client) error { _, err := c.AvailableProducts(ctx); return err },
			`[]`, "/pricing/openapi/purchase/v1/product_list"},
		{"Catalogue", func(ctx context.Context, c *Client) error { _, err := c.Catalogue(ctx, 14, ""); return err },
			`{}`, "/pricing/openapi/purchase/v1/purchase_product_info?productId=14"},
		{"Catalogue of a serial number", func(ctx context.Context, c *Client) error { _, err := c.Catalogue(ctx, 11, "369 CA&x"); return err },
			`{}`, "/pricing/openapi/purchase/v1/purchase_product_info?productId=11&productNo=369+CA%26x"},
		{"Customers", func(ctx context.Context, c *Client) error { _, err := c.Customers(ctx); return err },
			`[]`, "/user/openapi/user/v1/client/partner_list"},
		{"Customer by e-mail", func(ctx context.Context, c *Client) error { _, err := c.Customer(ctx, "a/b?c@example.org"); return err },
			`{"partnerId":"1"}`, "/user/openapi/user/v1/subordinate_user/a%2Fb%3Fc@example.org"},
		{"BillingContacts", func(ctx context.Context, c *Client) error { _, err := c.BillingContacts(ctx); return err },
			`[]`, "/user/openapi/user/v1/client/billing_contact_list"},
		{"RenewPlanInfo", func(ctx context.Context, c *Client) error {
			_, err := c.RenewPlanInfo(ctx, "123", 14, "307")
			return err
		},
			`{}`, "/pricing/openapi/purchase/v1/renew/plan_info/123?productId=14&productNo=307"},
		{"RenewServiceInfo", func(ctx context.Context, c *Client) error {
			_, err := c.RenewServiceInfo(ctx, "123", 14, "307")
			return err
		},
			`{}`, "/pricing/openapi/purchase/v1/renew/add_on_info/123?productId=14&productNo=307"},
		{"OwnedProducts", func(ctx context.Context, c *Client) error { _, err := c.OwnedProducts(ctx, 14); return err },
			`[]`, "/product/openapi/instance_product/v1/client/instance_product_list?pageNo=1&pageSize=100&productId=14"},
		{"OwnedProduct", func(ctx context.Context, c *Client) error { _, err := c.OwnedProduct(ctx, 14, "307"); return err },
			`{}`, "/product/openapi/instance_product/v1/detail?productId=14&productNo=307"},
		{"AutoRenewal", func(ctx context.Context, c *Client) error { _, err := c.AutoRenewal(ctx, 14, "307"); return err },
			`{"autoRenew":false}`, "/order/openapi/order/v1/check/existed_auto_renew?productId=14&productNo=307"},
		{"Orders", func(ctx context.Context, c *Client) error { _, err := c.Orders(ctx, 2, 25); return err },
			`[]`, "/order/openapi/order/v1/page?pageNo=2&pageSize=25"},
		{"NewestOrders", func(ctx context.Context, c *Client) error { _, err := c.NewestOrders(ctx, 1, 25); return err },
			`[]`, "/order/openapi/order/v1/page?pageNo=1&pageSize=25&sort=-id"},
		{"Order", func(ctx context.Context, c *Client) error {
			_, err := c.Order(ctx, "XS3401174502129270784")
			return err
		},
			`{}`, "/order/openapi/order/v1/get/XS3401174502129270784"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			var got string
			s.mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
				got = (&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}).String()
				if r.Header.Get("Authorization") != "Bearer token-1" || r.Header.Get("User-Agent") != "OpenAPI" {
					t.Errorf("headers %v", r.Header)
				}
				fmt.Fprint(w, success(tt.result))
			})
			if err := tt.do(t.Context(), s.Client); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIDsThatCannotBeAPathAreNotSent(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.mux.HandleFunc("GET /", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	for _, id := range []string{"", ".", ".."} {
		_, err1 := s.Order(t.Context(), id)
		_, err2 := s.Customer(t.Context(), id)
		_, err3 := s.RenewPlanInfo(t.Context(), ID(id), 14, "")
		for _, err := range []error{err1, err2, err3} {
			if err == nil || ClassOf(err) != ClassNotSent {
				t.Errorf("id %q: %v", id, err)
			}
		}
	}
}

// TestListShapes sends the same list in every form that it may have.
func TestListShapes(t *testing.T) {
	t.Parallel()
	const ada = `{"partnerId":"3100000000000000001","company":"Example Telecom","email":"it@example.org","firstName":"Ada","lastName":"Lee","userType":"Enduser","country":"France","city":"Lyon","zipCode":69001,"unheard":{"of":[1]}}`
	const number = `{"partnerId":3100000000000000002,"company":null,"email":7}`
	one := Customer{ID: "3100000000000000001", Company: "Example Telecom", Email: "it@example.org", FirstName: "Ada", LastName: "Lee",
		Country: "France", City: "Lyon", UserType: "Enduser"}
	two := Customer{ID: "3100000000000000002", Email: "7"}
	tests := []struct {
		name, result string
		want         []Customer // nil and ok: none
		ok           bool
	}{
		{"array", `[` + ada + `,` + number + `]`, []Customer{one, two}, true},
		{"single object", ada, []Customer{one}, true},
		{"results", `{"results":[` + ada + `]}`, []Customer{one}, true},
		{"list", `{"total":1,"list":[` + ada + `]}`, []Customer{one}, true},
		{"records", `{"records":[` + ada + `],"count":1}`, []Customer{one}, true},
		{"data", `{"data":[` + ada + `]}`, []Customer{one}, true},
		{"a wrapper in a wrapper", `{"data":{"list":[` + ada + `]}}`, []Customer{one}, true},
		{"a wrapped object", `{"data":` + ada + `}`, []Customer{one}, true},
		{"entries that are nothing", `[null,` + ada + `,"x",{}]`, []Customer{one}, true},
		{"empty array", `[]`, nil, true},
		{"empty object", `{}`, nil, true},
		{"null", `null`, nil, true},
		{"null in a wrapper", `{"results":null}`, nil, true},
		{"a truth value", `true`, nil, false},
		{"a text", `"none"`, nil, false},
		{"entries without ids", `[{"id":"1"},{"id":"2"}]`, nil, false},
		{"wrappers without end", `{"data":{"data":{"data":{"data":[]}}}}`, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers(partnerList, success(tt.result))
			got, err := s.Customers(t.Context())
			if (err == nil) != tt.ok {
				t.Fatalf("error %v; want ok %v", err, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("customers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadsTheRestOfTheLists(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.answers("GET /pricing/openapi/purchase/v1/product_list", success(`[{"name":"Cloud PBX (PCE Package)","productId":14},{"name":"Remote Management","productId":"15"}]`))
	s.answers("GET /user/openapi/user/v1/client/billing_contact_list", success(`{"results":[{"billingContactId":3197218168379846218,"company":"","emailAddress":"pay@example.org","firstName":"Petra","lastName":""}]}`))
	s.answers("GET /user/openapi/user/v1/subordinate_user/{id}", success(`{"partnerId":"1","email":"ada@example.org"}`))
	products, err := s.AvailableProducts(t.Context())
	if diff := cmp.Diff([]AvailableProduct{{14, "Cloud PBX (PCE Package)"}, {15, "Remote Management"}}, products); err != nil || diff != "" {
		t.Errorf("products %v (-want +got):\n%s", err, diff)
	}
	contacts, err := s.BillingContacts(t.Context())
	if diff := cmp.Diff([]BillingContact{{ID: "3197218168379846218", Email: "pay@example.org", FirstName: "Petra"}}, contacts); err != nil || diff != "" {
		t.Errorf("contacts %v (-want +got):\n%s", err, diff)
	}
	customer, err := s.Customer(t.Context(), "ada@example.org")
	if diff := cmp.Diff(Customer{ID: "1", Email: "ada@example.org"}, customer); err != nil || diff != "" {
		t.Errorf("customer %v (-want +got):\n%s", err, diff)
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		c    Customer
		want string
	}{
		{Customer{ID: "1", Company: "Acme", FirstName: "Ada", LastName: "Lee", Email: "a@example.org"}, "Acme"},
		{Customer{ID: "1", FirstName: "Ada", LastName: "Lee", Email: "a@example.org"}, "Ada Lee"},
		{Customer{ID: "1", LastName: "Lee"}, "Lee"},
		{Customer{ID: "1", Email: "a@example.org"}, "a@example.org"},
		{Customer{ID: "1"}, "1"},
	}
	for _, tt := range tests {
		if got := tt.c.DisplayName(); got != tt.want {
			t.Errorf("DisplayName of %+v = %q; want %q", tt.c, got, tt.want)
		}
		b := BillingContact{ID: tt.c.ID, Company: tt.c.Company, FirstName: tt.c.FirstName, LastName: tt.c.LastName, Email: tt.c.Email}
		if got := b.DisplayName(); got != tt.want {
			t.Errorf("DisplayName of %+v = %q; want %q", b, got, tt.want)
		}
	}
}

func TestReadCatalogue(t *testing.T) {
	t.Parallel()
	gold := Plan{ID: "3048941892189077504", PricingID: "91", Name: "Gold"}
	silver := Plan{ID: "3048941892189077505", Name: "Silver"}
	tests := []struct {
		name, result string
		want         Catalogue
	}{
		{"two lists", `{"offeringId":"77","productId":14,"planList":[{"planId":3048941892189077504,"pricingPlanId":"91","planName":"Gold"},{"planId":"3048941892189077505","name":"Silver"}],
			"serviceList":[{"serviceId":5,"pricingServiceId":6,"serviceName":"Recording","purchaseType":"purchase"}]}`,
			Catalogue{OfferingID: "77", Plans: []Plan{gold, silver}, Services: []Service{{ID: "5", PricingID: "6", Name: "Recording", PurchaseType: "purchase"}}}},
		{"services inside their plans", `{"x":{"plans":[{"planId":"3048941892189077504","pricingId":91,"name":"Gold","services":[{"serviceId":"5","name":"R"}]},
			{"planId":"3048941892189077505","name":"Silver","services":[{"serviceId":"5","name":"R"}]}]}}`,
			Catalogue{Plans: []Plan{gold, silver}, Services: []Service{{ID: "5", Name: "R", PlanIDs: []ID{gold.ID, silver.ID}}}}},
		{"services that name their plans", `{"plans":[{"planId":"3048941892189077504","pricingPlanId":"91","planName":"Gold"}],
			"addOns":[{"serviceId":"5","connectionPlanId":3048941892189077504},{"serviceId":"6","planIds":["3048941892189077504",7]},{"serviceId":"7","planIds":[]}]}`,
			Catalogue{Plans: []Plan{gold}, Services: []Service{{ID: "5", PlanIDs: []ID{gold.ID}}, {ID: "6", PlanIDs: []ID{gold.ID, "7"}}, {ID: "7"}}}},
		{"a plan told twice", `[{"planId":"3048941892189077504","name":"Gold"},{"planId":3048941892189077504,"pricingPlanId":"91"}]`, Catalogue{Plans: []Plan{gold}}},
		{"a service for trying below one plan", `[{"planId":1,"purchaseType":"trial","services":[{"serviceId":5,"purchaseType":"trial"},{"serviceId":6,"purchaseType":"trial"}]},
			{"planId":2,"purchaseType":"purchase","services":[{"serviceId":5,"purchaseType":"purchase"}]},{"planId":1}]`,
			Catalogue{Plans: []Plan{{ID: "1", PurchaseType: "trial"}, {ID: "2", PurchaseType: "purchase"}}, Services: []Service{
				{ID: "5", PlanIDs: []ID{"1", "2"}, PurchaseType: "purchase"}, {ID: "6", PlanIDs: []ID{"1"}, PurchaseType: "trial"},
			}}},
		{"nothing but an id", `{"planId":"3048941892189077505"}`, Catalogue{Plans: []Plan{{ID: silver.ID}}}},
		{"ids that are no ids", `{"plans":[{"planId":null},{"planId":""},{"planId":1.5},{"planId":{}},{"id":"9"}]}`, Catalogue{}},
		{"nothing", `{}`, Catalogue{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readCatalogue(json.RawMessage(tt.result))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreRaw); diff != "" {
				t.Errorf("catalogue (-want +got):\n%s", diff)
			}
			if string(got.Raw) != tt.result {
				t.Errorf("raw %s", got.Raw)
			}
			for _, p := range got.Plans {
				if found, ok := got.Plan(p.ID); !ok || found != p {
					t.Errorf("Plan(%s) = %v, %v", p.ID, found, ok)
				}
			}
			if _, ok := got.Plan("no"); ok {
				t.Error("an unknown plan was found")
			}
			if _, ok := got.Service("no"); ok {
				t.Error("an unknown service was found")
			}
		})
	}
	if _, err := readCatalogue(json.RawMessage(`"nothing"`)); err == nil {
		t.Error("a text was read as a catalogue")
	}
}

func TestReadRenewal(t *testing.T) {
	t.Parallel()
	hundred := 100
	expiry := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	price := func(s string, unit bool) *Price {
		return &Price{Amount: decimal.RequireFromString(s), Currency: "USD", PerUnit: unit}
	}
	tests := []struct {
		name, result string
		want         RenewalInfo
	}{
		{"nothing known", `{"foo":1}`, RenewalInfo{}},
		{"all of it", `{"currentQuantity":100,"totalPrice":"1234.50","currencyCode":"usd","expireDate":"2026-12-31"}`,
			RenewalInfo{Quantity: &hundred, Price: price("1234.50", false), Expiry: expiry}},
		{"numbers", `{"quantity":"100","totalAmount":1234.50,"currency":"USD","expirationTime":1798675200000}`,
			RenewalInfo{Quantity: &hundred, Price: price("1234.5", false), Expiry: expiry}},
		{"a unit price alone", `{"unitPrice":"12","currencyCode":"USD"}`, RenewalInfo{Price: price("12", true)}},
		{"a price without a currency is none", `{"totalPrice":"1234.50"}`, RenewalInfo{}},
		{"allowed quantities are not the current one", `{"quantity":[5,10,20]}`, RenewalInfo{}},
		{"impossible values", `{"quantity":-1,"currentQuantity":1.5,"totalPrice":-1,"currencyCode":"US$","expireDate":"soon"}`, RenewalInfo{}},
		{"the next guess when the first is empty", `{"expireDate":"","expirationDate":"2026-12-31 00:00:00"}`, RenewalInfo{Expiry: expiry}},
		{"a list of one", `[{"currentQuantity":100}]`, RenewalInfo{Quantity: &hundred}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readRenewal(json.RawMessage(tt.result))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreRaw, cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
				t.Errorf("renewal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimeOf(t *testing.T) {
	t.Parallel()
	noon := time.Date(2025, 2, 16, 12, 0, 0, 0, time.UTC)
	day := time.Date(2025, 2, 16, 0, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Time{
		`1739707200`: noon, `1739707200000`: noon, `"1739707200000"`: noon,
		`"2025-02-16T12:00:00Z"`: noon, `"2025-02-16T13:00:00+01:00"`: noon, `"2025-02-16 12:00:00"`: noon,
		`"2025-02-16"`: day, `"2025/02/16"`: day,
		`0`: {}, `-1`: {}, `""`: {}, `null`: {}, `"never"`: {}, `1e12`: {}, `99999999999999999`: {}, `{}`: {}, ``: {},
	} {
		got, ok := timeOf(json.RawMessage(in))
		if !got.Equal(want) || ok == want.IsZero() {
			t.Errorf("timeOf(%s) = %s, %v; want %s", in, got, ok, want)
		}
	}
}
