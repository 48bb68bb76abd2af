package renewal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// CapPeriod is what a cap holds for.
type CapPeriod string

// The periods of caps.
const (
	CapOrder        CapPeriod = "order"
	CapRequesterDay CapPeriod = "requester_day"
	CapMonth        CapPeriod = "month"
)

// Cap bounds what is asked for and ordered: an amount, a number of orders, or both.
type Cap struct {
	Rule   string    `json:"rule,omitempty"` // empty: it holds for all rules together
	Per    CapPeriod `json:"per"`
	Amount *Price    `json:"amount,omitempty"` // nil: any
	Orders int       `json:"orders,omitempty"` // 0: any
}

// Capped says that an approved request would exceed a cap; Why is what its refusal says, and never empty.
type Capped struct{ Why string }

func (Capped) action() string { return "capped" }

// capped puts an approved request before the approvers again.
func (c *changing) capped(e Capped) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	why := "Nothing, but " + strings.ToLower(e.Why[:1]) + strings.TrimSuffix(e.Why[1:], overEnd)
	c.askAnew(why, nil)
	c.record(CodeLapsed, System, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailChanges: why, DetailVotes: c.VotesIn(),
	})
	return nil
}

// String is the cap for people: "at most 5000.00 EUR a month".
func (c Cap) String() string {
	var most []string
	if c.Amount != nil {
		most = append(most, c.Amount.String())
	}
	if c.Orders != 0 {
		most = append(most, ordersInWords(c.Orders))
	}
	s := "at most " + strings.Join(most, " and ") + " " + c.Per.words()
	if c.Rule != "" {
		s += fmt.Sprintf(", by rule “%s”", c.Rule)
	}
	return s
}

func ordersInWords(n int) string {
	if n == 1 {
		return "1 order"
	}
	return fmt.Sprintf("%d orders", n)
}

// moreCaps are the caps of two rulings, each once.
func moreCaps(caps, more []Cap) []Cap {
	caps = slices.Clone(caps)
	for _, m := range more {
		if !slices.ContainsFunc(caps, m.same) {
			caps = append(caps, m)
		}
	}
	return caps
}

func (c Cap) same(other Cap) bool {
	if c.Rule != other.Rule || c.Per != other.Per || c.Orders != other.Orders || (c.Amount == nil) != (other.Amount == nil) {
		return false
	}
	return c.Amount == nil || (c.Amount.Amount.Equal(other.Amount.Amount) && c.Amount.Currency == other.Amount.Currency)
}

// caps are those of when the request was asked for and of now, and amount is what it is
// taken to cost now.
func (r Request) caps(p Policy) (caps []Cap, amount *Price) {
	asker := r.Ruling.Asker
	asker.ID = r.Requester
	now := p.rule(r.Offer, asker)
	amount = now.Amount
	if now.File == "" {
		amount = r.cost(p)
	}
	return moreCaps(r.Ruling.Caps, now.Caps), amount
}

// cost is what a request is taken to cost; nil: that is not known.
func (r Request) cost(p Policy) *Price {
	switch {
	case r.Offer.Price != nil:
		return r.Offer.Price
	case r.Ruling.Amount == nil && p.Rules != nil:
		return p.rule(r.Offer, Asker{ID: r.Requester}).Amount
	}
	return r.Ruling.Amount
}

// period is when that began which a cap holds for, and when the next one begins.
func (c Cap) period(now time.Time, zone *time.Location) (begins, ends time.Time) {
	now = now.In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	if c.Per == CapMonth {
		day = day.AddDate(0, 0, 1-day.Day())
		return day, day.AddDate(0, 1, 0)
	}
	return day, day.AddDate(0, 0, 1)
}

// CappedSince is from when on other requests count for the request's caps. It is false when
// none does.
func (r Request) CappedSince(now time.Time, p Policy) (time.Time, bool) {
	caps, _ := r.caps(p)
	if len(caps) == 0 {
		return time.Time{}, false
	}
	begins, _ := Cap{Per: CapMonth}.period(now, p.zone())
	return begins, true
}

