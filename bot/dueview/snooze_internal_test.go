package dueview

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/zones"
)

// A day is that of who chooses it: at 18:00 in Los Angeles tomorrow has begun in UTC, and at 8:00 in
// Auckland today has not.
func TestSnoozeDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, now, day, until, wrong string }{
		{"America/Los_Angeles", "2027-03-02T18:00:00-08:00", "2027-03-03", "2027-03-03T00:00:00-08:00", ""},
		{"America/Los_Angeles", "2027-03-02T18:00:00-08:00", "2027-03-02", "", "Please choose a day after today."},
		{"America/Los_Angeles", "2027-03-02T18:00:00-08:00", "2027-03-01", "", "Please choose a day after today."},
		{"UTC", "2028-02-28T08:00:00Z", "2028-02-29", "2028-02-29T00:00:00Z", ""},
		{"UTC", "2027-02-28T08:00:00Z", "2027-02-29", "", "Please choose a day."},
		{"Pacific/Auckland", "2027-03-03T08:00:00+13:00", "2027-03-03", "", "Please choose a day after today."},
		{"Pacific/Auckland", "2027-03-03T08:00:00+13:00", "2027-03-04", "2027-03-04T00:00:00+13:00", ""},
		{"America/Santiago", "2026-09-01T12:00:00-04:00", "2026-09-06", "2026-09-06T01:00:00-03:00", ""}, // there is no midnight
		{"UTC", "2027-03-03T08:00:00Z", "2028-03-04", "", "At most a year"},
		{"UTC", "2027-03-03T08:00:00Z", "soon", "", "Please choose a day."},
	} {
		zone, err := zones.Load(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		until, wrong := snoozeDay(c.day, now.In(zone))
		if c.wrong != "" {
			if !strings.HasPrefix(wrong, c.wrong) {
				t.Errorf("%s at %s: %q, want %q", c.day, c.now, wrong, c.wrong)
			}
			continue
		}
		if got := until.Format(time.RFC3339); wrong != "" || got != c.until || (due.Snooze{Until: until}).Day().Format(time.DateOnly) != c.day {
			t.Errorf("%s at %s: until %s, %q, want %s", c.day, c.now, got, wrong, c.until)
		}
	}
}
