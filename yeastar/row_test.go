package yeastar

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// printed is what a renewal tutorial prints of a product: the order of its fields is that of
// the tutorials' tables.
type printed struct {
	key       string
	operation string
	id        int
	bySerial  bool
	lines     []string // the kinds of orders: "plan", "service", "plan service"
	quantity  bool     // lines have one
	cycles    []string // billingCycle and multiCycle, and the years or months that they mean
}

// tutorialsPrint has a line for each row, by hand from the pages that yeastar/README.md names
// in section 5.2. No row of the table was copied.
var tutorialsPrint = []printed{
	{"p-series-turnkey", "renew_plan", 14, false, []string{"plan", "plan service", "service"}, true, []string{`"annually","multiCycle":0 1 year`}},
	{"remote-management", "renew_plan", 15, false, []string{"plan"}, false, []string{`"annually","multiCycle":1 1 year`}},
	{"ycm-white-label", "renew_service", 19, false, []string{"service"}, false, []string{`"annually","multiCycle":0 1 year`}},
	{"p-series-appliance-plan", "renew_plan", 11, true, []string{"plan"}, false, []string{
		`"annually","multiCycle":1 1 year`, `"annually","multiCycle":2 2 years`, `"annually","multiCycle":3 3 years`,
		`"annually","multiCycle":4 4 years`, `"annually","multiCycle":5 5 years`, `"monthly","multiCycle":0 1 month`}},
	{"p-series-software", "renew_plan", 12, true, []string{"plan", "plan service"}, true, []string{
		`"annually","multiCycle":1 1 year`, `"annually","multiCycle":2 2 years`, `"annually","multiCycle":3 3 years`,
		`"annually","multiCycle":4 4 years`, `"annually","multiCycle":5 5 years`}},
	{"cloud-pbx", "renew_plan", 13, true, []string{"plan", "plan service"}, true, []string{
		`"annually","multiCycle":1 1 year`, `"annually","multiCycle":2 2 years`, `"annually","multiCycle":3 3 years`,
		`"annually","multiCycle":4 4 years`, `"annually","multiCycle":5 5 years`, `"monthly","multiCycle":0 1 month`}},
	{"pse-white-label", "renew_service", 19, false, []string{"service"}, false, []string{`"annually","multiCycle":0 1 year`}},
}

const (
	planID, serviceID = "3048900000000000011", "3048900000000000019"
	customerID        = "3100000000000000001"
	contactID         = "3197000000000000001"
	serialNumber      = "3631E0000001"
)

// body is the order as the tutorial prints it.
func (p printed) body(kind, holder, cycle string) string {
	var lines []string
	for line := range strings.FieldsSeq(kind) {
		id, connection, quantity := planID, "", ""
		if line == "service" {
			id = serviceID
			if kind == "plan service" {
				connection = `"connectionPlanId":` + planID + `,`
			}
		}
		if p.quantity {
			quantity = `"quantity":50,`
		}
		lines = append(lines, fmt.Sprintf(`{"serviceType":%q,"serviceId":%s,%s%s"purchaseType":"renew","billingModel":"recurring","billingCycle":%s}`,
			line, id, connection, quantity, cycle))
	}
	return fmt.Sprintf(`{"operationType":%q,"productId":%d,%s"billingId":%s,"poNumber":"RNW-000123","serviceList":[%s]}`,
		p.operation, p.id, holder, contactID, strings.Join(lines, ","))
}

// TestEveryRowOrdersWhatItsTutorialPrints compares the bytes of every order that people can
// ask for: each row, holder, choice of lines and term.
func TestEveryRowOrdersWhatItsTutorialPrints(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, p := range tutorialsPrint {
		keys = append(keys, p.key)
		row, ok := ProductByKey(p.key)
		if !ok || len(row.Terms) != len(p.cycles) || row.Holder == BySerial != p.bySerial {
			t.Errorf("%s: the row has the terms %v and the holder %s", p.key, row.Terms, row.Holder)
			continue
		}
		holders := []string{"", `"partnerId":"` + customerID + `",`}
		if p.bySerial {
			holders = []string{`"productNo":"` + serialNumber + `",`}
		}
		for _, holder := range holders {
			for _, kind := range p.lines {
				for i, cycle := range p.cycles {
					body, length, _ := strings.Cut(cycle, " ")
					compareOrder(t, row, i, kind, holder, length, p.body(kind, holder, body))
				}
			}
		}
	}
	if diff := cmp.Diff(keysOf(products), keys); diff != "" {
		t.Errorf("the rows (-table +here):\n%s", diff)
	}
}