func (p Policy) zone() *time.Location {
	if p.Rules == nil {
		return time.UTC
	}
	return p.Rules.Zone()
}

// Over refuses a request that exceeds a cap beside the others: until it is approved all that
// are open or ordered count, and then those that were approved before it or are ordered. A
// request for a day counts with all that is of the same day or month, also with what comes later in it.
func (r Request) Over(others []Request, now time.Time, p Policy) *Refusal {
	caps, amount := r.caps(p)
	for _, c := range caps {
		if why := c.exceeded(r, amount, others, now, p); why != "" {
			return refuse(RefusedCap, "%s%s", strings.ToUpper(why[:1])+why[1:], overEnd)
		}
	}
	return nil
}

// overEnd ends what a refusal says of a cap.
const overEnd = ". Nothing was ordered."

// exceeded says in words why a request does not keep within a cap; empty: it does.
func (c Cap) exceeded(r Request, amount *Price, others []Request, now time.Time, p Policy) string {
	whose := "the policy"
	if c.Rule != "" {
		whose = fmt.Sprintf("rule “%s” of the policy", c.Rule)
	}
	if !c.Measures(amount) {
		told, advice := "what this costs is not known", "add a price for it"
		if amount != nil {
			told, advice = "this costs "+amount.String(), "give the cap in "+amount.Currency
		}
		return fmt.Sprintf("%s allows at most %s %s, and %s, so nobody can tell whether it fits; "+
			"whoever keeps the policy can %s", whose, c.Amount, c.Per.words(), told, advice)
	}
	if c.Per == CapOrder {
		if c.Amount != nil && amount.Amount.GreaterThan(c.Amount.Amount) {
			return fmt.Sprintf("%s allows at most %s an order, and this costs %s; that holds for every order, until the policy is changed",
				whose, c.Amount, amount)
		}
		return ""
	}
	begins, ends := c.period(later(now, r.Offer.OrderOn.From), p.zone())
	var asked, before used // the lines before it in its batch are asked for together with it
	var unmeasured []string
	for _, o := range others {
		if !c.besides(r, o) || !c.within(r, o, begins, ends, now) || !c.isOf(o, p) {
			continue
		}
		to := &asked
		if r.Status == Pending && r.Batch != 0 && o.Batch == r.Batch {
			to = &before
		}
		to.orders++
		switch cost := o.cost(p); {
		case !c.Measures(cost):
			unmeasured = append(unmeasured, costInWords(o, cost))
		case c.Amount != nil:
			to.sum = to.sum.Add(cost.Amount)
		}
	}
	until := ends.Format("2 January 2006 15:04 MST")
	switch {
	case c.Amount != nil && asked.sum.Add(before.sum).Add(amount.Amount).GreaterThan(c.Amount.Amount):
		return fmt.Sprintf("%s allows at most %s %s; %s, and this costs %s; that holds until %s",
			whose, c.Amount, c.Per.words(), costsInWords(asked, before, c.Amount.Currency), amount, until)
	case len(unmeasured) > 0:
		return fmt.Sprintf("%s allows at most %s %s, and %s, so nobody can tell whether this fits; "+
			"whoever keeps the policy can add a price for what has none; else that holds until %s",
			whose, c.Amount, c.Per.words(), unmeasuredInWords(unmeasured, c.Amount.Currency), until)
	case c.Orders != 0 && asked.orders+before.orders >= c.Orders:
		return fmt.Sprintf("%s allows at most %s %s, and %s; that holds until %s",
			whose, ordersInWords(c.Orders), c.Per.words(), countsInWords(asked.orders, before.orders), until)
	}
	return ""
}

// Measures says whether what something costs can be held against the cap; nil: that is not known.
func (c Cap) Measures(cost *Price) bool {
	return c.Amount == nil || (cost != nil && cost.Currency == c.Amount.Currency)
}

// costInWords says of what the price is missing, or in which currency it is.
func costInWords(r Request, cost *Price) string {
	if cost == nil {
		return r.Offer.Product
	}
	return cost.String()
}

