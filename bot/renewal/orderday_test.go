package renewal_test

import (
	"strings"
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// A day begins with its working hours, where whoever chose it is, whatever the clocks do then.
func TestOrderOnADayInAZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ date, zone, from string }{
		{"2026-03-20", "Europe/Madrid", "2026-03-20T08:00:00Z"},
		{"2026-03-29", "Europe/Madrid", "2026-03-29T07:00:00Z"}, // the clocks go forward in that night
		{"2026-10-25", "Europe/Madrid", "2026-10-25T08:00:00Z"}, // and back
		{"2026-03-20", "Pacific/Kiritimati", "2026-03-19T19:00:00Z"},
		{"2026-03-20", "Pacific/Pago_Pago", "2026-03-20T20:00:00Z"},
		{"2026-04-05", "Australia/Lord_Howe", "2026-04-04T22:30:00Z"}, // by half an hour
		{"2026-09-06", "America/Santiago", "2026-09-06T12:00:00Z"},    // which has no midnight
		{"2028-02-29", "UTC", "2028-02-29T09:00:00Z"},
	} {
		day, err := OrderOn(c.date, zone(t, c.zone))
		if got := day.From.Format(time.RFC3339); err != nil || got != c.from || day.Date != c.date {
			t.Errorf("%s in %s begins at %s (%v), want %s", c.date, c.zone, got, err, c.from)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "tomorrow", "2026-3-1"} {
		if day, err := OrderOn(bad, time.UTC); err == nil {
			t.Errorf("%q is a day: %v", bad, day)
		}
	}
}

