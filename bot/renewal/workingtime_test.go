package renewal_test

import (
	"testing"
	"time"

	"renewbot/bot/renewal"
)

func TestWorkingTime(t *testing.T) {
	t.Parallel()
	fridays := []time.Weekday{time.Friday, time.Saturday}
	for name, c := range map[string]struct {
		zone, at, want string
		weekend        []time.Weekday
	}{
		"in the middle of the day":      {"Europe/Berlin", "2026-03-02T12:30:00Z", "2026-03-02T12:30:00Z", nil},
		"as the day begins":             {"Europe/Berlin", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", nil},
		"a moment before":               {"Europe/Berlin", "2026-03-02T07:59:59Z", "2026-03-02T08:00:00Z", nil},
		"as the day ends":               {"Europe/Berlin", "2026-03-02T16:00:00Z", "2026-03-03T08:00:00Z", nil},
		"a moment before it ends":       {"Europe/Berlin", "2026-03-02T15:59:59Z", "2026-03-02T15:59:59Z", nil},
		"at night":                      {"America/New_York", "2026-03-03T03:00:00Z", "2026-03-03T14:00:00Z", nil},
		"Friday evening":                {"Europe/London", "2026-03-06T17:30:00Z", "2026-03-09T09:00:00Z", nil},
		"Saturday at noon":              {"Europe/London", "2026-03-07T12:00:00Z", "2026-03-09T09:00:00Z", nil},
		"Saturday there, Friday here":   {"Pacific/Auckland", "2026-03-06T20:00:00Z", "2026-03-08T20:00:00Z", nil},
		"Friday there, Saturday here":   {"America/Los_Angeles", "2026-03-07T00:30:00Z", "2026-03-07T00:30:00Z", nil},
		"over the change to summer":     {"Europe/Berlin", "2026-03-27T17:00:00Z", "2026-03-30T07:00:00Z", nil},
		"over the change back":          {"America/New_York", "2026-10-30T22:00:00Z", "2026-11-02T14:00:00Z", nil},
		"a zone of half hours":          {"Asia/Kolkata", "2026-03-02T03:00:00Z", "2026-03-02T03:30:00Z", nil},
		"UTC":                           {"", "2026-03-02T18:00:00Z", "2026-03-03T09:00:00Z", nil},
		"the last hour before New Year": {"Europe/London", "2026-12-31T23:00:00Z", "2027-01-01T09:00:00Z", nil},
		"Friday at noon in Riyadh":      {"Asia/Riyadh", "2026-03-06T09:00:00Z", "2026-03-08T06:00:00Z", fridays},
		"Sunday at noon in Riyadh":      {"Asia/Riyadh", "2026-03-08T09:00:00Z", "2026-03-08T09:00:00Z", fridays},
		"Saturday in Mumbai":            {"Asia/Kolkata", "2026-03-07T06:00:00Z", "2026-03-07T06:00:00Z", []time.Weekday{time.Sunday}},
		"Sunday without a weekend":      {"Europe/London", "2026-03-08T12:00:00Z", "2026-03-08T12:00:00Z", []time.Weekday{}},
		"one working day a week":        {"Europe/London", "2026-03-03T12:00:00Z", "2026-03-09T09:00:00Z", []time.Weekday{0, 2, 3, 4, 5, 6}},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if c.weekend == nil {
			c.weekend = []time.Weekday{time.Saturday, time.Sunday}
		}
		if got := renewal.WorkingTime(at, zone, c.weekend).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s in %s is put off to %s, want %s", name, c.at, c.zone, got, c.want)
		}
	}
}
