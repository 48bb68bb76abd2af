package renewal

import (
	"fmt"
	"time"
)

// OrderDay is a day on which a request is to be ordered, and not before; zero: at once.
type OrderDay struct {
	Date string `json:"date"` // 2027-03-03, as it was chosen
	// From is when the working hours of that day begin where whoever chose it is. It is found
	// out once, so that neither a move nor a change of a zone's rules moves an order.
	From time.Time `json:"from"`
}

// OrderOn is a day as people choose it: a date in their time zone.
func OrderOn(date string, zone *time.Location) (OrderDay, error) {
	day, err := time.Parse(time.DateOnly, date) // in the zone there may be no midnight
	if err != nil {
		return OrderDay{}, fmt.Errorf("a day to order on: %w", err)
	}
	return OrderDay{date, time.Date(day.Year(), day.Month(), day.Day(), dayBegins, 0, 0, 0, zone).UTC()}, nil
}

// String is the day for people, to the hour; "at once" if there is none.
func (d OrderDay) String() string {
	if d == (OrderDay{}) {
		return "at once"
	}
	return d.Date + d.From.UTC().Format(" (from 15:04 UTC)")
}

// Check says why a day cannot be chosen now; empty: it can.
func (d OrderDay) Check(now time.Time, p Policy) string {
	midnight := d.From.Add(-dayBegins * time.Hour)
	switch {
	case d == (OrderDay{}):
		return ""
	case !now.Before(midnight.Add(24 * time.Hour)):
		return "This day is over. Choose a later one, or order at once."
	case midnight.After(now.Add(p.OrderAhead)):
		return fmt.Sprintf("An order can be dated at most %d days ahead. Choose an earlier day.", int(p.OrderAhead/(24*time.Hour)))
	}
	return ""
}

// checkDay refuses a day that cannot be chosen.
func checkDay(o Offer, now time.Time, p Policy) error {
	if wrong := o.OrderOn.Check(now, p); wrong != "" {
		return refuse(RefusedOffer, "%s Nothing was ordered.", wrong)
	}
	return nil
}

// TooEarly says whether the request's order must not be sent yet.
func (r Request) TooEarly(now time.Time) bool { return now.Before(r.Offer.OrderOn.From) }

// At is the request as it is shown at a time; without one, as it was when it was asked for.
func (r Request) At(now time.Time) Request {
	r.ShownAt = now
	return r
}

// DayHasCome says whether the request is for a day, and that has come.
func (r Request) DayHasCome() bool {
	return r.Offer.OrderOn != (OrderDay{}) && !later(r.AskedAt, r.ShownAt).Before(r.Offer.OrderOn.From)
}

// onDay plans to show on its day that an undecided request's day has come.
func (c *changing) onDay() {
	if day := c.Offer.OrderOn.From; day.After(c.now) && day.Before(c.ExpiresAt) {
		c.job(SyncSlack, day)
		c.jobs = append(c.jobs, Job{Kind: DrawHomes, RequestID: Homes, At: day})
	}
}

// WaitsForDay says whether the request is approved for a day that was to come then. Until it
// comes the request can be changed.
func (r Request) WaitsForDay() bool {
	return r.Status == Approved && r.sinceAsked() == 0 && r.Offer.OrderOn.From.After(r.ApprovedAt)
}

// DueAt is from when on an approved request is to be ordered: its day, or when it was
// approved if that was later. Its approval ages from then on.
func (r Request) DueAt() time.Time { return later(r.approvedAt(), r.Offer.OrderOn.From) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// tooEarly refuses an attempt before the request's day.
func (c *changing) tooEarly() error {
	if !c.TooEarly(c.now) {
		return nil
	}
	return refuse(RefusedTooEarly, "%s is to be ordered on %s, and not before. Nothing was ordered.", c.Reference(), c.Offer.OrderOn)
}
