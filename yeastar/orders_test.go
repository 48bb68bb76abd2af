package yeastar

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"golang.org/x/sync/errgroup"
)

func TestOwnedProductsReadsAllPages(t *testing.T) {
	t.Parallel()
	item := func(n int) string { return fmt.Sprintf(`{"productNo":"%d"}`, n) }
	tests := []struct {
		name  string
		page  func(no int) string
		want  []string
		calls int
		ok    bool
	}{
		{"by the number of pages, with short pages", func(no int) string {
			return fmt.Sprintf(`{"total":3,"totalPage":3,"pageNo":%d,"results":[%s]}`, no, item(no))
		}, []string{"1", "2", "3"}, 3, true},
		{"a bare array", func(int) string { return `[` + item(1) + `,` + item(2) + `]` }, []string{"1", "2"}, 1, true},
		{"a page that comes again and again", func(int) string { return `{"totalPage":50,"results":[` + item(1) + `]}` }, []string{"1"}, 1 + pagesAtOnce, true},
		{"a page that comes again, without a number of pages", func(int) string { return `{"results":[` + strings.Repeat(item(1)+",", 99) + item(1) + `]}` },
			[]string{"1"}, 2, true},
		{"pages without a number, and one that came before", func(no int) string {
			return fmt.Sprintf(`{"totalPage":5,"results":[%s]}`, []string{`{"comment":"x"}`, item(1), item(1), `{"comment":"y"}`, item(2)}[no-1])
		}, []string{"1", "2"}, 5, true},
		{"an empty page ends it", func(no int) string {
			if no > 2 {
				return `{"totalPage":50,"results":[]}`
			}
			return `{"totalPage":50,"results":[` + item(no) + `]}`
		}, []string{"1", "2"}, 1 + pagesAtOnce, true},
		{"a page without numbers between others", func(no int) string {
			if no == 2 {
				return `{"totalPage":3,"results":[{"name":"x"}]}`
			}
			return `{"totalPage":3,"results":[` + item(no) + `]}`
		}, []string{"1", "3"}, 3, true},
		{"the first page without numbers", func(no int) string {
			if no == 1 {
				return `{"totalPage":2,"results":[{"name":"x"}]}`
			}
			return `{"totalPage":2,"results":[` + item(no) + `]}`
		}, []string{"2"}, 2, true},
		{"no page with numbers", func(int) string { return `{"totalPage":2,"results":[{"name":"x"}]}` }, nil, 2, false},
		{"none", func(int) string { return `{"total":0,"totalPage":0,"pageNo":1,"results":[]}` }, nil, 1, true},
		{"none, without a list", func(int) string { return `{"total":0,"totalPage":0,"pageNo":1}` }, nil, 1, true},
		{"a list without end", func(no int) string { return fmt.Sprintf(`{"totalPage":100000,"results":[%s]}`, item(no)) }, nil, maxOwnedPages, false},
		{"pages that tell neither their number nor a total, and no product number", func(no int) string {
			return `{"results":[` + strings.Repeat(fmt.Sprintf(`{"name":"x%d"},`, no), 99) + `{"name":"y"}]}`
		}, nil, maxUnreadPages, false},
		{"pages that tell neither their number nor a total, and do not end", func(no int) string {
			return `{"results":[` + strings.Repeat(item(no)+",", 99) + item(no) + `]}`
		}, nil, maxOwnedPages, false},
		{"more entries than anybody has", func(no int) string {
			return fmt.Sprintf(`{"totalPage":900,"results":[%s%s]}`, strings.Repeat(item(no)+",", maxOwned/2), item(no))
		}, nil, 1 + pagesAtOnce, false},
		{"short pages and a total", func(no int) string {
			return fmt.Sprintf(`{"total":5,"results":[%s]}`, []string{item(1) + "," + item(2), item(3) + "," + item(4), item(5)}[no-1])
		}, []string{"1", "2", "3", "4", "5"}, 3, true},
		{"the number of entries of each page", func(no int) string {
			if no == 1 {
				return `{"count":100,"results":[` + strings.Repeat(item(1)+",", 99) + item(1) + `]}`
			}
			return `{"count":1,"results":[` + item(2) + `]}`
		}, []string{"1", "2"}, 2, true},
		{"entries that cannot be understood", func(int) string { return `[{"number":"1"}]` }, nil, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			var calls atomic.Int64
			s.mux.HandleFunc("GET /product/openapi/instance_product/v1/client/instance_product_list", func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				var no int
				fmt.Sscan(r.URL.Query().Get("pageNo"), &no)
				fmt.Fprint(w, success(tt.page(no)))
			})
			list, err := s.OwnedProducts(t.Context(), 14)
			if (err == nil) != tt.ok {
				t.Fatalf("error %v; want ok %v", err, tt.ok)
			}
			var got []string
			for _, o := range list {
				got = append(got, o.ProductNo)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || int(calls.Load()) != tt.calls {
				t.Errorf("%d calls, want %d; (-want +got):\n%s", calls.Load(), tt.calls, diff)
			}
		})
	}
}

