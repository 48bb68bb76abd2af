package renewal

import (
	"slices"
	"time"
)

// The hours of a working day, in the time zone that Slack has for a person.
const (
	dayBegins = 9
	dayEnds   = 17
)

// WorkingTime is t, or when the next working day begins if t is not in working hours. At
// least one day of the week must not be in weekend.
func WorkingTime(t time.Time, zone *time.Location, weekend []time.Weekday) time.Time {
	local := t.In(zone)
	begin := time.Date(local.Year(), local.Month(), local.Day(), dayBegins, 0, 0, 0, zone)
	switch {
	case local.Before(begin): // the day begins later today
	case local.Hour() < dayEnds:
		begin = local
	default:
		begin = begin.AddDate(0, 0, 1)
	}
	for slices.Contains(weekend, begin.Weekday()) {
		begin = time.Date(begin.Year(), begin.Month(), begin.Day()+1, dayBegins, 0, 0, 0, zone)
	}
	return begin
}
