package orders

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// orderSkew is by how much the vendor's clock and ours may differ, for an order that
	// is told from others by its time alone.
	orderSkew = 10 * time.Minute
	// handSkew is by how much they may differ for such an order to be ours for certain: so soon
	// after a lost answer nobody places one by hand.
	handSkew = 5 * time.Second
	// zoneSkew is by how much they may differ when the order has our reference: the
	// vendor may take local time for UTC.
	zoneSkew = 24 * time.Hour
	// leastCut is how long the beginning of our PO number must be, in bytes, to be taken
	// for one that the vendor cut.
	leastCut = 8
)

// match says how well an order of the vendor's fits an attempt.
type match int

const (
	matchNone match = iota
	// matchPossible: nothing contradicts, or its PO number is ours, but for a change.
	matchPossible
	// matchCertain: nothing contradicts and everything agrees, without our reference, and it was
	// placed during the attempt.
	matchCertain
	// matchReferenced: it has our reference, and a field whose name is guessed differs.
	matchReferenced
	// matchProven: it has our reference, and nothing differs.
	matchProven
)

// sent is what an attempt sent: the request may ask for something else by now.
type sent struct {
	yeastar.Order
	reference string // of the request
	begin     time.Time
	end       time.Time // of the attempt, which is not after its deadline
	deadline  time.Time
	expiry    time.Time // of the package before the order; zero: it was not told
}

func sentWith(r renewal.Request, a renewal.Attempt) (sent, error) {
	order, err := yeastar.ReadOrder(a.Body)
	if err != nil {
		return sent{}, fmt.Errorf("read what attempt %d of %s sent: %w", a.Number, r.Reference(), err)
	}
	// Of rows that share an id the body does not tell which it is.
	if row, ok := yeastar.ProductByKey(r.Offer.Product); ok && row.ID == order.Product.ID {
		order.Product = row
	}
	end := a.Deadline
	if !a.EndedAt.IsZero() && a.EndedAt.Before(end) {
		end = a.EndedAt
	}
	return sent{order, r.Reference(), a.StartedAt, end, a.Deadline, r.EndedBefore(a)}, nil
}

// compare compares an order of the vendor's with what was sent. What the vendor does not
// tell proves nothing and contradicts nothing. Fields that are documented decide before
// our reference, and our reference before those whose names are guessed.
func (s sent) compare(o yeastar.OrderDetail) match {
	differs := s.differences(o)
	other := s.otherPONumber(o)
	switch {
	case o.OrderNo == "", s.foreign(o) != "":
		return matchNone
	case s.referenced(o) && len(differs) == 0 && other == "":
		return matchProven
	case s.referenced(o):
		return matchReferenced
	case len(differs) > 0 || s.wrongTime(o) != "":
		return matchNone
	case other != "" && s.altered(o.PONumber):
		return matchPossible
	case other != "":
		return matchNone
	case o.ProductID != "" && o.BillingID != "" && s.linesTold(o) && s.holderTold(o) && s.termTold(o) && s.meanwhile(o):
		return matchCertain
	}
	return matchPossible
}

// carriesReference says whether the attempt sent the request's own reference, and not only
// what somebody typed.
func (s sent) carriesReference() bool { return strings.Contains(s.PONumber, s.reference) }

// referenced says whether an order has the request's own reference, which no order of
// another request has.
func (s sent) referenced(o yeastar.OrderDetail) bool {
	return s.carriesReference() && (o.PONumber == s.PONumber || o.CustomReferenceNo == s.PONumber)
}

// altered says whether a PO number is ours with other blanks, in other letters, cut by the vendor,
// or with something that somebody added.
func (s sent) altered(po string) bool {
	if !s.carriesReference() {
		return false
	}
	po = strings.ToUpper(po)
	squeezed := strings.Join(strings.Fields(po), " ")
	cut := len(squeezed) >= leastCut && strings.HasPrefix(strings.ToUpper(s.PONumber), squeezed)
	return cut || slices.Contains(strings.FieldsFunc(po, betweenWords), s.reference)
}

func betweenWords(c rune) bool { return c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }

func (s sent) holderTold(o yeastar.OrderDetail) bool {
	return (s.PartnerID != "" && o.PartnerID == s.PartnerID) || (s.ProductNo != "" && o.ProductNo == s.ProductNo)
}

// linesTold says whether an order tells its lines, with the quantities that its product has.
func (s sent) linesTold(o yeastar.OrderDetail) bool {
	counted := s.Product.Quantity != yeastar.QuantityNone
	return len(o.Lines) > 0 && !slices.ContainsFunc(o.Lines, func(l yeastar.OrderDetailLine) bool {
		return l.ServiceID == "" || (counted && l.Quantity == nil)
	})
}

// foreign says by which documented field an order is not the one that was sent; it is empty
// when none shows that.
func (s sent) foreign(o yeastar.OrderDetail) string {
	switch {
	case o.ProductID != "" && string(o.ProductID) != strconv.Itoa(s.Product.ID):
		return "it is for another product"
	case s.ProductNo != "" && o.ProductNo != "" && o.ProductNo != s.ProductNo:
		return "it is for another serial number"
	}
	return ""
}

