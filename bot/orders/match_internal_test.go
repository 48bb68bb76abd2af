package orders

import (
	"strconv"
	"strings"
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
		Product: product, PartnerID: yeastar.ID(partner), BillingID: "400", PONumber: poNumber, Term: product.Terms[0],
		Lines: []yeastar.OrderLine{
			{ServiceType: yeastar.LinePlan, ServiceID: "500", Quantity: 50},
			{ServiceType: yeastar.LineService, ServiceID: "600", Quantity: 2},
		},
	}.Body()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sentWith(renewal.Request{ID: 1}, renewal.Attempt{
		Number: 1, StartedAt: sentAt, EndedAt: sentAt.Add(30 * time.Second), Deadline: sentAt.Add(75 * time.Second), Body: body,
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
		"the PO number alone":                      {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", PONumber: reference} }, false, matchProven},
		"the PO number as reference":               {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", CustomReferenceNo: reference} }, false, matchProven},
		"another PO number":                        {reference, func(o detail) { o.PONumber = "PO 7 RNW-000002" }, false, matchNone},
		"another PO number, ours as reference":     {reference, func(o detail) { o.PONumber, o.CustomReferenceNo = "X", reference }, false, matchReferenced},
		"no PO number told, everything else":       {reference, func(detail) {}, false, matchCertain},
		"a typed PO number proves nothing":         {typed, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1", PONumber: typed} }, false, matchPossible},
		"a typed PO number and everything else":    {typed, func(o detail) { o.PONumber = typed }, false, matchCertain},
		"no PO number sent, one told":              {"", func(o detail) { o.PONumber = "X" }, false, matchNone},
		"nothing but the number":                   {reference, func(o detail) { *o = yeastar.OrderDetail{OrderNo: "XS1"} }, false, matchPossible},
		"no number":                                {reference, func(o detail) { o.OrderNo = "" }, false, matchNone},
		"another product":                          {reference, func(o detail) { o.ProductID = "2" }, false, matchNone},
		"another customer":                         {reference, func(o detail) { o.PartnerID = "301" }, false, matchNone},
		"another customer with our reference":      {reference, func(o detail) { o.PartnerID, o.PONumber = "301", reference }, false, matchReferenced},
		"a copy of the contact with our reference": {reference, func(o detail) { o.BillingID, o.PONumber = "998877", reference }, false, matchReferenced},
		"packages counted, with our reference":     {reference, func(o detail) { o.Quantity, o.PONumber = &many, reference }, false, matchReferenced},
		"a line more, with our reference": {reference, func(o detail) {
			o.Lines, o.PONumber = append(o.Lines, yeastar.OrderDetailLine{ServiceID: "123", Quantity: &many}), reference
		}, false, matchReferenced},
		"another product with our reference":  {reference, func(o detail) { o.ProductID, o.PONumber = "2", reference }, false, matchNone},
		"the PO number cut":                   {reference, func(o detail) { o.PONumber = "PO 7 RNW-0" }, false, matchPossible},
		"the PO number cut to nearly nothing": {reference, func(o detail) { o.PONumber = "PO 7" }, false, matchNone},
		"the PO number in small letters":      {reference, func(o detail) { o.PONumber = "po 7 rnw-000001" }, false, matchPossible},
		"the PO number with other blanks":     {reference, func(o detail) { o.PONumber = "PO 7  RNW-000001" }, false, matchPossible},
		"a word after the PO number":          {reference, func(o detail) { o.PONumber = "PO 7 RNW-000001 paid" }, false, matchPossible},
		"our reference within another word":   {reference, func(o detail) { o.PONumber = "PO 7 XRNW-0000012" }, false, matchNone},
		"an altered PO number, another contact": {reference, func(o detail) {
			o.PONumber, o.BillingID = "PO 7 RNW-000001 paid", "401"
		}, false, matchNone},
		"no customer told":                     {reference, func(o detail) { o.PartnerID = "" }, false, matchPossible},
		"another billing contact":              {reference, func(o detail) { o.BillingID = "401" }, false, matchNone},
		"another number of extensions":         {reference, func(o detail) { o.Quantity = &many }, false, matchNone},
		"another quantity of a service":        {reference, func(o detail) { o.Lines[0].Quantity = &many }, false, matchNone},
		"a line less":                          {reference, func(o detail) { o.Lines = o.Lines[1:] }, false, matchNone},
		"a line without quantity":              {reference, func(o detail) { o.Lines[0].Quantity = nil }, false, matchPossible},
		"no lines":                             {reference, func(o detail) { o.Lines, o.Quantity = nil, nil }, false, matchPossible},
		"no time":                              {reference, func(o detail) { o.CreateTime = time.Time{} }, false, matchPossible},
		"seconds before":                       {reference, func(o detail) { o.CreateTime = sentAt.Add(-handSkew) }, false, matchCertain},
		"nine minutes before":                  {reference, func(o detail) { o.CreateTime = sentAt.Add(-9 * time.Minute) }, false, matchPossible},
		"seconds after the attempt":            {reference, func(o detail) { o.CreateTime = sentAt.Add(30*time.Second + handSkew) }, false, matchCertain},
		"a minute after it began":              {reference, func(o detail) { o.CreateTime = sentAt.Add(time.Minute) }, false, matchPossible},
		"minutes after the attempt":            {reference, func(o detail) { o.CreateTime = sentAt.Add(4 * time.Minute) }, false, matchPossible},
		"eleven minutes before":                {reference, func(o detail) { o.CreateTime = sentAt.Add(-11 * time.Minute) }, false, matchNone},
		"an hour later":                        {reference, func(o detail) { o.CreateTime = sentAt.Add(time.Hour) }, false, matchNone},
		"an hour before, with our reference":   {reference, func(o detail) { o.CreateTime, o.PONumber = sentAt.Add(-time.Hour), reference }, false, matchProven},
		"half a day later, with our reference": {reference, func(o detail) { o.CreateTime, o.PONumber = sentAt.Add(12*time.Hour), reference }, false, matchProven},
		"own account, nobody told":             {reference, func(o detail) { o.PartnerID = "" }, true, matchPossible},
		"own account, a customer's order":      {reference, func(detail) {}, true, matchNone},
		"own account, our reference":           {reference, func(o detail) { o.PartnerID, o.PONumber = "", reference }, true, matchProven},
		"own account by its own id":            {reference, func(o detail) { o.PartnerID, o.PONumber = "999", reference }, true, matchProven},
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
				t.Errorf("compared as %d, want %d; it differs by: %q", got, c.want, s.doubtful(o, false))
			}
		})
	}
}

