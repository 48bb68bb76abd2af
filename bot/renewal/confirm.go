package renewal

import "time"

const (
	// firstDate is how long after an order its package is read again.
	firstDate = time.Minute
	// staleAfter is when a date that has not moved is a warning.
	staleAfter = 24 * time.Hour
	// lastDate is how long after an order its package is read again at most.
	lastDate = 7 * 24 * time.Hour
)

// afterOrder plans the reading of the package once its order is placed.
func (c *changing) afterOrder() {
	if c.Status != Ordered || c.before.Status == Ordered {
		return
	}
	c.OrderedAt, c.RenewedUntil, c.DateTold = c.now, time.Time{}, ""
	c.job(ConfirmDate, c.now.Add(firstDate))
}

// NextDate is when the package of an order is to be read again; false: not any more.
func (r Request) NextDate(now time.Time) (time.Time, bool) {
	since := now.Sub(r.OrderedAt)
	switch {
	case r.Status != Ordered || r.OrderedAt.IsZero() || r.DateTold == CodeConfirmed || since >= lastDate:
		return time.Time{}, false
	case since < time.Hour:
		return now.Add(10 * time.Minute), true
	case since < staleAfter:
		return earlier(now.Add(2*time.Hour), r.OrderedAt.Add(staleAfter)), true
	}
	return now.Add(24 * time.Hour), true
}

// renews says whether a date is the one that follows from the order, and not the one from
// before it.
func (r Request) renews(ends time.Time) bool {
	term := r.Offer.TermAsked()
	if before := r.Offer.CurrentExpiry; !before.IsZero() {
		return ends.After(before.AddDate(0, 0, 15*term.Months)) && ends.After(r.OrderedAt)
	}
	// Nobody knew the date from before: a whole term from the order on is certainly new.
	return !ends.Before(term.After(r.OrderedAt).AddDate(0, 0, -2))
}

func (c *changing) dateRead(e DateRead) error {
	if err := c.expect(Ordered); err != nil {
		return err
	}
	code := CodeUnconfirmed
	switch {
	case c.DateTold == CodeConfirmed:
		return refuse(RefusedStatus, "%s: people know already until when it is renewed.", c.Reference())
	case c.renews(e.Ends):
		code, c.RenewedUntil = CodeConfirmed, e.Ends
	case c.DateTold == "":
	case c.DateTold == CodeUnconfirmed && !e.Ends.IsZero() && !c.now.Before(c.OrderedAt.Add(staleAfter)):
		code = CodeStale
	default:
		return refuse(RefusedTooEarly, "%s: there is nothing new to tell of its date.", c.Reference())
	}
	c.DateTold = code
	var detail map[string]string
	if !e.Ends.IsZero() {
		detail = map[string]string{DetailUntil: e.Ends.UTC().Format(time.RFC3339)}
	}
	c.record(code, System, detail)
	return nil
}

// OrderedTime is when the vendor had placed the order, as far as we know; zero: it has not.
func (r Request) OrderedTime() time.Time {
	if r.Status == Ordered && r.OrderedAt.IsZero() {
		return r.UpdatedAt // of before this was kept: nothing has changed since
	}
	return r.OrderedAt
}
