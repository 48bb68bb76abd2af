package directory

import (
	"slices"
	"time"

	"golang.org/x/text/language"
)

// usualWeekend is the weekend of every region that is not in weekends.
var usualWeekend = []time.Weekday{time.Saturday, time.Sunday}

// weekends are the regions with another one, by their ISO 3166 codes: the weekData of
// Unicode's CLDR, release 48.
// https://github.com/unicode-org/cldr/blob/main/common/supplemental/supplementalData.xml
var weekends = func() map[string][]time.Weekday {
	byRegion := map[string][]time.Weekday{
		"AF": {time.Thursday, time.Friday}, "IR": {time.Friday}, "IN": {time.Sunday}, "UG": {time.Sunday},
	}
	for _, region := range []string{"BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"} {
		byRegion[region] = []time.Weekday{time.Friday, time.Saturday}
	}
	return byRegion
}()

// zoneRegions are the time zones of those regions, with the older names of the same zones.
// https://data.iana.org/time-zones/tzdb/zone.tab
var zoneRegions = map[string]string{
	"Asia/Kabul": "AF", "Asia/Tehran": "IR", "Iran": "IR", "Asia/Kolkata": "IN", "Asia/Calcutta": "IN", "Africa/Kampala": "UG",
	"Asia/Bahrain": "BH", "Africa/Algiers": "DZ", "Africa/Cairo": "EG", "Egypt": "EG",
	"Asia/Jerusalem": "IL", "Asia/Tel_Aviv": "IL", "Israel": "IL", "Asia/Baghdad": "IQ", "Asia/Amman": "JO", "Asia/Kuwait": "KW",
	"Africa/Tripoli": "LY", "Libya": "LY", "Asia/Muscat": "OM", "Asia/Qatar": "QA", "Asia/Riyadh": "SA", "Africa/Khartoum": "SD",
	"Asia/Damascus": "SY", "Asia/Aden": "YE",
}

// placeless are time zones that don't say where somebody is.
var placeless = []string{"", "UTC", "Etc/UTC", "Etc/GMT", "GMT"}

// weekendOf is the weekend where somebody lives: by their time zone, and by the region of
// their language when the time zone says nothing. Many people in Riyadh have an American
// English Slack, and few in New York an Arabic one.
func weekendOf(zone, locale string) []time.Weekday {
	region := zoneRegions[zone]
	if slices.Contains(placeless, zone) {
		if r, sure := language.Make(locale).Region(); sure == language.Exact {
			region = r.String()
		}
	}
	if days, ok := weekends[region]; ok {
		return days
	}
	return usualWeekend
}
