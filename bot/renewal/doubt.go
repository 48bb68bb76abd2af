package renewal

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"renewbot/yeastar"
)

// DoubtKind names what people should look at before they agree, for ever: it is stored.
type DoubtKind string

// The kinds of doubts.
const (
	DoubtQuantity           DoubtKind = "quantity"       // the portal tells another number
	DoubtPlan               DoubtKind = "plan"           // the portal tells another plan
	DoubtOpenRequest        DoubtKind = "open_request"   // another request of the same holder and product is open
	DoubtOrderedBefore      DoubtKind = "ordered_before" // one of them was ordered not long ago
	DoubtLostBefore         DoubtKind = "lost_before"    // the answer to an order of one of them was lost, and it was closed
	DoubtCandidate          DoubtKind = "candidate"      // an order that may be an earlier attempt's, and people said that it is not
	DoubtPortalOrder        DoubtKind = "portal_order"   // the portal has an order of theirs that is none of ours
	DoubtNotRenewing        DoubtKind = "not_renewing"   // somebody has marked the package as one that is not to be renewed
	DoubtAutoRenewal        DoubtKind = "auto_renewal"
	DoubtServicesLeftOut    DoubtKind = "services_left_out"
	DoubtServicesOnly       DoubtKind = "services_only"
	DoubtExpiryFar          DoubtKind = "expiry_far"
	DoubtExpired            DoubtKind = "expired"
	DoubtEndsBefore         DoubtKind = "ends_before" // the day on which it is to be ordered
	DoubtPlanSwitch         DoubtKind = "plan_switch" // another plan follows when the running one ends
	DoubtInvoice            DoubtKind = "invoice_company"
	DoubtInvoiceUnsure      DoubtKind = "invoice_unsure" // the invoice goes to a customer, and whose PBX it is is not told
	DoubtAutoRenewalUnknown DoubtKind = "auto_renewal_unknown"
	DoubtExpiryUnknown      DoubtKind = "expiry_unknown"
	DoubtCycleUnknown       DoubtKind = "cycle_unknown"    // the present billing cycle must be kept, and is not told
	DoubtServicesUnknown    DoubtKind = "services_unknown" // all services must be renewed, and none is told
	DoubtUndocumented       DoubtKind = "undocumented"     // not all values of the order are documented
	DoubtOrdersUnknown      DoubtKind = "orders_unknown"   // the portal's orders could not all be read
	DoubtOwnersUnknown      DoubtKind = "owners_unknown"   // of the portal's orders, which may be for the same package
	DoubtNoPackage          DoubtKind = "no_package"       // the portal tells that the customer has none of the product
	DoubtSeveral            DoubtKind = "several_packages" // more than one may be meant, and the order does not say which
)

// Doubt is a reason to look twice at what is asked for, with its facts. A serious one needs
// the requester's reason.
type Doubt struct {
	Kind    DoubtKind `json:"kind"`
	Serious bool      `json:"serious,omitempty"`
	// Quantity is asked for, and Told is what the portal tells.
	Quantity int   `json:"quantity,omitempty"`
	Told     int   `json:"told,omitempty"`
	Request  int64 `json:"request,omitempty"` // another one
	// Private says that not everybody who reads this may know of that one: its words name it by no number.
	Private bool      `json:"private,omitempty"`
	OrderNo string    `json:"order_no,omitempty"`
	At      time.Time `json:"at,omitzero"`     // when something was ordered or marked, or when the package expires
	Names   []string  `json:"names,omitempty"` // of services, also those that were ordered alone, a company, a plan, the plan that is told and the one asked for; or a reason
	By      string    `json:"by,omitempty"`    // Slack user id of who marked it
}

// tooEarly is how long before the expiry a renewal deserves a second look: what it does to
// the term is not documented.
const tooEarly = 60 * 24 * time.Hour

