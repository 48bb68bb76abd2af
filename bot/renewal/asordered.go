package renewal

import (
	"bytes"
	"slices"
	"time"

	"renewbot/yeastar"
)

// EndedBefore is when the package was told to end when an attempt was made; zero: it was not. The
// request may have been changed since, and be told the end that the attempt's own order made.
func (r Request) EndedBefore(a Attempt) time.Time {
	if a.Ends.IsZero() && a.Fingerprint == r.Fingerprint {
		return r.Offer.CurrentExpiry
	}
	return a.Ends
}

// placed is the attempt that placed the order.
func (r Request) placed() (Attempt, bool) {
	i := slices.IndexFunc(r.Attempts, func(a Attempt) bool { return a.Outcome == Placed })
	if i < 0 {
		return Attempt{}, false
	}
	return r.Attempts[i], true
}

// AsOrdered is the offer as it was ordered: an order may turn up late, for an attempt from before the
// request was changed. Without an order it is the offer.
func (r Request) AsOrdered() Offer {
	o := r.Offer
	a, ok := r.placed()
	if !ok {
		return o
	}
	sent, err := yeastar.ReadOrder(a.Body)
	if err != nil {
		return o
	}
	if o.CurrentExpiry = r.EndedBefore(a); bytes.Equal(a.Body, r.Body) {
		return o
	}
	o.Price, o.Quote = nil, nil // of what was asked for since
	o.Term, o.Lines = r.termOf(a), nil
	if o.Contact.ID != sent.BillingID {
		o.Contact = Contact{ID: sent.BillingID}
	}
	for _, l := range sent.Lines {
		line := Line{Type: l.ServiceType, ID: l.ServiceID, Name: string(l.ServiceID), Quantity: l.Quantity}
		if i := slices.IndexFunc(r.Offer.Lines, func(now Line) bool { return now.ID == l.ServiceID }); i >= 0 {
			line.Name = r.Offer.Lines[i].Name
		}
		o.Lines = append(o.Lines, line)
	}
	return o
}

// PONumberSent is the PO number of the order, or of the one that would be sent.
func (r Request) PONumberSent() string {
	body := r.Body
	if a, ok := r.placed(); ok {
		body = a.Body
	}
	o, err := yeastar.ReadOrder(body)
	if err != nil {
		return ""
	}
	return o.PONumber
}