// TestPagesAreReadTogether reads two lists whose pages answer only when as many are asked for
// as may be, and never more.
func TestPagesAreReadTogether(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const pages = 1 + 2*pagesAtOnce
	var asked, most atomic.Int64
	var once sync.Once
	full := make(chan struct{})
	s.mux.HandleFunc("GET /product/openapi/instance_product/v1/client/instance_product_list", func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		defer asked.Add(-1)
		for {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		no := r.URL.Query().Get("pageNo")
		if no != "1" {
			if n == pagesAtOnce {
				once.Do(func() { close(full) })
			}
			<-full
		}
		fmt.Fprint(w, success(fmt.Sprintf(`{"totalPage":%d,"results":[{"productNo":"%s"}]}`, pages, no)))
	})
	var reading errgroup.Group
	for _, product := range []int{12, 14} {
		reading.Go(func() error {
			list, err := s.OwnedProducts(t.Context(), product)
			if len(list) != pages || (err == nil && list[pages-1].ProductNo != strconv.Itoa(pages)) {
				t.Errorf("%d of %d pages, or not in their order", len(list), pages)
			}
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		t.Fatal(err)
	}
	if most.Load() != pagesAtOnce {
		t.Errorf("%d pages were asked for at once, want %d", most.Load(), pagesAtOnce)
	}
}

func TestReadOwned(t *testing.T) {
	t.Parallel()
	fifty, minutes := 50, 10000
	created := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name, result string
		want         OwnedProduct
	}{
		{"the documented fields", fmt.Sprintf(`{"productNo":"307","activationStatus":"activated","comment":"HQ","createTime":%d,"currentPlan":"","currentPlanExpireDate":""}`, created.UnixMilli()),
			OwnedProduct{ProductNo: "307", ActivationStatus: "activated", Comment: "HQ", CreateTime: created}},
		{"seconds, and a plan switch pending", fmt.Sprintf(`{"productNo":307,"createTime":"%d","currentPlan":"Gold","currentPlanExpireDate":"2025-03-01T12:00:00Z"}`, created.Unix()),
			OwnedProduct{ProductNo: "307", CreateTime: created, CurrentPlan: "Gold", Expiry: created}},
		{"the guessed fields", `{"productNo":"307","partnerId":31,"planId":30,"planName":"Gold","currentQuantity":50,"expireDate":"2025-03-01 12:00:00",
			"serviceList":[{"serviceId":5,"serviceName":"Recording","currentQuantity":10000},{"serviceId":6}]}`,
			OwnedProduct{ProductNo: "307", HolderID: "31", PlanID: "30", PlanName: "Gold", Extensions: &fifty, Expiry: created,
				Services: []OwnedService{{ID: "5", Name: "Recording", Quantity: &minutes}, {ID: "6"}}}},
		{"nothing", `{}`, OwnedProduct{ProductNo: "asked"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers("GET /product/openapi/instance_product/v1/detail", success(tt.result))
			got, err := s.OwnedProduct(t.Context(), 14, "asked")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreRaw); diff != "" {
				t.Errorf("product (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	created := time.Date(2025, 2, 16, 10, 40, 0, 0, time.UTC)
	sample := `{"createTime":1739702400000,"currencyCode":"USD","customReferenceNo":"ref","id":"1700001","invoiceNo":"","orderNo":"XS3400000000000000001","orderStatus":"succeed"}`
	want := OrderSummary{ID: "1700001", OrderNo: "XS3400000000000000001", OrderStatus: OrderSucceed, CreateTime: created, Currency: "USD", CustomReferenceNo: "ref"}
	withPO := want
	withPO.PONumber = "RNW-000123"
	tests := []struct {
		name, result string
		want         OrderPage
		ok           bool
	}{
		{"the documented page", `{"count":117,"pageNo":1,"pageSize":3,"results":[` + sample + `],"total":117,"totalPage":39}`, OrderPage{117, 39, []OrderSummary{want}}, true},
		{"count alone, seconds, id as number", `{"count":1,"results":[{"createTime":1739702400,"currencyCode":"USD","customReferenceNo":"ref","id":1700001,"orderNo":"XS3400000000000000001","orderStatus":"succeed","poNumber":"RNW-000123"}]}`,
			OrderPage{1, 0, []OrderSummary{withPO}}, true},
		{"a bare array", `[` + sample + `]`, OrderPage{0, 0, []OrderSummary{want}}, true},
		{"no times", `[{"id":"1","orderStatus":"confirming"}]`, OrderPage{0, 0, []OrderSummary{{ID: "1", OrderStatus: "confirming"}}}, true},
		{"empty", `{"count":0,"total":0,"totalPage":0,"pageNo":1,"pageSize":25,"results":[]}`, OrderPage{}, true},
		{"an order that cannot be read is not left out", `[` + sample + `,{"foo":1}]`, OrderPage{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers("GET /order/openapi/order/v1/page", success(tt.result))
			got, err := s.Orders(t.Context(), 1, 25)
			if (err == nil) != tt.ok {
				t.Fatalf("error %v; want ok %v", err, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, ignoreRaw); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	hundred, thousand := 100, 1000
	five := 5
	tests := []struct {
		name, result string
		want         OrderDetail
	}{
		{"the documented parts, empty", `{"basicInformation":{},"billingInformation":{},"orderInformation":{},"orderSummary":{}}`, OrderDetail{}},
		{"nothing", `{}`, OrderDetail{}},
		{"the documented fields", `{"basicInformation":{"productId":"14","productName":"Turnkey","productNo":"307"}}`, OrderDetail{ProductID: "14", ProductName: "Turnkey", ProductNo: "307"}},
		{"all that is guessed", `{"basicInformation":{"productId":14},"billingInformation":{"billingContactId":"3197218168379846218"},
			"orderInformation":{"id":1,"orderNo":"XS1","orderStatus":"succeed","createTime":1739702400000,"poNumber":"RNW-1","customReferenceNo":"c","transactionNo":"IW1","partnerId":"31"},
			"orderSummary":{"totalAmount":"99.90","currencyCode":"USD","serviceList":[{"serviceType":"service","serviceId":5,"quantity":1000},{"serviceType":"plan","serviceId":3048941892189077504,"serviceName":"Gold","quantity":100}]}}`,
			OrderDetail{ProductID: "14", ID: "1", OrderNo: "XS1", OrderStatus: OrderSucceed, CreateTime: time.Date(2025, 2, 16, 10, 40, 0, 0, time.UTC),
				PONumber: "RNW-1", CustomReferenceNo: "c", TransactionNo: "IW1", PartnerID: "31", BillingID: "3197218168379846218",
				Price:    &Price{Amount: decimal.RequireFromString("99.90"), Currency: "USD"},
				Lines:    []OrderDetailLine{{ServiceType: "service", ServiceID: "5", Quantity: &thousand}, {ServiceType: "plan", ServiceID: "3048941892189077504", Name: "Gold", Quantity: &hundred}},
				Quantity: &hundred}},
		{"a line that tells about its plan", `{"orderSummary":{"x":[{"serviceId":5,"plan":{"planId":6}}]}}`,
			OrderDetail{Lines: []OrderDetailLine{{ServiceID: "5"}}}},
		{"services inside a plan, without a summary", `{"lines":[{"planId":6,"quantity":100,"serviceType":"plan","services":[{"serviceId":5,"quantity":1000}]}]}`,
			OrderDetail{Lines: []OrderDetailLine{{ServiceType: "plan", ServiceID: "6", Quantity: &hundred}, {ServiceID: "5", Quantity: &thousand}}, Quantity: &hundred}},
		{"the term of a line, and the new end", `{"orderSummary":{"expireDate":"2031-04-01","x":[{"planId":6,"billingCycle":"Annually","multiCycle":"5"}]}}`,
			OrderDetail{Expiry: time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC), Lines: []OrderDetailLine{{ServiceID: "6", BillingCycle: Annually, MultiCycle: &five}}}},
		{"lines of another shape", `{"orderSummary":[{"planId":"3048941892189077504","planName":"Gold","quantity":"100"}]}`,
			OrderDetail{Lines: []OrderDetailLine{{ServiceID: "3048941892189077504", Name: "Gold", Quantity: &hundred}}, Quantity: &hundred}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers("GET /order/openapi/order/v1/get/{id}", success(tt.result))
			got, err := s.Order(t.Context(), "XS1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreRaw, cmp.Comparer(decimal.Decimal.Equal), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if string(got.Raw) != tt.result {
				t.Errorf("raw %s", got.Raw)
			}
		})
	}
}
