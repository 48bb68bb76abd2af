package renewal

import (
	"time"

	"renewbot/yeastar"
)

const (
	// firstDate is how long after an order its package is read again.
	firstDate = time.Minute
	// staleAfter is when a date that has not moved as it was ordered is a warning.
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
	if c.AsOrdered().ServicesAlone() {
		return // its package ends as before
	}
	c.job(ConfirmDate, c.now.Add(firstDate))
}

// NextDate is when the package of an order is to be read again; false: not any more.
func (r Request) NextDate(now time.Time) (time.Time, bool) {
	since := now.Sub(r.OrderedAt)
	switch {
	case r.Status != Ordered || r.OrderedAt.IsZero() || r.DateTold == CodeConfirmed || since >= lastDate || r.AsOrdered().ServicesAlone():
		return time.Time{}, false
	case since < time.Hour:
		return now.Add(10 * time.Minute), true
	case since < staleAfter:
		return earlier(now.Add(2*time.Hour), r.OrderedAt.Add(staleAfter)), true
	}
	return now.Add(24 * time.Hour), true
}

// renews says whether a date is the one that follows from the order: its whole term, from the end
// before it on, or of a package that had ended from the order on.
func (r Request) renews(ends time.Time) bool {
	o := r.AsOrdered()
	term, before := o.TermAsked(), o.CurrentExpiry
	if before.IsZero() { // a whole term from the order on is certainly new
		return !ends.Before(term.After(r.OrderedAt).AddDate(0, 0, -2))
	}
	if term.Months == 0 {
		return ends.After(before) && ends.After(r.OrderedAt)
	}
	leeway := termLeeway(term)
	return ends.After(r.OrderedAt) && !ends.Before(term.After(before).Add(-leeway)) && !ends.After(term.After(later(before, r.OrderedAt)).Add(leeway))
}

// termLeeway is by how much a new date may differ from the one that a term makes: a week for each
// month, at most three.
func termLeeway(t yeastar.Term) time.Duration {
	return time.Duration(min(t.Months, 3)) * 7 * 24 * time.Hour
}

// expected is about when the package should end by the order, where the portal has another date
// than that and than before; zero: it has not moved, or nobody knew when it ended.
func (r Request) expected(ends time.Time) time.Time {
	o := r.AsOrdered()
	term, before := o.TermAsked(), o.CurrentExpiry
	moved := ends.Sub(before)
	if before.IsZero() || ends.IsZero() || term.Months == 0 || max(moved, -moved) < termLeeway(term) {
		return time.Time{}
	}
	return term.After(before)
}

func (c *changing) dateRead(e DateRead) error {
	if err := c.expect(Ordered); err != nil {
		return err
	}
	code := CodeUnconfirmed
	switch {
	case c.AsOrdered().ServicesAlone():
		return refuse(RefusedStatus, "%s: only services were renewed, and its package ends as before.", c.Reference())
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
		if expected := c.expected(e.Ends); code != CodeConfirmed && !expected.IsZero() {
			detail[DetailExpected] = expected.UTC().Format(time.RFC3339)
		}
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