// Facts are what portal and ledger tell beside an offer. What is not known is empty.
type Facts struct {
	Services []yeastar.OwnedService // of the package
	// Unoffered are those of them that cannot be chosen: the catalogue does not have them, as a
	// trial alone, or with another plan.
	Unoffered []yeastar.ID
	// Quantities are the current ones of the plan and of services, as the renewal's own answers
	// tell them, by the line's id: they may differ from what else is told, or be all that is told.
	Quantities    map[yeastar.ID]int
	Plan          yeastar.Plan // of the package, as far as it is told: its id and its name
	CurrentPlan   string       // on which it runs until a change of plan that waits; empty: none waits
	BillingCycle  string       // of the package: yeastar.Annually or Monthly
	Owner         yeastar.ID   // the customer whose package it is
	OwnerUnread   bool         // it could not be read, and may be a moment later
	Among         int          // how many packages may be the one that is meant; 0: it is known, or none is listed
	None          bool         // the portal tells that the holder has no such package
	AutoRenewal   yeastar.AutoRenewal
	InvoiceTo     string                 // whose invoice it would be, when that is another customer
	InvoiceUnsure bool                   // whose PBX it is is not told: they may be its customer
	PortalOrders  []yeastar.OrderSummary // of the holder and product, and of no request of ours
	OrdersUnread  bool                   // not all of these could be read
	Ownerless     []yeastar.OrderSummary // whose owners are not told, and that may be of the product and are of no request of ours
	Requests      []Request              // all others of the holder and product
	NotRenewing   *NotRenewing           // what somebody has marked; nil: nothing
}

// Doubts says what people should look at before they agree to an offer, the serious doubts
// first. It is never nil.
func (o Offer) Doubts(f Facts, now time.Time, p Policy) []Doubt {
	row, _ := yeastar.ProductByKey(o.Product)
	doubts := append([]Doubt{}, o.quantityDoubts(row, f)...)
	if plan, ok := o.Plan(); ok && f.otherPlan(plan) {
		told := cmp.Or(f.Plan.Name, "another plan ("+string(f.Plan.ID)+")")
		doubts = append(doubts, Doubt{Kind: DoubtPlan, Serious: true, Names: []string{told, plan.Name}})
	}
	doubts = append(doubts, RepeatDoubts(f.Requests, now, p)...)
	doubts = append(doubts, EndingDoubts(f.NotRenewing, o.CurrentExpiry, f.Requests)...)
	for _, order := range f.PortalOrders {
		if !EndedUnplaced(order.OrderStatus) && recent(order.CreateTime, o.termBefore(f), now, p) {
			doubts = append(doubts, Doubt{Kind: DoubtPortalOrder, Serious: true, OrderNo: order.OrderNo, At: order.CreateTime.UTC()})
		}
	}
	if f.None {
		doubts = append(doubts, Doubt{Kind: DoubtNoPackage, Serious: true, Names: []string{row.Name}})
	}
	if f.Among > 1 {
		doubts = append(doubts, Doubt{Kind: DoubtSeveral, Told: f.Among})
	}
	if f.OrdersUnread {
		doubts = append(doubts, Doubt{Kind: DoubtOrdersUnknown})
	}
	doubts = append(doubts, ownersDoubts(f.Ownerless, o.termBefore(f), now, p)...)
	switch f.AutoRenewal {
	case yeastar.AutoRenewalOn:
		doubts = append(doubts, Doubt{Kind: DoubtAutoRenewal, Serious: true})
	case yeastar.AutoRenewalUnknown:
		doubts = append(doubts, Doubt{Kind: DoubtAutoRenewalUnknown})
	}
	if f.CurrentPlan != "" {
		doubts = append(doubts, Doubt{Kind: DoubtPlanSwitch, Names: []string{f.CurrentPlan}})
	}
	if f.InvoiceTo != "" {
		kind := DoubtInvoice
		if f.InvoiceUnsure {
			kind = DoubtInvoiceUnsure
		}
		doubts = append(doubts, Doubt{Kind: kind, Names: []string{f.InvoiceTo}})
	}
	doubts = append(doubts, o.lineDoubts(row, f)...)
	if row.CycleKept && f.BillingCycle == "" {
		doubts = append(doubts, Doubt{Kind: DoubtCycleUnknown, Names: []string{o.TermAsked().String()}})
	}
	if row.Unsure != "" {
		doubts = append(doubts, Doubt{Kind: DoubtUndocumented, Names: []string{row.Unsure}})
	}
	doubts = append(doubts, o.expiryDoubts(now)...)
	sort.SliceStable(doubts, func(i, k int) bool { return doubts[i].Serious && !doubts[k].Serious })
	return doubts
}

