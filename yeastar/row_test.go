package yeastar

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	planID, serviceID = "3048900000000000011", "3048900000000000019"
	customerID        = "3100000000000000001"
	contactID         = "3197000000000000001"
	serialNumber      = "3631E0000001"
)

// TestEveryOrderIsReadAgain reads the bytes of every order that people can ask for, each row,
// holder, choice of lines and term; their golden files say what the bytes are.
func TestEveryOrderIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, row := range products {
		for name, o := range ordersOf(row) {
			body, err := o.Body()
			if err != nil {
				t.Errorf("%s %s: %v", row.Key, name, err)
				continue
			}
			read, err := ReadOrder(body)
			if err != nil || read.Product.ID != row.ID || read.Term != o.Term || cmp.Diff(o.Lines, read.Lines) != "" ||
				read.ProductNo != o.ProductNo || read.PartnerID != o.PartnerID {
				t.Errorf("%s was read back as %+v, %v", body, read, err)
			}
		}
	}
}

// ordersOf are all orders of a row, by what they are for.
func ordersOf(row Product) map[string]Order {
	holders := map[string]Order{"our account": {}, "a customer": {PartnerID: customerID}}
	if row.Holder == BySerial {
		holders = map[string]Order{"a PBX": {ProductNo: serialNumber}}
	}
	lines := map[string][]OrderLine{}
	quantity := 0
	if row.Quantity != QuantityNone {
		quantity = 50
	}
	plan, service := OrderLine{LinePlan, planID, quantity}, OrderLine{LineService, serviceID, quantity}
	if row.PlanLine {
		lines["plan"] = []OrderLine{plan}
	}
	if row.PlanLine && row.ServiceLines {
		lines["plan and service"] = []OrderLine{plan, service}
	}
	if !row.PlanLine || row.ServicesAlone {
		lines["service"] = []OrderLine{service}
	}
	orders := map[string]Order{}
	for holder, o := range holders {
		for kind, chosen := range lines {
			for _, term := range row.Terms {
				o.Product, o.BillingID, o.PONumber, o.Lines, o.Term = row, contactID, "RNW-000123", chosen, term
				orders[holder+", "+kind+", "+term.String()] = o
			}
		}
	}
	return orders
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
