package due_test

import (
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/yeastar"
)

// TestPortalFollowsAnOrder says until when an order of ours keeps a package out of sight: a few days, and not
// once the portal shows another term.
func TestPortalFollowsAnOrder(t *testing.T) {
	t.Parallel()
	twoYears := order(7, in(-300), in(-290))
	twoYears.Offer.Term = yeastar.Term{Months: 24}
	for name, c := range map[string]struct {
		shown            int // days until the end that the portal shows
		order            due.Order
		behind, settling bool
	}{
		"just ordered":                               {10, order(7, in(-1), in(10)), true, true},
		"overdue, just ordered":                      {-40, order(7, in(-1), in(-40)), true, true},
		"ordered, and refunded":                      {10, order(7, in(-3), in(10)), true, false},
		"a day more is no term":                      {11, order(7, in(-3), in(10)), true, false},
		"renewed late, from the old end on":          {10, order(7, in(10-365+40), in(10-365)), false, false},
		"the same, overdue a year later":             {-10, order(7, in(-10-365+40), in(-10-365)), false, false},
		"two years ordered, one delivered":           {75, twoYears, false, false},
		"nobody knew the end, which is the old one":  {10, order(7, in(-1), time.Time{}), true, true},
		"nobody knew the end, and it was a late one": {10, order(7, in(10-365+40), time.Time{}), false, false},
	} {
		f := facts(t, listed(t, "1", c.shown))
		f.Orders[key("1")] = c.order
		l := due.Build(f)
		r := l.Rows[0]
		if r.Behind() != c.behind || r.Settling(now) != c.settling {
			t.Errorf("%s: behind %v, settling %v", name, r.Behind(), r.Settling(now))
		}
		if asked, told := len(l.Askable(due.Filter{})) == 1, len(l.Digest(nil).Told) == 1; asked == c.settling || told == c.settling {
			t.Errorf("%s: it is asked for %v, told of %v", name, asked, told)
		}
	}
}