// ownersDoubts are about the portal's orders that may be of the same package, where it does not tell whose they are.
func ownersDoubts(orders []yeastar.OrderSummary, t yeastar.Term, now time.Time, p Policy) []Doubt {
	d := Doubt{Kind: DoubtOwnersUnknown}
	for _, order := range orders {
		if EndedUnplaced(order.OrderStatus) || !recent(order.CreateTime, t, now, p) {
			continue
		}
		if at := order.CreateTime.UTC(); !at.IsZero() && (d.At.IsZero() || at.Before(d.At)) {
			d.At = at
		}
		d.Told++
	}
	if d.Told == 0 {
		return nil
	}
	return []Doubt{d}
}

// quantityDoubts are the lines whose quantity is not the one that the portal tells, or not each of
// those that it tells in different answers.
func (o Offer) quantityDoubts(row yeastar.Product, f Facts) []Doubt {
	var doubts []Doubt
	if row.Quantity == yeastar.QuantityNone {
		return nil
	}
	differ := func(l Line, names []string, told ...int) {
		for i, n := range told {
			if n != 0 && n != l.Quantity && !slices.Contains(told[:i], n) {
				doubts = append(doubts, Doubt{Kind: DoubtQuantity, Serious: true, Quantity: l.Quantity, Told: n, Names: names})
			}
		}
	}
	if plan, ok := o.Plan(); ok {
		differ(plan, nil, o.KnownQuantity, f.Quantities[plan.ID])
	}
	for _, l := range o.Services() {
		differ(l, []string{l.Name}, f.owned(l.ID), f.Quantities[l.ID])
	}
	return doubts
}

// otherPlan says whether the package has another plan than a line.
func (f Facts) otherPlan(line Line) bool { return f.Plan.ID != "" && f.Plan.ID != line.ID }

// owned is the quantity of a service that the package has; 0: it is not told, or not counted.
func (f Facts) owned(service yeastar.ID) int {
	for _, s := range f.Services {
		if s.ID == service && s.Quantity != nil && *s.Quantity != 0 {
			return *s.Quantity
		}
	}
	return 0
}

// Earlier leaves out of the other requests those that are open and were asked for later than
// this one: people knew of this one when they asked for them. One whose order may exist stays.
func (r Request) Earlier(others []Request) []Request {
	return slices.DeleteFunc(slices.Clone(others), func(o Request) bool {
		later := o.AskedAt.After(r.AskedAt) || (o.AskedAt.Equal(r.AskedAt) && o.ID > r.ID)
		return later && !o.Status.Final() && !slices.ContainsFunc(o.Attempts, Attempt.Doubtful)
	})
}

// RepeatDoubts are the other requests of the same holder and product that are open, and the
// orders that they placed not long ago, or may have placed: whatever became of the request.
func RepeatDoubts(others []Request, now time.Time, p Policy) []Doubt {
	var doubts []Doubt
	for _, r := range others {
		if r.Status.Final() {
			doubts = append(doubts, r.ordersBefore(now, p)...)
			continue
		}
		doubts = append(doubts, Doubt{Kind: DoubtOpenRequest, Serious: true, Request: r.ID})
	}
	return doubts
}

