package orders

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Of a row with a choice of terms an order without our reference is ours for certain only when its
// details leave no other term, and none when they tell another.
func TestTermOfALostOrder(t *testing.T) {
	t.Parallel()
	row, _ := yeastar.ProductByKey("cloud-pbx")
	ends := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	monthly, annually := yeastar.Monthly, yeastar.Annually
	line := func(cycle string, n ...int) func(*yeastar.OrderDetail) {
		return func(o *yeastar.OrderDetail) {
			o.Lines[0].BillingCycle = cycle
			if len(n) > 0 {
				o.Lines[0].MultiCycle = &n[0]
			}
		}
	}
	until := func(years int) func(*yeastar.OrderDetail) {
		return func(o *yeastar.OrderDetail) { o.Expiry = ends.AddDate(years, 0, 0) }
	}
	const untold = "the portal does not tell for how long it renews"
	for name, c := range map[string]struct {
		term  string
		tells func(*yeastar.OrderDetail)
		want  match
		says  string // to a person who names the order by its number
	}{
		"nothing":                        {"annually-5", func(*yeastar.OrderDetail) {}, matchPossible, untold + " (5 years was ordered)"},
		"the cycle of years":             {"annually-5", line(annually), matchPossible, untold},
		"the cycle of a month":           {"monthly-0", line(monthly), matchCertain, ""},
		"the cycle of a month, once":     {"monthly-0", line(monthly, 1), matchCertain, ""},
		"another cycle":                  {"annually-5", line(monthly), matchNone, "it renews for 1 month"},
		"the same years":                 {"annually-5", line(annually, 5), matchCertain, ""},
		"other years":                    {"annually-5", line(annually, 1), matchNone, "it renews for 1 year"},
		"years that the row has not":     {"annually-5", line(annually, 7), matchNone, "it renews for another term"},
		"the number alone":               {"annually-5", line("", 5), matchCertain, ""},
		"the date after it":              {"annually-5", until(5), matchCertain, ""},
		"the date of another term":       {"annually-5", until(1), matchNone, "it renews for 1 year"},
		"a date that fits no term":       {"annually-5", until(0), matchPossible, untold},
		"years, and a date of no term":   {"annually-5", func(o *yeastar.OrderDetail) { line(annually, 5)(o); until(0)(o) }, matchCertain, ""},
		"our reference and another term": {"annually-5", func(o *yeastar.OrderDetail) { line(annually, 1)(o); o.PONumber = "RNW-000001" }, matchReferenced, "it renews for 1 year"},
		"our reference and no term":      {"annually-5", func(o *yeastar.OrderDetail) { o.PONumber = "RNW-000001" }, matchProven, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term, _ := row.Term(c.term)
			body, err := yeastar.Order{
				Product: row, ProductNo: "3661C20B7719", BillingID: "400", PONumber: "RNW-000001", Term: term,
				Lines: []yeastar.OrderLine{{ServiceType: yeastar.LinePlan, ServiceID: "500", Quantity: 50}},
			}.Body()
			if err != nil {
				t.Fatal(err)
			}
			r := renewal.Request{ID: 1, Offer: renewal.Offer{Product: row.Key, CurrentExpiry: ends}}
			s, err := sentWith(r, renewal.Attempt{Number: 1, StartedAt: sentAt, Deadline: sentAt.Add(75 * time.Second), Body: body})
			if err != nil {
				t.Fatal(err)
			}
			fifty := 50
			o := yeastar.OrderDetail{
				ID: "1", OrderNo: "XS1", CreateTime: sentAt.Add(time.Second), ProductID: yeastar.ID(strconv.Itoa(row.ID)), ProductNo: "3661C20B7719",
				BillingID: "400", Lines: []yeastar.OrderDetailLine{{ServiceID: "500", Quantity: &fifty}},
			}
			c.tells(&o)
			if got := s.compare(o); got != c.want {
				t.Errorf("compared as %d, want %d", got, c.want)
			}
			if why := s.refusal(o); why != "" {
				t.Errorf("refused when a person names it: %s", why)
			}
			says := strings.Join(s.doubtful(o, false), "; ")
			if (c.says == "" && says != "") || !strings.Contains(says, c.says) {
				t.Errorf("a person reads %q, want %q", says, c.says)
			}
		})
	}
}
