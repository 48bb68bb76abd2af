package directory

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWeekendByZoneAndLocale(t *testing.T) {
	t.Parallel()
	friday := []time.Weekday{time.Friday, time.Saturday}
	for name, c := range map[string]struct {
		zone, locale string
		want         []time.Weekday
	}{
		"Riyadh":                          {"Asia/Riyadh", "en-US", friday},
		"Riyadh in Arabic":                {"Asia/Riyadh", "ar-SA", friday},
		"Dubai, since 2022":               {"Asia/Dubai", "ar-AE", usualWeekend},
		"Tel Aviv by an older name":       {"Asia/Tel_Aviv", "en-GB", friday},
		"Kabul":                           {"Asia/Kabul", "en-US", []time.Weekday{time.Thursday, time.Friday}},
		"Tehran":                          {"Asia/Tehran", "", []time.Weekday{time.Friday}},
		"Mumbai":                          {"Asia/Kolkata", "en-GB", []time.Weekday{time.Sunday}},
		"London":                          {"Europe/London", "en-GB", usualWeekend},
		"an Arabic Slack in New York":     {"America/New_York", "ar-SA", usualWeekend},
		"no place, but a Saudi language":  {"Etc/UTC", "ar-SA", friday},
		"no zone, but a Hebrew of Israel": {"", "he-IL", friday},
		"a language without a region":     {"", "ar", usualWeekend},
		"nothing at all":                  {"", "", usualWeekend},
		"nonsense":                        {"Mars/Olympus", "?!", usualWeekend},
	} {
		if diff := cmp.Diff(c.want, weekendOf(c.zone, c.locale)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for zone, region := range zoneRegions {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("the zone %s: %v", zone, err)
		}
		if weekends[region] == nil {
			t.Errorf("the zone %s is of %s, which has the usual weekend", zone, region)
		}
	}
}
