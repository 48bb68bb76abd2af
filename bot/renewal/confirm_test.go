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
	for name, c := range map[string]struct {
		known    time.Time
		readings []reading
	}{
		"at once": {before, []reading{{time.Minute, after, CodeConfirmed}, {time.Hour, after, ""}}},
		"later":   {before, []reading{{time.Minute, before, CodeUnconfirmed}, {time.Hour, before, ""}, {5 * time.Hour, after, CodeConfirmed}}},
		"not within a day": {before, []reading{
			{time.Minute, before, CodeUnconfirmed}, {24*time.Hour - time.Second, before, ""}, {24 * time.Hour, before, CodeStale},
			{48 * time.Hour, before, ""}, {72 * time.Hour, after, CodeConfirmed},
		}},
		"never told":                     {before, []reading{{time.Minute, time.Time{}, CodeUnconfirmed}, {25 * time.Hour, time.Time{}, ""}}},
		"a few days more are no renewal": {before, []reading{{time.Minute, before.AddDate(0, 0, 30), CodeUnconfirmed}}},
		"nobody knew the date":           {time.Time{}, []reading{{time.Minute, after, CodeConfirmed}}},
		"nobody knew, and it is near":    {time.Time{}, []reading{{time.Minute, before, CodeUnconfirmed}}},
	} {
		r := Request{ID: 1, Status: Ordered, OrderedAt: at, Offer: Offer{Product: "p-series-turnkey", CurrentExpiry: c.known}}
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