func TestWhichDaysCanBeChosen(t *testing.T) {
	t.Parallel()
	madrid := zone(t, "Europe/Madrid")
	p := dating()
	for _, c := range []struct{ now, date, says string }{
		{"2026-03-01T09:00:00+01:00", "", ""},
		{"2026-03-01T00:00:00+01:00", "2026-03-01", ""},
		{"2026-03-01T23:59:59+01:00", "2026-03-01", ""}, // today, though its working hours are over
		{"2026-03-02T00:00:00+01:00", "2026-03-01", "This day is over."},
		{"2026-03-01T00:00:00+01:00", "2026-02-28", "This day is over."},
		{"2026-01-01T00:00:00+01:00", "2026-01-31", ""},
		{"2026-01-01T12:00:00+01:00", "2026-01-31", ""},
		{"2026-01-01T12:00:00+01:00", "2026-02-01", "at most 30 days ahead"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		var chosen OrderDay
		if c.date != "" {
			if chosen, err = OrderOn(c.date, madrid); err != nil {
				t.Fatal(err)
			}
		}
		if says := chosen.Check(now, p); (says == "") != (c.says == "") || !strings.Contains(says, c.says) {
			t.Errorf("%q at %s: %q, want %q", c.date, c.now, says, c.says)
		}
	}
}

func dating() Policy {
	p := careful()
	p.OrderAhead = 30 * day
	return p
}

// onDay makes a request that is to be ordered ten days after it was asked for.
func onDay(t *testing.T, p Policy) (Request, time.Time) {
	t.Helper()
	s := submission()
	var err error
	if s.Offer.OrderOn, err = OrderOn("2026-03-11", time.UTC); err != nil {
		t.Fatal(err)
	}
	c, err := New(123, s, start, p)
	if err != nil {
		t.Fatal(err)
	}
	return c.Request, s.Offer.OrderOn.From
}

func jobAt(t *testing.T, c Change, kind JobKind) time.Time {
	t.Helper()
	for _, j := range c.Jobs {
		if j.Kind == kind {
			return j.At
		}
	}
	t.Fatalf("no job %s among %v", kind, c.Jobs)
	return time.Time{}
}

// No attempt begins before the day, whatever asks for it.
func TestNothingBeginsBeforeItsDay(t *testing.T) {
	t.Parallel()
	p := dating()
	r, from := onDay(t, p)
	c, err := r.Apply(approveBy(approver("U2"), r), later, p)
	if err != nil {
		t.Fatal(err)
	}
	if at := jobAt(t, c, PlaceOrder); !at.Equal(from) {
		t.Errorf("it is placed at %s, want %s", at, from)
	}
	r = c.Request
	if c.Entry.Detail[DetailOrderOn] != "2026-03-11" || !r.WaitsForDay() {
		t.Errorf("it does not wait for its day: %v", c.Entry.Detail)
	}
	for _, now := range []time.Time{later, from.Add(-time.Microsecond)} {
		refused(t, r, Begin{time.Minute}, now, p, RefusedTooEarly)
	}
	if r = must(t, r, from, p, Begin{time.Minute}); r.Status != Ordering {
		t.Errorf("on its day it is %s", r.Status)
	}
}

// An approval that comes after the day orders at once.
func TestApprovedAfterItsDay(t *testing.T) {
	t.Parallel()
	p := dating()
	p.ExpireAfter = 20 * day
	r, from := onDay(t, p)
	now := from.Add(day)
	c, err := r.Apply(approveBy(approver("U2"), r), now, p)
	if err != nil {
		t.Fatal(err)
	}
	if at := jobAt(t, c, PlaceOrder); !at.Equal(now) || c.Request.WaitsForDay() || c.Entry.Detail[DetailOrderOn] != "" {
		t.Errorf("it is placed at %s, want %s", at, now)
	}
	must(t, c.Request, now, p, Begin{time.Minute})
}

// The approval ages from the day on; who voted counts all the same, and nobody is reminded
// while it waits.
func TestApprovalAgesFromItsDay(t *testing.T) {
	t.Parallel()
	p := dating()
	r, from := onDay(t, p)
	r = must(t, r, later, p, approveBy(approver("U2"), r))
	voters := []Actor{approver("U2")}
	for _, c := range []struct {
		at     time.Time
		voters []Actor
		stands bool
	}{
		{from, voters, true},
		{from.Add(p.ExpireAfter), voters, true},
		{from.Add(p.ExpireAfter + time.Second), voters, false},
		{from, []Actor{requester("U2")}, false},
		{from, nil, false},
	} {
		if got := r.Stands(c.voters, c.at, p); got != c.stands {
			t.Errorf("at %s with %v it stands: %t", c.at, c.voters, got)
		}
	}
	for _, now := range []time.Time{start.Add(73 * time.Hour), from.Add(-time.Hour), from.Add(p.ExpireAfter)} {
		refused(t, r, Expiry{}, now, p, RefusedStatus)
		refused(t, r, Reminder{Who: []string{"U2"}}, now, p, RefusedStatus)
		refused(t, r, Reminder{Last: true}, now, p, RefusedStatus)
	}
}

// Until its day comes the requester changes it, the day as well; it is decided anew and nothing
// of before orders it.
func TestChangedWhileItWaitsForItsDay(t *testing.T) {
	t.Parallel()
	p := dating()
	r, from := onDay(t, p)
	r = must(t, r, later, p, approveBy(approver("U2"), r))
	sooner, err := OrderOn("2026-03-08", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	amend := Amend{By: requester("U1"), Shown: shown(r), Offer: r.Offer}
	amend.Offer.OrderOn = sooner
	refused(t, r, Amend{By: approver("U2"), Shown: shown(r), Offer: amend.Offer}, later, p, RefusedNotAllowed)
	refused(t, r, amend, from, p, RefusedStatus) // it is about to be ordered
	now := start.Add(5 * day)
	c, err := r.Apply(amend, now, p)
	if err != nil {
		t.Fatal(err)
	}
	changed := c.Request
	if changed.Status != Pending || len(changed.Votes) != 0 || changed.Fingerprint == r.Fingerprint ||
		strings.Join(changed.Changes, "") != "To be ordered: 2026-03-11 (from 09:00 UTC) → 2026-03-08 (from 09:00 UTC)" {
		t.Errorf("it is %s with %v, changed %q", changed.Status, changed.Votes, changed.Changes)
	}
	if want := now.Add(p.ExpireAfter); !changed.ExpiresAt.Equal(want) || !jobAt(t, c, Expire).Equal(want) {
		t.Errorf("approvers have until %s, want %s", changed.ExpiresAt, want)
	}
	refused(t, changed, Begin{time.Minute}, from, p, RefusedStatus)
	amend.Shown, amend.Offer.OrderOn = shown(changed), OrderDay{}
	undated := must(t, changed, now, p, amend)
	undated = must(t, undated, now, p, approveBy(approver("U2"), undated))
	must(t, undated, now, p, Begin{time.Minute})
	must(t, r, from.Add(-time.Second), p, Cancel{requester("U1")})
	must(t, r, from, p, Cancel{approver("U3")})
}

// A day that cannot be chosen is refused, and one that has passed meanwhile binds nobody.
func TestDaysThatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	p := dating()
	s := submission()
	for _, date := range []string{"2026-02-28", "2026-04-01"} {
		s.Offer.OrderOn, _ = OrderOn(date, time.UTC)
		if c, err := New(123, s, start, p); err == nil {
			t.Errorf("%s was taken: %+v", date, c.Request.Offer.OrderOn)
		}
		r := newRequest(t, p)
		refused(t, r, Amend{By: requester("U1"), Shown: shown(r), Offer: s.Offer}, later, p, RefusedOffer)
	}
}

// How far away the expiry is counts from the day on which it is ordered, and the doubt is the
// same one on that day.
func TestExpiryAsOfTheDay(t *testing.T) {
	t.Parallel()
	o, facts := clear()
	var err error
	if o.OrderOn, err = OrderOn("2026-03-31", time.UTC); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ends time.Time
		want string
	}{
		{o.OrderOn.From.Add(7 * day), ""},
		{o.OrderOn.From.Add(60 * day), ""}, // 90 days from now
		{o.OrderOn.From.Add(61 * day), "expiry_far"},
		{o.OrderOn.From, "ends_before!"},
		{start.Add(day), "ends_before!"},
		{time.Time{}, "expiry_unknown"},
	} {
		o.CurrentExpiry = c.ends
		asked := o.Doubts(facts, start, dating())
		if got := doubtKinds(asked); got != c.want {
			t.Errorf("of one that ends at %s: %q, want %q", c.ends, got, c.want)
		}
		r := Request{Doubts: asked}
		if fresh := r.NewDoubts(o.Doubts(facts, o.OrderOn.From, dating())); len(fresh) > 0 {
			t.Errorf("of one that ends at %s the day brings new doubts: %v", c.ends, doubtKinds(fresh))
		}
	}
}

