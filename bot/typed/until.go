package typed

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	dayCount   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:in |for )?([0-9]{1,3}) (day|week)s?$`) })
	isoDate    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$`) })
	dottedDate = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,2})\. ?([0-9]{1,2})\.(?: ?([0-9]{4}))?$`) })
	dayMonth   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]{3,9})\.?,?(?: ([0-9]{4}))?$`)
	})
	monthDay = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,?(?: ([0-9]{4}))?$`)
	})
)

// Until reads until which day something holds, that day included, as people type it: Friday,
// tomorrow, 3 Dec, 2026-12-03, in 5 days. now is in the time zone of who typed it. The end is
// the midnight after that day. A day without its year is the next one.
func Until(text string, now time.Time) (end time.Time, ok bool) {
	s := strings.ToLower(strings.Join(strings.Fields(strings.Trim(text, " ,;!?")), " "))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "until "), "on ")
	if word := strings.TrimSuffix(s, "."); !strings.ContainsAny(word, ".0123456789") {
		s = word
	}
	after := func(days int) (time.Time, bool) {
		return midnightAfter(now.Year(), now.Month(), now.Day()+days, now), true
	}
	switch s {
	case "today", "tonight":
		return after(0)
	case "tomorrow":
		return after(1)
	}
	if d, known := weekday(strings.TrimPrefix(s, "next ")); known {
		days := (int(d) - int(now.Weekday()) + 7) % 7
		if strings.HasPrefix(s, "next ") && days == 0 {
			days = 7
		}
		return after(days)
	}
	if m := dayCount().FindStringSubmatch(s); m != nil {
		n := number(m[1])
		if m[2] == "week" {
			n *= 7
		}
		if n == 0 {
			return time.Time{}, false
		}
		return after(n)
	}
	if m := isoDate().FindStringSubmatch(s); m != nil {
		return dated(m[1], time.Month(number(m[2])), m[3], now)
	}
	if m := dottedDate().FindStringSubmatch(s); m != nil {
		return dated(m[3], time.Month(number(m[2])), m[1], now)
	}
	if m := dayMonth().FindStringSubmatch(s); m != nil {
		return dated(m[3], month(m[2]), m[1], now)
	}
	if m := monthDay().FindStringSubmatch(s); m != nil {
		return dated(m[3], month(m[1]), m[2], now)
	}
	return time.Time{}, false
}

// dated is the end of a date that exists; without a year it is today or later.
func dated(year string, m time.Month, day string, now time.Time) (time.Time, bool) {
	y, d := number(year), number(day)
	if year == "" {
		y = now.Year()
		if m < now.Month() || (m == now.Month() && d < now.Day()) {
			y++
		}
	}
	if t := time.Date(y, m, d, 12, 0, 0, 0, time.UTC); t.Month() != m || t.Day() != d {
		return time.Time{}, false
	}
	return midnightAfter(y, m, d, now), true
}

func midnightAfter(y int, m time.Month, d int, now time.Time) time.Time {
	return time.Date(y, m, d+1, 0, 0, 0, 0, now.Location())
}

// weekday knows a day by its name, or by three letters of it or more.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(s) >= 3 && strings.HasPrefix(strings.ToLower(d.String()), s) {
			return d, true
		}
	}
	return 0, false
}

// month knows a month in the same way; 0: there is none of that name.
func month(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if len(s) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), s) {
			return m
		}
	}
	return 0
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // of a few digits
	return n
}