// ordersBefore are the doubts for the orders that a request which has ended left behind.
func (r Request) ordersBefore(now time.Time, p Policy) []Doubt {
	var doubts []Doubt
	for _, a := range r.Attempts {
		d := Doubt{Kind: DoubtOrderedBefore, Serious: true, Request: r.ID, At: a.StartedAt.UTC(), Names: r.servicesAlone(a)}
		switch {
		case a.Order != nil && !EndedUnplaced(a.Order.OrderStatus):
			d.OrderNo = a.Order.OrderNo
		case a.Doubtful() && r.Status != Ordered:
			d.Kind = DoubtLostBefore
		default:
			continue
		}
		if recent(a.StartedAt, r.termOf(a), now, p) {
			doubts = append(doubts, d)
		}
	}
	return doubts
}

// termOf is the term that an attempt asked for: its request may have been changed since.
func (r Request) termOf(a Attempt) yeastar.Term {
	if o, err := yeastar.ReadOrder(a.Body); err == nil && o.Term.Months != 0 {
		return o.Term
	}
	return r.Offer.TermAsked()
}

// servicesAlone are the names of the services that an attempt asked for without the plan.
func (r Request) servicesAlone(a Attempt) []string {
	o := r.Offer
	if sent, err := yeastar.ReadOrder(a.Body); err == nil {
		o.Lines = nil
		for _, l := range sent.Lines {
			o.Lines = append(o.Lines, Line{Type: l.ServiceType, ID: l.ServiceID, Name: r.Offer.nameOf(l.ServiceID)})
		}
	}
	if !o.ServicesAlone() {
		return nil
	}
	var names []string
	for _, l := range o.Services() {
		names = append(names, cmp.Or(l.Name, string(l.ID)))
	}
	return names
}

// nameOf is the name of a line; empty: the offer does not have it.
func (o Offer) nameOf(id yeastar.ID) string {
	if i := slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == id }); i >= 0 {
		return o.Lines[i].Name
	}
	return ""
}

// monthlyRepeat is for how long after an order for a month another one has to be explained.
const monthlyRepeat = 25 * 24 * time.Hour

// stillNew is until when another one has to be explained after an order for a term. The policy
// says it for a year; after several it comes by as much later, and of less than a year most is over.
func stillNew(at time.Time, t yeastar.Term, p Policy) time.Time {
	if t.Months > 0 && t.Months < 12 {
		return at.Add(min(p.RepeatWithin, time.Duration(t.Months)*monthlyRepeat))
	}
	return at.AddDate(0, max(t.Months-12, 0), 0).Add(p.RepeatWithin)
}

// recent says whether an order is so young that another one has to be explained. One without
// a time is taken for young.
func recent(at time.Time, t yeastar.Term, now time.Time, p Policy) bool {
	return at.IsZero() || now.Before(stillNew(at, t, p))
}

// termBefore is the term that an order of the portal's is taken to have, which it does not tell:
// less than a year only where the portal says that the package is billed so.
func (o Offer) termBefore(f Facts) yeastar.Term {
	t := o.TermAsked()
	if t.Months = min(t.Months, 12); f.BillingCycle != yeastar.Monthly {
		t.Months = 12
	}
	return t
}

// lineDoubts are about what the order renews of the package, as far as its product can.
func (o Offer) lineDoubts(row yeastar.Product, f Facts) []Doubt {
	var doubts []Doubt
	if left := o.leftOut(f); row.ServiceLines && len(left) > 0 {
		doubts = append(doubts, Doubt{Kind: DoubtServicesLeftOut, Names: serviceNames(left)})
	}
	if o.ServicesAlone() {
		doubts = append(doubts, Doubt{Kind: DoubtServicesOnly})
	}
	if row.Together && len(f.Services) == 0 {
		doubts = append(doubts, Doubt{Kind: DoubtServicesUnknown})
	}
	return doubts
}