// An approval binds the day, and what was asked for without one is as it was before days.
func TestFingerprintBindsTheDay(t *testing.T) {
	t.Parallel()
	p := dating()
	plain := newRequest(t, p)
	dated, _ := onDay(t, p)
	moved := submission()
	moved.Offer.OrderOn, _ = OrderOn("2026-03-11", zone(t, "Asia/Tokyo"))
	c, err := New(123, moved, start, p)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Fingerprint == dated.Fingerprint || dated.Fingerprint == c.Request.Fingerprint {
		t.Error("two days have one fingerprint")
	}
	if strings.Contains(text(t, plain), "order_on") {
		t.Error("what has no day is stored otherwise than before")
	}
}

// What waited for its day when a backup was made may have been ordered since: people decide.
func TestRestoredWhileItWaitsForItsDay(t *testing.T) {
	t.Parallel()
	p := dating()
	r, _ := onDay(t, p)
	approved := must(t, r, later, p, approveBy(approver("U2"), r))
	if r = must(t, approved, later, p, Restored{}); r.Status != Pending || len(r.Votes) != 0 || r.Revision != 2 {
		t.Errorf("it is %s in revision %d with %v", r.Status, r.Revision, r.Votes)
	}
	refused(t, in(t, Approved, p), Restored{}, later, p, RefusedStatus)
}

// A cap of a month counts what is dated with the month of its day.
func TestCapOfTheMonthOfTheDay(t *testing.T) {
	t.Parallel()
	p := dating()
	dated, _ := onDay(t, p)
	dated.ID, dated.Offer.OrderOn.From = 7, start.Add(31*day)
	dated.Status, dated.ApprovedAt = Approved, start
	r := newRequest(t, p)
	r.Ruling.Caps = []Cap{{Per: CapMonth, Orders: 1}}
	if refusal := r.Over([]Request{dated}, later, p); refusal != nil {
		t.Errorf("an order of April counts in March: %v", refusal)
	}
	r.Offer.OrderOn = OrderDay{Date: "2026-04-10", From: start.Add(40 * day)}
	if refusal := r.Over([]Request{dated}, later, p); refusal == nil {
		t.Error("two orders of April keep within one a month")
	}
	for _, status := range []Status{Pending, Approved} { // a day later in the month counts as well
		dated.Status, dated.Offer.OrderOn.From = status, start.Add(45*day)
		if refusal := r.Over([]Request{dated}, later, p); refusal == nil {
			t.Errorf("two orders of April keep within one a month, when one that is %s comes later in it", status)
		}
	}
}