func compareOrder(t *testing.T, row Product, term int, kind, holder, length, want string) {
	t.Helper()
	o := Order{Product: row, BillingID: contactID, PONumber: "RNW-000123", Term: row.Terms[term]}
	switch {
	case strings.Contains(holder, "productNo"):
		o.ProductNo = serialNumber
	case holder != "":
		o.PartnerID = customerID
	}
	for line := range strings.FieldsSeq(kind) {
		l := OrderLine{ServiceType: line, ServiceID: planID}
		if line == LineService {
			l.ServiceID = serviceID
		}
		if row.Quantity != QuantityNone {
			l.Quantity = 50
		}
		o.Lines = append(o.Lines, l)
	}
	got, err := o.Body()
	if err != nil {
		t.Errorf("%s %s %s: %v", row.Key, kind, o.Term.Key(), err)
		return
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s %s %s (-want +got):\n%s", row.Key, kind, o.Term.Key(), diff)
	}
	if o.Term.String() != length {
		t.Errorf("%s: %s is told as %q", row.Key, o.Term.Key(), o.Term)
	}
	read, err := ReadOrder(got)
	if err != nil || read.Product.ID != row.ID || read.Term != o.Term || cmp.Diff(o.Lines, read.Lines) != "" ||
		read.ProductNo != o.ProductNo || read.PartnerID != o.PartnerID {
		t.Errorf("%s was read back as %+v, %v", got, read, err)
	}
}

// TestSamplesDigitForDigit has whole bodies as they are written down, with nothing put together.
func TestSamplesDigitForDigit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, term string
		order     Order
		want      string
	}{
		{"remote-management", "annually-1", Order{PartnerID: customerID, Lines: []OrderLine{{LinePlan, "3048900000000000015", 0}}},
			`{"operationType":"renew_plan","productId":15,"partnerId":"3100000000000000001","billingId":3197000000000000001,"serviceList":[{"serviceType":"plan","serviceId":3048900000000000015,"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":1}]}`},
		{"ycm-white-label", "annually-0", Order{Lines: []OrderLine{{LineService, serviceID, 0}}},
			`{"operationType":"renew_service","productId":19,"billingId":3197000000000000001,"serviceList":[{"serviceType":"service","serviceId":3048900000000000019,"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":0}]}`},
		{"p-series-appliance-plan", "annually-1", Order{ProductNo: serialNumber, Lines: []OrderLine{{LinePlan, planID, 0}}},
			`{"operationType":"renew_plan","productId":11,"productNo":"3631E0000001","billingId":3197000000000000001,"serviceList":[{"serviceType":"plan","serviceId":3048900000000000011,"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":1}]}`},
	}
	for _, tt := range tests {
		o := tt.order
		o.Product, _ = ProductByKey(tt.key)
		o.Term, _ = o.Product.Term(tt.term)
		o.BillingID = contactID
		got, err := o.Body()
		if diff := cmp.Diff(tt.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.key, err, diff)
		}
	}
}