// unmeasuredInWords says of how many others nobody knows what they take of a cap.
func unmeasuredInWords(unmeasured []string, currency string) string {
	who := "another that is asked for or ordered costs"
	if n := len(unmeasured); n > 1 {
		who = fmt.Sprintf("%d others that are asked for or ordered cost", n)
	}
	slices.Sort(unmeasured)
	return fmt.Sprintf("what %s is not known in %s (%s)", who, currency, strings.Join(slices.Compact(unmeasured), ", "))
}

// used is how much of a cap something takes.
type used struct {
	orders int
	sum    decimal.Decimal
}

// costsInWords says what has been asked for or ordered, and what the lines before one in its batch cost.
func costsInWords(asked, before used, currency string) string {
	var parts []string
	if asked.orders > 0 || before.orders == 0 {
		parts = append(parts, Price{asked.sum, currency}.String()+" are asked for or ordered")
	}
	switch before.orders {
	case 0:
	case 1:
		parts = append(parts, "the line before it that counts costs "+Price{before.sum, currency}.String())
	default:
		parts = append(parts, fmt.Sprintf("the %d lines before it that count cost %s", before.orders, Price{before.sum, currency}))
	}
	return strings.Join(parts, ", ")
}

// countsInWords says the same in numbers of orders.
func countsInWords(asked, before int) string {
	var parts []string
	switch {
	case asked == 1:
		parts = append(parts, "1 is asked for or ordered")
	case asked > 0 || before == 0:
		parts = append(parts, fmt.Sprintf("%d are asked for or ordered", asked))
	}
	switch before {
	case 0:
	case 1:
		parts = append(parts, "1 line before it counts")
	default:
		parts = append(parts, fmt.Sprintf("%d lines before it count", before))
	}
	return strings.Join(parts, ", and ")
}

func (p CapPeriod) words() string {
	switch p {
	case CapRequesterDay:
		return "of one requester a day"
	case CapMonth:
		return "a month"
	}
	return "an order"
}

// besides says whether another request is one of those that a cap may bound together with r.
func (c Cap) besides(r, other Request) bool {
	switch other.Status {
	case Rejected, Cancelled, Expired, Refused:
		return false
	}
	return other.ID != r.ID && !other.DryRun && (c.Per != CapRequesterDay || other.Requester == r.Requester)
}

// within says whether another request that is open or ordered takes of the period that a cap holds for.
// What is approved and waits is ordered now at the earliest.
func (c Cap) within(r, other Request, begins, ends, now time.Time) bool {
	at := other.AskedAt
	switch other.Status {
	case Ordering, Processing, Unknown, Ordered:
		if a, ok := other.Attempt(); ok {
			return !a.StartedAt.Before(begins) && a.StartedAt.Before(ends)
		}
	case Approved:
		if r.Status == Approved && cmp.Or(other.ApprovedAt.Compare(r.ApprovedAt), cmp.Compare(other.ID, r.ID)) > 0 {
			return false
		}
		at = now
	case Pending, Returned:
		if r.Status == Approved {
			return false
		}
	}
	at = later(at, other.Offer.OrderOn.From)
	return !at.Before(begins) && at.Before(ends)
}

// isOf says whether a cap's rule is about another request, by what the policy said of it or says now.
// A rule that is not in the policy any more, which nobody can ask, may be about any.
func (c Cap) isOf(other Request, p Policy) bool {
	if c.Rule == "" || slices.ContainsFunc(other.Ruling.Caps, func(o Cap) bool { return o.Rule == c.Rule }) {
		return true
	}
	if slices.ContainsFunc(slices.Concat(other.Ruling.Ways, other.Ways), func(w Way) bool { return w.Rule == c.Rule }) {
		return true
	}
	if p.Rules == nil {
		return true
	}
	asker := other.Ruling.Asker
	asker.ID = other.Requester
	may, known := p.Rules.MayHold(c.Rule, Case{Offer: other.Offer, Asker: asker})
	return may || !known
}
