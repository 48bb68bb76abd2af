package bot

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

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

func TestJudge(t *testing.T) {
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
			if got := s.judge(o); got != c.want {
				t.Errorf("judged %d, want %d; it is foreign for: %q", got, c.want, s.foreign(o))
			}
		})
	}
}

func TestForeignGivesTheReason(t *testing.T) {
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
		if got := s.foreign(o); len(got) < len(want) || got[:len(want)] != want || (want == "") != (got == "") {
			t.Errorf("foreign for %q, want %q", got, want)
		}
	}
}

// listing serves an order list that knows nothing of sorting, and counts the pages read.
type listing struct {
	times   []time.Time // of the orders, in the list's order
	perPage int
	paged   bool // the answer tells the number of pages
	stuck   bool // page numbers are ignored
	read    int
}

func (l *listing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	result := any(map[string]any{"token": "a", "expiresIn": 1800})
	if r.Method == http.MethodGet {
		l.read++
		no, _ := strconv.Atoi(r.URL.Query().Get("pageNo"))
		if l.stuck {
			no = 1
		}
		var orders []any
		for i := (no - 1) * l.perPage; i < min(no*l.perPage, len(l.times)); i++ {
			o := map[string]any{"id": strconv.Itoa(i), "orderNo": "XS" + strconv.Itoa(i)}
			if !l.times[i].IsZero() {
				o["createTime"] = l.times[i].UnixMilli()
			}
			orders = append(orders, o)
		}
		page := map[string]any{"results": orders, "pageNo": no}
		if l.paged {
			page["totalPage"] = (len(l.times) + l.perPage - 1) / l.perPage
		}
		result = page
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": 200, "code": "success", "result": result})
}

func TestOrdersSince(t *testing.T) {
	t.Parallel()
	since := sentAt
	run := func(first time.Time, step time.Duration, n int) []time.Time {
		var out []time.Time
		for i := range n {
			out = append(out, first.Add(time.Duration(i)*step))
		}
		return out
	}
	newestFirst := run(since.Add(4*time.Minute), -time.Minute, 30) // 5 in the window
	oldestFirst := run(since.Add(-25*time.Minute), time.Minute, 30)
	sameTime := append(run(since.Add(-time.Hour), 0, 25), run(since, 0, 5)...)
	untimed := append(run(since.Add(-time.Hour), -time.Minute, 10), time.Time{})
	for name, c := range map[string]struct {
		list  listing
		found int
		read  int
	}{
		"newest first ends where the window does":    {listing{times: newestFirst, perPage: 10, paged: true}, 5, 1},
		"oldest first is read to its end":            {listing{times: oldestFirst, perPage: 10, paged: true}, 5, 3},
		"a list that proves no order":                {listing{times: sameTime, perPage: 10, paged: true}, 5, 3},
		"no number of pages is told":                 {listing{times: oldestFirst, perPage: 10}, 5, 4},
		"no number of pages is told, newest first":   {listing{times: run(since.Add(time.Hour), -time.Second, 25), perPage: 10}, 25, 4},
		"an order without a time may be any":         {listing{times: untimed, perPage: 20, paged: true}, 1, 1},
		"page numbers are ignored":                   {listing{times: newestFirst, perPage: 3, stuck: true}, 3, 2},
		"an empty list":                              {listing{perPage: 10}, 0, 1},
		"newest first over several pages":            {listing{times: run(since.Add(24*time.Minute), -time.Minute, 60), perPage: 10, paged: true}, 25, 3},
		"mixed: a page in order is not a whole list": {listing{times: append(append(run(since.Add(-time.Hour), time.Minute, 2), newestFirst[5:]...), newestFirst[:5]...), perPage: 10, paged: true}, 5, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := c.list
			b := readsOrdersOf(t, &list)
			found, err := b.ordersSince(t.Context(), since)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]int{c.found, c.read}, []int{len(found), list.read}); diff != "" {
				t.Errorf("orders found and pages read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEndlessOrderListIsAnError(t *testing.T) {
	t.Parallel()
	list := &listing{times: make([]time.Time, maxOrderPages+1), perPage: 1}
	found, err := readsOrdersOf(t, list).ordersSince(t.Context(), sentAt)
	if err == nil || list.read != maxOrderPages {
		t.Errorf("%d orders after %d pages, error %v", len(found), list.read, err)
	}
}

// readsOrdersOf is a bot whose vendor is the list.
func readsOrdersOf(t *testing.T, list *listing) *Bot {
	t.Helper()
	server := httptest.NewServer(list)
	t.Cleanup(server.Close)
	client, err := yeastar.New(yeastar.Config{
		BaseURL: server.URL, ClientID: "id", ClientSecret: "secret", UserAgent: "OpenAPI", Rate: rate.Inf,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Bot{vendor: &vendor{client: client}}
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

func TestWorkingTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, at, want string }{
		"in the middle of the day":      {"Europe/Berlin", "2026-03-02T12:30:00Z", "2026-03-02T12:30:00Z"},
		"as the day begins":             {"Europe/Berlin", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"},
		"a moment before":               {"Europe/Berlin", "2026-03-02T07:59:59Z", "2026-03-02T08:00:00Z"},
		"as the day ends":               {"Europe/Berlin", "2026-03-02T16:00:00Z", "2026-03-03T08:00:00Z"},
		"a moment before it ends":       {"Europe/Berlin", "2026-03-02T15:59:59Z", "2026-03-02T15:59:59Z"},
		"at night":                      {"America/New_York", "2026-03-03T03:00:00Z", "2026-03-03T14:00:00Z"},
		"Friday evening":                {"Europe/London", "2026-03-06T17:30:00Z", "2026-03-09T09:00:00Z"},
		"Saturday at noon":              {"Europe/London", "2026-03-07T12:00:00Z", "2026-03-09T09:00:00Z"},
		"Saturday there, Friday here":   {"Pacific/Auckland", "2026-03-06T20:00:00Z", "2026-03-08T20:00:00Z"},
		"Friday there, Saturday here":   {"America/Los_Angeles", "2026-03-07T00:30:00Z", "2026-03-07T00:30:00Z"},
		"over the change to summer":     {"Europe/Berlin", "2026-03-27T17:00:00Z", "2026-03-30T07:00:00Z"},
		"over the change back":          {"America/New_York", "2026-10-30T22:00:00Z", "2026-11-02T14:00:00Z"},
		"a zone of half hours":          {"Asia/Kolkata", "2026-03-02T03:00:00Z", "2026-03-02T03:30:00Z"},
		"a zone that nobody knows":      {"Mars/Base", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"},
		"no zone":                       {"", "2026-03-02T18:00:00Z", "2026-03-03T09:00:00Z"},
		"the last hour before New Year": {"Europe/London", "2026-12-31T23:00:00Z", "2027-01-01T09:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := workingTime(at, zoneOf(c.zone)).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s in %s is put off to %s, want %s", name, c.at, c.zone, got, c.want)
		}
	}
}