// TestEveryRowRefusesWhatItsTutorialForbids breaks each rule of each row.
func TestEveryRowRefusesWhatItsTutorialForbids(t *testing.T) {
	t.Parallel()
	plan, service := OrderLine{LinePlan, planID, 0}, OrderLine{LineService, serviceID, 0}
	counted := func(l OrderLine) OrderLine { l.Quantity = 50; return l }
	type change func(*Order)
	lines := func(l ...OrderLine) change { return func(o *Order) { o.Lines = l } }
	term := func(cycle string, multi int) change { return func(o *Order) { o.Term = Term{cycle, multi, 12} } }
	tests := []struct {
		key    string
		right  []OrderLine
		name   string
		change change
		want   string
	}{
		{"p-series-turnkey", []OrderLine{counted(plan)}, "serial number", func(o *Order) { o.ProductNo = serialNumber }, "not for a serial number"},
		{"p-series-turnkey", []OrderLine{counted(plan)}, "two years", term(Annually, 2), "not renewed for"},
		{"p-series-turnkey", []OrderLine{counted(plan)}, "monthly", term(Monthly, 0), "not renewed for"},
		{"p-series-turnkey", []OrderLine{counted(plan)}, "no quantity", lines(plan), "at least 1"},
		{"remote-management", []OrderLine{plan}, "quantity", lines(counted(plan)), "without a quantity"},
		{"remote-management", []OrderLine{plan}, "service", lines(plan, service), "no services"},
		{"remote-management", []OrderLine{plan}, "the Turnkey Package's multiCycle", term(Annually, 0), "not renewed for"},
		{"ycm-white-label", []OrderLine{service}, "plan", lines(plan), "no plan"},
		{"ycm-white-label", []OrderLine{service}, "quantity", lines(counted(service)), "without a quantity"},
		{"ycm-white-label", []OrderLine{service}, "another service beside it", lines(service, OrderLine{LineService, "5", 0}), "is one service"},
		{"p-series-appliance-plan", []OrderLine{plan}, "customer", func(o *Order) { o.PartnerID, o.ProductNo = customerID, "" }, "not for a customer"},
		{"p-series-appliance-plan", []OrderLine{plan}, "customer and serial number", func(o *Order) { o.PartnerID = customerID }, "never both"},
		{"p-series-appliance-plan", []OrderLine{plan}, "no serial number", func(o *Order) { o.ProductNo = "" }, "needs a serial number"},
		{"p-series-appliance-plan", []OrderLine{plan}, "space in the serial number", func(o *Order) { o.ProductNo = "3631E 0001" }, "letters and digits"},
		{"p-series-appliance-plan", []OrderLine{plan}, "quantity", lines(counted(plan)), "without a quantity"},
		{"p-series-appliance-plan", []OrderLine{plan}, "six years", term(Annually, 6), "not renewed for"},
		{"p-series-appliance-plan", []OrderLine{plan}, "two months", term(Monthly, 2), "not renewed for"},
		{"p-series-software", []OrderLine{counted(plan)}, "monthly", term(Monthly, 0), "not renewed for"},
		{"p-series-software", []OrderLine{counted(plan)}, "services alone", lines(counted(service)), "without its plan"},
		{"cloud-pbx", []OrderLine{counted(plan)}, "services alone", lines(counted(service)), "without its plan"},
		{"cloud-pbx", []OrderLine{counted(plan)}, "no quantity", lines(plan), "at least 1"},
		{"pse-white-label", []OrderLine{service}, "quantity", lines(counted(service)), "without a quantity"},
	}
	for _, tt := range tests {
		t.Run(tt.key+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			row, _ := ProductByKey(tt.key)
			o := Order{Product: row, BillingID: contactID, Term: row.Terms[0], Lines: tt.right}
			if row.Holder == BySerial {
				o.ProductNo = serialNumber
			}
			if _, err := o.Body(); err != nil {
				t.Fatalf("without the fault: %v", err)
			}
			tt.change(&o)
			if body, err := o.Body(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Body() = %s, %v; want an error with %q", body, err, tt.want)
			}
		})
	}
}

func TestEndOfATerm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		begin, end string
		months     int
	}{
		{"2027-01-31", "2027-02-28", 1}, {"2027-01-15", "2027-02-15", 1}, {"2028-02-29", "2029-02-28", 12}, {"2027-02-28", "2028-02-28", 12},
		{"2027-12-31", "2028-01-31", 1},
	} {
		begin, err := time.Parse(time.DateOnly, c.begin)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Term{Months: c.months}).After(begin).Format(time.DateOnly); got != c.end {
			t.Errorf("%d months from %s end on %s, want %s", c.months, c.begin, got, c.end)
		}
	}
}
