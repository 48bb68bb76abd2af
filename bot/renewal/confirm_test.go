package renewal_test

import (
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

// TestDateAfterTheOrder reads the package again and again after an order, and looks at what
// people are told of it.
func TestDateAfterTheOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	before := at.AddDate(0, 0, 20)
	after := before.AddDate(1, 0, 0)
	type reading struct {
		in   time.Duration
		ends time.Time
		want Code // empty: nothing is told
	}
	years := func(n int) time.Time { return before.AddDate(n, 0, 0) }
	old := at.AddDate(0, 0, -40) // of a package that has ended
	for name, c := range map[string]struct {
		known    time.Time
		months   int // of the term; 0: the usual year
		readings []reading
	}{
		"at once": {before, 0, []reading{{time.Minute, after, CodeConfirmed}, {time.Hour, after, ""}}},
		"later":   {before, 0, []reading{{time.Minute, before, CodeUnconfirmed}, {time.Hour, before, ""}, {5 * time.Hour, after, CodeConfirmed}}},
		"not within a day": {before, 0, []reading{
			{time.Minute, before, CodeUnconfirmed}, {24*time.Hour - time.Second, before, ""}, {24 * time.Hour, before, CodeStale},
			{48 * time.Hour, before, ""}, {72 * time.Hour, after, CodeConfirmed},
		}},
		"never told":                          {before, 0, []reading{{time.Minute, time.Time{}, CodeUnconfirmed}, {25 * time.Hour, time.Time{}, ""}}},
		"a few days more are no renewal":      {before, 0, []reading{{time.Minute, before.AddDate(0, 0, 30), CodeUnconfirmed}}},
		"some days less or more are the same": {before, 0, []reading{{time.Minute, after.AddDate(0, 0, -20), CodeConfirmed}}},
		"two years ordered, one delivered":    {before, 24, []reading{{time.Minute, after, CodeUnconfirmed}, {24 * time.Hour, after, CodeStale}, {48 * time.Hour, years(2), CodeConfirmed}}},
		"one ordered, two delivered":          {before, 0, []reading{{time.Minute, years(2), CodeUnconfirmed}, {24 * time.Hour, years(2), CodeStale}}},
		"a month":                             {before, 1, []reading{{time.Minute, before.AddDate(0, 1, 0), CodeConfirmed}}},
		"late, from the old end on":           {old, 0, []reading{{time.Minute, old.AddDate(1, 0, 0), CodeConfirmed}}},
		"late, from the order on":             {old, 0, []reading{{time.Minute, at.AddDate(1, 0, 0), CodeConfirmed}}},
		"nobody knew the date":                {time.Time{}, 0, []reading{{time.Minute, after, CodeConfirmed}}},
		"nobody knew, and it is near":         {time.Time{}, 0, []reading{{time.Minute, before, CodeUnconfirmed}}},
	} {
		r := Request{ID: 1, Status: Ordered, OrderedAt: at, Offer: Offer{Product: "p-series-turnkey", CurrentExpiry: c.known}}
		r.Offer.Term.Months = c.months
		for _, read := range c.readings {
			change, err := r.Apply(DateRead{Ends: read.ends}, at.Add(read.in), Policy{})
			if got := change.Entry.Code; err == nil && got != read.want || err != nil && read.want != "" {
				t.Errorf("%s, after %s: %s (%v), want %q", name, read.in, got, err, read.want)
			}
			if err == nil {
				r = change.Request
			}
		}
		_, more := r.NextDate(at.Add(time.Hour))
		if confirmed := r.DateTold == CodeConfirmed; more == confirmed || confirmed == r.RenewedUntil.IsZero() {
			t.Errorf("%s: confirmed %v, read again %v, until %v", name, confirmed, more, r.RenewedUntil)
		}
	}
	if _, more := (Request{Status: Ordered, OrderedAt: at}).NextDate(at.AddDate(0, 0, 8)); more {
		t.Error("a package is read again after a week")
	}
}
