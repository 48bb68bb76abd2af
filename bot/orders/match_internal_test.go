package orders

import (
	"strconv"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// sentAt is when the attempt of the tests was made.
var sentAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// order is what the attempt of the tests sent, with a PO number.
func order(t *testing.T, partner, poNumber string) sent {
	t.Helper()
	product := yeastar.Products()[0]
	body, err := yeastar.Order{
		Product: product, PartnerID: yeastar.ID(partner), BillingID: "400", PONumber: poNumber,
		Lines: []yeastar.OrderLine{
			{ServiceType: yeastar.LinePlan, ServiceID: "500", Quantity: 50},
			{ServiceType: yeastar.LineService, ServiceID: "600", Quantity: 2},
		},
	}.Body()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sentWith(renewal.Request{ID: 1}, renewal.Attempt{
		Number: 1, StartedAt: sentAt, Deadline: sentAt.Add(75 * time.Second), Body: body,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fullDetail is the attempt's order with everything that a vendor could tell.
func fullDetail() yeastar.OrderDetail {
	fifty, two := 50, 2
	return yeastar.OrderDetail{
		ID: "1", OrderNo: "XS1", OrderStatus: yeastar.OrderSucceed, CreateTime: sentAt.Add(time.Second),
		ProductID: yeastar.ID(strconv.Itoa(yeastar.Products()[0].ID)), PartnerID: "300", BillingID: "400", Quantity: &fifty,
		Lines: []yeastar.OrderDetailLine{{ServiceID: "600", Quantity: &two}, {ServiceID: "500", Quantity: &fifty}},
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const reference, typed = "PO 7 RNW-000001", "PO 7"
	many := 51
	type detail = *yeastar.OrderDetail
	for name, c := range map[string]struct {
		sent   string
		change func(o detail)
		own    bool
		want   match
	}{
		"the PO number alone":                   {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", PONumber: reference} }, false, matchProven},
		"the PO number as reference":            {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", CustomReferenceNo: reference} }, false, matchProven},
		"another PO number":                     {reference, func(o detail) { o.PONumber = "PO 7 RNW-000002" }, false, matchNone},
		"another PO number, ours as reference":  {reference, func(o detail) { o.PONumber, o.CustomReferenceNo = "X", reference }, false, matchNone},
		"no PO number told, everything else":    {reference, func(detail) {}, false, matchCertain},
		"a typed PO number proves nothing":      {typed, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", PONumber: typed} }, false, matchPossible},
		"a typed PO number and everything else": {typed, func(o detail) { o.PONumber = typed }, false, matchCertain},
		"no PO number sent, one told":           {"", func(o detail) { o.PONumber = "X" }, false, matchNone},
		"nothing but the number":                {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1"} }, false, matchPossible},
		"no number":                             {reference, func(o detail) { o.OrderNo = "" }, false, matchNone},
		"another product":                       {reference, func(o detail) { o.ProductID = "2" }, false, matchNone},
		"another customer":                      {reference, func(o detail) { o.PartnerID = "301" }, false, matchNone},
		"another customer with our reference":   {reference, func(o detail) { o.PartnerID, o.PONumber = "301", reference }, false, matchNone},
		"no customer told":                      {reference, func(o detail) { o.PartnerID = "" }, false, matchPossible},
		"another billing contact":               {reference, func(o detail) { o.BillingID = "401" }, false, matchNone},
		"another number of extensions":          {reference, func(o detail) { o.Quantity = &many }, false, matchNone},
		"another quantity of a service":         {reference, func(o detail) { o.Lines[0].Quantity = &many }, false, matchNone},
		"a line less":                           {reference, func(o detail) { o.Lines = o.Lines[1:] }, false, matchNone},
		"a line without quantity":               {reference, func(o detail) { o.Lines[0].Quantity = nil }, false, matchPossible},
		"no lines":                              {reference, func(o detail) { o.Lines, o.Quantity = nil, nil }, false, matchPossible},
		"no time":                               {reference, func(o detail) { o.CreateTime = time.Time{} }, false, matchPossible},
		"nine minutes before":                   {reference, func(o detail) { o.CreateTime = sentAt.Add(-9 * time.Minute) }, false, matchCertain},
		"eleven minutes before":                 {reference, func(o detail) { o.CreateTime = sentAt.Add(-11 * time.Minute) }, false, matchNone},
		"an hour later":                         {reference, func(o detail) { o.CreateTime = sentAt.Add(time.Hour) }, false, matchNone},
		"an hour before, with our reference":    {reference, func(o detail) { o.CreateTime, o.PONumber = sentAt.Add(-time.Hour), reference }, false, matchProven},
		"half a day later, with our reference":  {reference, func(o detail) { o.CreateTime, o.PONumber = sentAt.Add(12*time.Hour), reference }, false, matchProven},
		"own account, nobody told":              {reference, func(o detail) { o.PartnerID = "" }, true, matchPossible},
		"own account, a customer's order":       {reference, func(detail) {}, true, matchNone},
		"own account, our reference":            {reference, func(o detail) { o.PartnerID, o.PONumber = "", reference }, true, matchProven},
		"own account by its own id":             {reference, func(o detail) { o.PartnerID, o.PONumber = "999", reference }, true, matchProven},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			partner := "300"
			if c.own {
				partner = ""
			}
			s, o := order(t, partner, c.sent), fullDetail()
			c.change(&o)
			if got := s.compare(o); got != c.want {
				t.Errorf("compared as %d, want %d; it contradicts by: %q", got, c.want, s.contradiction(o))
			}
		})
	}
}

func TestContradictionGivesTheReason(t *testing.T) {
	t.Parallel()
	many := 51
	for want, change := range map[string]func(o *yeastar.OrderDetail){
		"":                                  func(*yeastar.OrderDetail) {},
		"it has another PO number":          func(o *yeastar.OrderDetail) { o.PONumber = "X" },
		"it is for another product":         func(o *yeastar.OrderDetail) { o.ProductID = "2" },
		"it is for another customer":        func(o *yeastar.OrderDetail) { o.PartnerID = "301" },
		"it has another billing contact":    func(o *yeastar.OrderDetail) { o.BillingID = "401" },
		"it is for 51 extensions":           func(o *yeastar.OrderDetail) { o.Quantity = &many },
		"it has other plans or services":    func(o *yeastar.OrderDetail) { o.Lines = o.Lines[:1] },
		"it was placed before this request": func(o *yeastar.OrderDetail) { o.CreateTime = sentAt.Add(-time.Hour) },
		"it was placed long after":          func(o *yeastar.OrderDetail) { o.CreateTime = sentAt.Add(time.Hour) },
	} {
		s, o := order(t, "300", "RNW-000001"), fullDetail()
		change(&o)
		if got := s.contradiction(o); len(got) < len(want) || got[:len(want)] != want || (want == "") != (got == "") {
			t.Errorf("contradicted by %q, want %q", got, want)
		}
	}
}

func TestOneOrderOrNone(t *testing.T) {
	t.Parallel()
	o := []yeastar.OrderDetail{{OrderNo: "XS1"}, {OrderNo: "XS2"}}
	lost, notPlaced := renewal.Attempt{Outcome: renewal.Lost}, renewal.Attempt{Outcome: renewal.NotPlaced}
	for name, c := range map[string]struct {
		f    finding
		a    renewal.Attempt
		want bool
	}{
		"nothing":                             {finding{}, lost, false},
		"one proven":                          {finding{proven: o[:1]}, lost, true},
		"one proven among others":             {finding{proven: o[:1], certain: o[1:], possible: o}, lost, true},
		"two proven":                          {finding{proven: o}, lost, false},
		"two proven that people did not find": {finding{proven: o}, notPlaced, true},
		"one certain":                         {finding{certain: o[:1]}, lost, true},
		"one certain, one possible":           {finding{certain: o[:1], possible: o[1:]}, lost, false},
		"two certain":                         {finding{certain: o}, lost, false},
		"one possible":                        {finding{possible: o[:1]}, lost, false},
	} {
		if _, got := c.f.one(c.a); got != c.want {
			t.Errorf("%s: one order is %v, want %v", name, got, c.want)
		}
	}
}
