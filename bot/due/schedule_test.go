package due_test

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot/due"
)

func schedule(t testing.TB, text string) due.Schedule {
	t.Helper()
	s, err := due.ParseSchedule(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestNextOverChangesOfTheClock goes through the days on which clocks are changed: an
// occurrence comes once on each day, whatever the clock does.
func TestNextOverChangesOfTheClock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schedule, after string
		want            []string
	}{
		"a plain week":                 {"C01@mon 09:00 Europe/Madrid", "2026-03-02T08:00:00Z", []string{"2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z"}},
		"before its minute, and at it": {"C01@mon 09:00 Europe/Madrid", "2026-03-02T07:59:59Z", []string{"2026-03-02T08:00:00Z", "2026-03-09T08:00:00Z"}},
		"over the change to summer":    {"C01@mon 09:00 Europe/Madrid", "2026-03-23T08:00:00Z", []string{"2026-03-30T07:00:00Z", "2026-04-06T07:00:00Z"}},
		"a time that the clock skips": {"C01@daily 02:30 Europe/Madrid", "2026-03-28T00:00:00Z",
			[]string{"2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}}, // on the 29th the clock shows 03:30
		"a time that comes twice": {"C01@daily 02:30 Europe/Madrid", "2026-10-24T00:00:00Z",
			[]string{"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}}, // the first of the two on the 25th
		"twice, asked between the two": {"C01@daily 02:30 Europe/Madrid", "2026-10-25T00:30:00Z", []string{"2026-10-26T01:30:00Z"}},
		"half an hour of summer":       {"C01@daily 02:15 Australia/Lord_Howe", "2026-10-03T12:00:00Z", []string{"2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"}},
		"a zone behind UTC":            {"C01@sun 23:30 America/New_York", "2026-03-07T00:00:00Z", []string{"2026-03-09T03:30:00Z", "2026-03-16T03:30:00Z"}},
		"midnight that the clock skips": {"C01@daily 00:15 Africa/Cairo", "2026-04-23T12:00:00Z",
			[]string{"2026-04-23T22:15:00Z", "2026-04-24T21:15:00Z"}},
		"several days": {"C01@thu,mon 09:00 UTC", "2026-03-02T09:00:00Z", []string{"2026-03-05T09:00:00Z", "2026-03-09T09:00:00Z"}},
	} {
		s, at := schedule(t, c.schedule), moment(t, c.after)
		seen := map[string]bool{}
		for _, want := range c.want {
			o := s.Next(at)
			if got := o.At.UTC().Format(time.RFC3339); got != want {
				t.Errorf("%s: after %s comes %s, want %s", name, at, got, want)
			}
			if seen[o.Name] || !s.Is(o) {
				t.Errorf("%s: the occurrence %q came before, or is none of its schedule's", name, o.Name)
			}
			seen[o.Name], at = true, o.At
		}
	}
}

// TestOneOccurrenceADay steps through a year in every minute's neighbourhood that matters:
// however often Next is asked, a day has one occurrence.
func TestOneOccurrenceADay(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{"C01@daily 02:30 Europe/Madrid", "C01@daily 00:00 America/Sao_Paulo", "C01@daily 01:59 America/New_York"} {
		s := schedule(t, spec)
		names := map[string]bool{}
		begin := time.Date(2026, 1, 1, 0, 0, 0, 0, s.Zone)
		at := begin
		for at.Before(begin.AddDate(1, 0, 0)) {
			o := s.Next(at)
			if names[o.Name] {
				t.Fatalf("%s: %q comes twice", spec, o.Name)
			}
			if last := s.Last(o.At); last != o {
				t.Fatalf("%s: the last one by %v is %v, want %v", spec, o.At, last, o)
			}
			if last := s.Last(o.At.Add(-time.Second)); !last.At.Before(o.At) || s.Next(last.At) != o {
				t.Fatalf("%s: before %v comes %v", spec, o, last)
			}
			if again := s.Next(at.Add(o.At.Sub(at) / 2)); again != o {
				t.Fatalf("%s: half-way to %v comes %v", spec, o, again)
			}
			names[o.Name], at = true, o.At
		}
		if len(names) != 366 && len(names) != 365 {
			t.Errorf("%s: a year has %d occurrences", spec, len(names))
		}
	}
}

func TestScheduleThatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"C01": "is not of the form", "C01@mon": "is not of the form", "C01@mon 9:00": "is not of the form", "#general@mon 09:00 UTC": "is not of the form",
		"C01@monday 09:00 UTC": "no day of the week", "C01@mon, 09:00 UTC": "no day of the week", "C01@mon 24:00 UTC": "no time of day",
		"C01@mon 09:60 UTC": "no time of day", "C01@mon 09:00 Europe/Atlantis": "no time zone", "C01@mon 09:00 Local": "no time zone",
	} {
		if _, err := due.ParseSchedule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"C01@mon 09:00 Europe/Madrid", "G01@sun,wed 23:59 UTC", "C01@daily 00:00 Asia/Kolkata"} {
		if got := schedule(t, text).String(); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
	if s := schedule(t, " "); s.On() {
		t.Error("an empty schedule is on")
	}
}

func TestMorning(t *testing.T) {
	t.Parallel()
	madrid, tokyo, york := zone(t, "Europe/Madrid"), zone(t, "Asia/Tokyo"), zone(t, "America/New_York")
	weekend := []time.Weekday{time.Saturday, time.Sunday}
	for name, c := range map[string]struct {
		at   string
		zone *time.Location
		want string
	}{
		"at this very morning":   {"2026-03-02T08:00:00Z", madrid, "2026-03-02T08:00:00Z"},
		"where it is afternoon":  {"2026-03-02T08:00:00Z", tokyo, "2026-03-03T00:00:00Z"},
		"where it is night":      {"2026-03-02T08:00:00Z", york, "2026-03-02T14:00:00Z"},
		"on a Friday afternoon":  {"2026-03-06T08:00:00Z", tokyo, "2026-03-09T00:00:00Z"},
		"over a change of clock": {"2026-03-28T12:00:00Z", madrid, "2026-03-30T07:00:00Z"},
	} {
		if got := due.Morning(moment(t, c.at), c.zone, weekend).At.UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