// expiryDoubts are about when the package ends, seen from when it is to be ordered.
func (o Offer) expiryDoubts(now time.Time) []Doubt {
	expiry := o.CurrentExpiry
	switch left := expiry.Sub(later(now, o.OrderOn.From)); {
	case expiry.IsZero():
		return []Doubt{{Kind: DoubtExpiryUnknown}}
	case !o.OrderOn.From.Before(expiry): // also once that day has come
		return []Doubt{{Kind: DoubtEndsBefore, Serious: true, At: expiry.UTC()}}
	case left <= 0:
		return []Doubt{{Kind: DoubtExpired, At: expiry.UTC()}}
	case left > tooEarly:
		return []Doubt{{Kind: DoubtExpiryFar, At: expiry.UTC()}}
	}
	return nil
}

// same says whether two doubts are about the same facts.
func (d Doubt) same(other Doubt) bool {
	return d.Kind == other.Kind && d.Quantity == other.Quantity && d.Told == other.Told && d.Request == other.Request &&
		d.OrderNo == other.OrderNo && d.At.Equal(other.At) && slices.Equal(d.Names, other.Names)
}

// NewDoubts lists the doubts that nobody has seen who agreed to the request. A request for
// which nobody looked for any is held up by serious ones alone, and by orders that cannot be read.
// Orders of nobody knows whom hold up none: they come and go with other customers' renewals.
func (r Request) NewDoubts(now []Doubt) []Doubt {
	return slices.DeleteFunc(slices.Clone(now), func(d Doubt) bool {
		seen := slices.ContainsFunc(r.Doubts, d.same)
		return seen || d.Kind == DoubtOwnersUnknown || (r.Doubts == nil && !d.Serious && d.Kind != DoubtOrdersUnknown)
	})
}

// WasTold says whether people agreed to something that the portal told of the package, beside whose it is, its plan and its services.
func (r Request) WasTold() bool {
	o := r.Offer
	autoRenewal := r.Doubts != nil && !slices.ContainsFunc(r.Doubts, func(d Doubt) bool { return d.Kind == DoubtAutoRenewalUnknown })
	return o.PriceTold() != "" || o.KnownQuantity != 0 || !o.CurrentExpiry.IsZero() || autoRenewal
}

// Untold says whether an offer, read anew, has nothing of the plan or the services that people were told.
func (r Request) Untold(now Offer) bool {
	return (r.Offer.KnownPlan != "" && now.KnownPlan == "") || (len(r.Offer.KnownServices) > 0 && len(now.KnownServices) == 0)
}

// Differs says whether an offer, read anew, is not the one that people agreed to: what they
// were told has changed or is not told any more, or there is a price that they have not seen.
func (r Request) Differs(now Offer) bool {
	was := r.Offer
	return was.PriceTold() != now.PriceTold() || was.Holder.PartnerID != now.Holder.PartnerID ||
		(was.KnownQuantity != 0 && was.KnownQuantity != now.KnownQuantity) ||
		(was.KnownPlan != "" && was.KnownPlan != now.KnownPlan) ||
		(len(was.KnownServices) > 0 && !slices.EqualFunc(was.KnownServices, now.KnownServices, sameService)) ||
		(!was.CurrentExpiry.IsZero() && !was.CurrentExpiry.Equal(now.CurrentExpiry))
}

// sameService says whether two services are told as the same one: they may be named in one answer alone.
func sameService(a, b Line) bool { return a.ID == b.ID && a.Quantity == b.Quantity }

// NeedReason says whether any of the doubts must be explained by whoever asks.
func NeedReason(doubts []Doubt) bool {
	return slices.ContainsFunc(doubts, func(d Doubt) bool { return d.Serious })
}

// texts are the sentences of several doubts.
func texts(doubts []Doubt) []string {
	out := make([]string, len(doubts))
	for i, d := range doubts {
		out[i] = d.Text()
	}
	return out
}