// What a person hears who names an order by its number: what differs, or why it is none.
func TestWhatDiffersIsTold(t *testing.T) {
	t.Parallel()
	const ours = "PO 7 RNW-000001"
	many := 51
	type detail = *yeastar.OrderDetail
	for name, c := range map[string]struct {
		change  func(o detail)
		differs string
		refused string
	}{
		"nothing":                         {func(o detail) { o.PONumber = ours }, "", ""},
		"nothing, without a PO number":    {func(detail) {}, "it has no PO number, and other orders have theirs", ""},
		"the contact, with our reference": {func(o detail) { o.PONumber, o.BillingID = ours, "401" }, "it has another billing contact", ""},
		"the customer and the quantity": {func(o detail) { o.PONumber, o.PartnerID, o.Quantity = ours, "301", &many },
			"it is for another customer; it is for 51 extensions", ""},
		"the lines":                          {func(o detail) { o.PONumber, o.Lines = ours, o.Lines[:1] }, "it has other plans or services", ""},
		"the PO number, a little":            {func(o detail) { o.PONumber = ours + " paid" }, `it has another PO number, "PO 7 RNW-000001 paid"`, ""},
		"the PO number":                      {func(o detail) { o.PONumber = "PO 8" }, `it has another PO number, "PO 8"`, ""},
		"the PO number of another request":   {func(o detail) { o.PONumber = "PO 7 RNW-000002" }, "", "its PO number names RNW-000002"},
		"the reference of another request":   {func(o detail) { o.CustomReferenceNo = "RNW-000002" }, "", "its PO number names RNW-000002"},
		"the product, with our reference":    {func(o detail) { o.PONumber, o.ProductID = ours, "2" }, "", "it is for another product"},
		"the time, with our reference":       {func(o detail) { o.PONumber, o.CreateTime = ours, sentAt.Add(-72*time.Hour) }, "", ""},
		"the time, by a zone":                {func(o detail) { o.CreateTime = sentAt.Add(8 * time.Hour) }, "it has no PO number, and other orders have theirs; it was placed long after this request was sent", ""},
		"the time, by more than any zone is": {func(o detail) { o.CreateTime = sentAt.Add(-72 * time.Hour) }, "it has no PO number, and other orders have theirs; it was placed before this request was sent", ""},
	} {
		s, o := order(t, "300", ours), fullDetail()
		c.change(&o)
		if got := s.refusal(o); got != c.refused {
			t.Errorf("%s: refused for %q, want %q", name, got, c.refused)
		}
		if got := strings.Join(s.doubtful(o, true), "; "); c.refused == "" && got != c.differs {
			t.Errorf("%s: differs by %q, want %q", name, got, c.differs)
		}
	}
}

func TestOneOrderOrNone(t *testing.T) {
	t.Parallel()
	o := []yeastar.OrderDetail{{OrderNo: "XS1"}, {OrderNo: "XS2"}}
	lost, notPlaced := renewal.Attempt{Outcome: renewal.Lost, StartedAt: sentAt}, renewal.Attempt{Outcome: renewal.NotPlaced, StartedAt: sentAt}
	for name, c := range map[string]struct {
		f     finding
		a     renewal.Attempt
		after time.Duration
		want  bool
	}{
		"nothing":                                 {finding{}, lost, searchPatience, false},
		"one proven":                              {finding{matchProven: o[:1]}, lost, 0, true},
		"one proven among others":                 {finding{matchProven: o[:1], matchCertain: o[1:], matchPossible: o}, lost, 0, true},
		"two proven":                              {finding{matchProven: o}, lost, searchPatience, false},
		"two proven that people did not find":     {finding{matchProven: o}, notPlaced, 0, true},
		"one with our reference and a difference": {finding{matchReferenced: o[:1]}, lost, searchPatience, false},
		"one with our reference and a difference that people did not find": {finding{matchReferenced: o[:1]}, notPlaced, 0, true},
		"one certain":                         {finding{matchCertain: o[:1]}, lost, searchPatience, true},
		"one certain, early":                  {finding{matchCertain: o[:1]}, lost, searchPatience - 1, false},
		"one certain, one with our reference": {finding{matchCertain: o[:1], matchReferenced: o[1:]}, lost, searchPatience, false},
		"one certain, one possible":           {finding{matchCertain: o[:1], matchPossible: o[1:]}, lost, searchPatience, false},
		"two certain":                         {finding{matchCertain: o}, lost, searchPatience, false},
		"one possible":                        {finding{matchPossible: o[:1]}, lost, searchPatience, false},
	} {
		if _, got := c.f.one(c.a, sentAt.Add(c.after)); got != c.want {
			t.Errorf("%s: one order is %v, want %v", name, got, c.want)
		}
	}
}
