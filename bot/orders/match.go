package orders

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// orderSkew is by how much the vendor's clock and ours may differ, for an order that
	// is told from others by its time alone.
	orderSkew = 10 * time.Minute
	// zoneSkew is by how much they may differ when the order has our reference: the
	// vendor may take local time for UTC.
	zoneSkew = 24 * time.Hour
)

// match says how well an order of the vendor's fits an attempt.
type match int

const (
	matchNone match = iota
	matchPossible
	matchCertain
	matchProven
)

// sent is what an attempt sent: the request may ask for something else by now.
type sent struct {
	yeastar.Order
	reference string // of the request
	begin     time.Time
	deadline  time.Time
}

func sentWith(r renewal.Request, a renewal.Attempt) (sent, error) {
	order, err := yeastar.ReadOrder(a.Body)
	if err != nil {
		return sent{}, fmt.Errorf("read what attempt %d of %s sent: %w", a.Number, r.Reference(), err)
	}
	return sent{order, r.Reference(), a.StartedAt, a.Deadline}, nil
}

// compare compares an order of the vendor's with what was sent. What the vendor does not
// tell proves nothing and contradicts nothing.
func (s sent) compare(o yeastar.OrderDetail) match {
	switch {
	case o.OrderNo == "", s.contradiction(o) != "":
		return matchNone
	case s.referenced(o):
		return matchProven
	case o.ProductID != "" && o.BillingID != "" && linesTold(o) && s.holderTold(o) && !o.CreateTime.IsZero():
		return matchCertain
	}
	return matchPossible
}

// referenced says whether an order has the request's own reference, which no order of
// another request has.
func (s sent) referenced(o yeastar.OrderDetail) bool {
	return strings.Contains(s.PONumber, s.reference) && (o.PONumber == s.PONumber || o.CustomReferenceNo == s.PONumber)
}

func (s sent) holderTold(o yeastar.OrderDetail) bool {
	return (s.PartnerID != "" && o.PartnerID == s.PartnerID) || (s.ProductNo != "" && o.ProductNo == s.ProductNo)
}

func linesTold(o yeastar.OrderDetail) bool {
	return len(o.Lines) > 0 && !slices.ContainsFunc(o.Lines, func(l yeastar.OrderDetailLine) bool {
		return l.ServiceID == "" || l.Quantity == nil
	})
}

// contradiction says what shows that an order is not the one that was sent; it is empty when
// nothing does.
func (s sent) contradiction(o yeastar.OrderDetail) string {
	own := s.PartnerID == "" // whose id the vendor may tell, and we do not know
	switch {
	case o.PONumber != "" && o.PONumber != s.PONumber:
		return "it has another PO number"
	case o.ProductID != "" && string(o.ProductID) != strconv.Itoa(s.Product.ID):
		return "it is for another product"
	case o.PartnerID != "" && o.PartnerID != s.PartnerID && !(own && s.referenced(o)):
		return "it is for another customer"
	case o.BillingID != "" && o.BillingID != s.BillingID:
		return "it has another billing contact"
	case o.Quantity != nil && len(s.Lines) > 0 && s.Lines[0].ServiceType == yeastar.LinePlan && *o.Quantity != s.Lines[0].Quantity:
		return fmt.Sprintf("it is for %d extensions", *o.Quantity)
	case linesTold(o) && !s.sameLines(o.Lines):
		return "it has other plans or services"
	case s.referenced(o):
		return "" // whatever the vendor's clock says
	case !o.CreateTime.IsZero() && o.CreateTime.Before(s.begin.Add(-orderSkew)):
		return "it was placed before this request was sent"
	case !o.CreateTime.IsZero() && o.CreateTime.After(s.deadline.Add(orderSkew)):
		return "it was placed long after this request was sent"
	}
	return ""
}

func (s sent) sameLines(got []yeastar.OrderDetailLine) bool {
	if len(s.Lines) != len(got) {
		return false
	}
	for _, w := range s.Lines {
		if !slices.ContainsFunc(got, func(g yeastar.OrderDetailLine) bool {
			return g.ServiceID == w.ServiceID && *g.Quantity == w.Quantity
		}) {
			return false
		}
	}
	return true
}