// otherPONumber says that an order has another PO number than the one that was sent.
func (s sent) otherPONumber(o yeastar.OrderDetail) string {
	if o.PONumber == "" || o.PONumber == s.PONumber {
		return ""
	}
	return "it has another PO number"
}

// wrongTime says that an order without our reference was placed at another time. With it
// the vendor's clock may say what it likes.
func (s sent) wrongTime(o yeastar.OrderDetail) string {
	switch {
	case o.CreateTime.IsZero(), s.referenced(o):
		return ""
	case o.CreateTime.Before(s.begin.Add(-orderSkew)):
		return "it was placed before this request was sent"
	case o.CreateTime.After(s.deadline.Add(orderSkew)):
		return "it was placed long after this request was sent"
	}
	return ""
}

// meanwhile says whether an order was certainly placed during the attempt.
func (s sent) meanwhile(o yeastar.OrderDetail) bool {
	return !o.CreateTime.IsZero() && !o.CreateTime.Before(s.begin.Add(-handSkew)) && !o.CreateTime.After(s.end.Add(handSkew))
}

// differences lists what differs from what was sent, by fields whose names are guessed, but
// for the PO number.
func (s sent) differences(o yeastar.OrderDetail) []string {
	var d []string
	own := s.PartnerID == "" // whose id the vendor may tell, and we do not know
	if s.ProductNo == "" && o.PartnerID != "" && o.PartnerID != s.PartnerID && !(own && s.referenced(o)) {
		d = append(d, "it is for another customer")
	}
	if o.BillingID != "" && o.BillingID != s.BillingID {
		d = append(d, "it has another billing contact")
	}
	switch {
	case s.otherExtensions(o):
		d = append(d, fmt.Sprintf("it is for %d extensions", *o.Quantity))
	case s.linesTold(o) && !s.sameLines(o.Lines):
		d = append(d, "it has other plans or services")
	}
	if other := s.otherTerm(o); other != "" {
		d = append(d, other)
	}
	return d
}

// otherExtensions says whether an order of a plan that is counted has another number.
func (s sent) otherExtensions(o yeastar.OrderDetail) bool {
	plan := len(s.Lines) > 0 && s.Lines[0].ServiceType == yeastar.LinePlan
	return plan && s.Lines[0].Quantity != 0 && o.Quantity != nil && *o.Quantity != s.Lines[0].Quantity
}

func (s sent) sameLines(got []yeastar.OrderDetailLine) bool {
	if len(s.Lines) != len(got) {
		return false
	}
	for _, w := range s.Lines {
		if !slices.ContainsFunc(got, func(g yeastar.OrderDetailLine) bool {
			return g.ServiceID == w.ServiceID && (w.Quantity == 0 || *g.Quantity == w.Quantity)
		}) {
			return false
		}
	}
	return true
}

// refusal says why an order that a person names cannot be the attempt's, by what is documented or is
// another request's own; it is empty when it can. What else differs, the person looks at.
func (s sent) refusal(o yeastar.OrderDetail) string {
	if why := s.foreign(o); why != "" || s.referenced(o) || s.altered(o.PONumber) {
		return why
	}
	for _, word := range strings.FieldsFunc(o.PONumber+" "+o.CustomReferenceNo, betweenWords) {
		if id, ok := renewal.ParseReference(word); ok && renewal.Reference(id) != s.reference {
			return "its PO number names " + renewal.Reference(id)
		}
	}
	return ""
}

// doubtful lists what a person must look at who names an order that can be the attempt's.
func (s sent) doubtful(o yeastar.OrderDetail, echoed bool) []string {
	var d []string
	if other := s.otherPONumber(o); other != "" {
		d = append(d, fmt.Sprintf("%s, %q", other, o.PONumber))
	}
	if s.unmarked(o, echoed) {
		d = append(d, "it has no PO number, and other orders have theirs")
	}
	d = append(d, s.differences(o)...)
	if !s.referenced(o) && !s.termTold(o) && s.otherTerm(o) == "" {
		d = append(d, "the portal does not tell for how long it renews ("+s.Term.String()+" was ordered)")
	}
	if when := s.wrongTime(o); when != "" {
		d = append(d, when)
	}
	return append(d, s.untold(o)...)
}

// untold lists what nothing tells by which an order without our reference could be another one.
func (s sent) untold(o yeastar.OrderDetail) []string {
	var d []string
	if s.referenced(o) {
		return nil
	}
	if (s.ProductNo != "" && o.ProductNo == "") || (s.ProductNo == "" && o.PartnerID == "") {
		d = append(d, "the portal does not tell whose order it is")
	}
	if o.CreateTime.IsZero() {
		d = append(d, "the portal does not tell when it was placed")
	}
	return d
}

// unmarked says whether an order lacks the PO number that ours would have, because the
// vendor tells those of others.
func (s sent) unmarked(o yeastar.OrderDetail, echoed bool) bool {
	return echoed && s.PONumber != "" && o.PONumber == "" && !s.referenced(o)
}
