package due

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"renewbot/bot/zones"
)

// Schedule says when and where the digest is posted. Its zero value is never.
type Schedule struct {
	Channel string         // Slack channel id
	Days    []time.Weekday // in the order of the week, without repetition
	Hour    int
	Minute  int
	Zone    *time.Location
}

// On says whether there is a digest at all.
func (s Schedule) On() bool { return s.Channel != "" }

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// scheduleForm is what RENEW_DIGEST looks like: C…@mon 09:00 Europe/Madrid.
var scheduleForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([CG][A-Z0-9]{2,30})@([a-z,]+) ([0-9]{1,2}):([0-9]{2}) ([A-Za-z][A-Za-z0-9_+/-]*)$`)
})

// ParseSchedule reads RENEW_DIGEST: a channel's id, days of the week or "daily", a time and a
// time zone. Empty is never. The error says what is wrong as the end of a sentence.
func ParseSchedule(text string) (Schedule, error) {
	if text = strings.TrimSpace(text); text == "" {
		return Schedule{}, nil
	}
	parts := scheduleForm().FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if parts == nil {
		return Schedule{}, errors.New("is not of the form C0123ABCD@mon 09:00 Europe/Madrid: a channel's id, days (mon,thu or daily), a time and a time zone")
	}
	s := Schedule{Channel: parts[1]}
	for word := range strings.SplitSeq(parts[2], ",") {
		i := slices.Index(weekdays, word)
		switch {
		case word == "daily":
			s.Days = append(s.Days, 0, 1, 2, 3, 4, 5, 6)
		case i < 0:
			return Schedule{}, fmt.Errorf("names no day of the week by one of its words; write days as %s, or daily", strings.Join(weekdays, ", "))
		default:
			s.Days = append(s.Days, time.Weekday(i))
		}
	}
	slices.Sort(s.Days)
	s.Days = slices.Compact(s.Days)
	if _, err := fmt.Sscanf(parts[3]+" "+parts[4], "%d %d", &s.Hour, &s.Minute); err != nil || s.Hour > 23 || s.Minute > 59 {
		return Schedule{}, errors.New("has no time of day between 00:00 and 23:59")
	}
	zone, err := zones.Load(parts[5])
	if err != nil || parts[5] == "Local" {
		return Schedule{}, errors.New("names no time zone such as Europe/Madrid or UTC")
	}
	s.Zone = zone
	return s, nil
}

// String is the schedule as it is written in the configuration.
func (s Schedule) String() string {
	if !s.On() {
		return ""
	}
	var days []string
	for _, d := range s.Days {
		days = append(days, weekdays[d])
	}
	if len(days) == len(weekdays) {
		days = []string{"daily"}
	}
	return fmt.Sprintf("%s@%s %02d:%02d %s", s.Channel, strings.Join(days, ","), s.Hour, s.Minute, s.Zone)
}

// Occurrence is one time of the digest. Its name is of the day and the time on the clock of
// the zone, so that it is one however the clock is changed.
type Occurrence struct {
	Name string // 2026-03-29 09:00 Europe/Madrid
	At   time.Time
}

// Next is the first occurrence after a time. A time that the clock skips on a day comes as
// much later as the clock is put forward; one that comes twice counts the first time.
func (s Schedule) Next(after time.Time) Occurrence {
	return s.near(after, 1, func(at time.Time) bool { return at.After(after) })
}

// Last is the newest occurrence that is not after a time.
func (s Schedule) Last(by time.Time) Occurrence {
	return s.near(by, -1, func(at time.Time) bool { return !at.After(by) })
}

// near is the first occurrence that fits, day by day from a time on.
func (s Schedule) near(from time.Time, step int, fits func(at time.Time) bool) Occurrence {
	local := from.In(s.Zone)
	for n := -step; ; n += step {
		day := time.Date(local.Year(), local.Month(), local.Day()+n, 12, 0, 0, 0, time.UTC)
		if o := s.on(day); fits(o.At) && slices.Contains(s.Days, day.Weekday()) {
			return o
		}
	}
}

// Is says whether a name is that of an occurrence of this schedule.
func (s Schedule) Is(o Occurrence) bool {
	return s.On() && s.Next(o.At.Add(-time.Second)).Name == o.Name
}

// on is the occurrence of a day.
func (s Schedule) on(day time.Time) Occurrence {
	at := onClock(day, s.Hour, s.Minute, s.Zone)
	return Occurrence{Name: fmt.Sprintf("%s %02d:%02d %s", day.Format(time.DateOnly), s.Hour, s.Minute, s.Zone), At: at}
}

// onClock is when a clock in zone shows a time on a day, the first time; or, where the clock
// skips it, when it would have without being put forward.
func onClock(day time.Time, hour, minute int, zone *time.Location) time.Time {
	wall := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, time.UTC)
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	skipped := wall.Add(-time.Duration(before) * time.Second)
	var shown []time.Time
	for _, offset := range []int{before, after} {
		at := wall.Add(-time.Duration(offset) * time.Second)
		if l := at.In(zone); l.Day() == day.Day() && l.Hour() == hour && l.Minute() == minute {
			shown = append(shown, at)
		}
	}
	if len(shown) == 0 {
		return skipped
	}
	return slices.MinFunc(shown, time.Time.Compare)
}

// morning is when people are told of what is theirs.
const morning = 9

// Morning is the first morning in somebody's zone at or after a time that is no weekend of
// theirs. At least one day of the week must not be in weekend.
func Morning(t time.Time, zone *time.Location, weekend []time.Weekday) Occurrence {
	local := t.In(zone)
	for n := 0; ; n++ {
		day := time.Date(local.Year(), local.Month(), local.Day()+n, 12, 0, 0, 0, time.UTC)
		o := Schedule{Hour: morning, Zone: zone}.on(day)
		if !o.At.Before(t) && !slices.Contains(weekend, day.Weekday()) {
			return o
		}
	}
}
