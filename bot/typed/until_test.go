package typed

import (
	"testing"
	"time"
)

func TestUntilAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 23, 30, 0, 0, berlin) // a Wednesday; in UTC it is the same day
	for text, want := range map[string]string{           // the last day
		"until Friday": "2026-11-27", "friday.": "2026-11-27", "Fri": "2026-11-27", "wednesday": "2026-11-25", "next Wednesday": "2026-12-02",
		"Tuesday": "2026-12-01", "today": "2026-11-25", "until tomorrow!": "2026-11-26", "until 3 Dec": "2026-12-03", "3 december": "2026-12-03",
		"Dec 3": "2026-12-03", "December 3rd, 2026": "2026-12-03", "3. Dec.": "2026-12-03", "3.12.": "2026-12-03", "03.12.2026": "2026-12-03",
		"2026-12-03": "2026-12-03", "until 2026-12-3": "2026-12-03", "in 5 days": "2026-11-30", "for 2 weeks": "2026-12-09", "1 day": "2026-11-26",
		"24 Nov": "2027-11-24", "25 nov": "2026-11-25", "1 Jan": "2027-01-01", "the 3rd of": "", "3rd of December": "2026-12-03", "29 Feb 2028": "2028-02-29",
		"29 Feb 2027": "", "31 Nov": "", "12/3": "", "2026-13-01": "", "": "", "until": "", "soon": "", "Fr": "", "3": "", "in -5 days": "", "Foo 3": "",
	} {
		end, ok := Until(text, now)
		switch {
		case ok != (want != ""):
			t.Errorf("%q is read: %v", text, ok)
		case ok && !end.Equal(midnight(t, want, berlin)):
			t.Errorf("%q ends %s, want the end of %s", text, end, want)
		}
	}
	tokyo := time.FixedZone("Tokyo", 9*60*60)
	if end, _ := Until("today", now.In(tokyo)); !end.Equal(time.Date(2026, 11, 27, 0, 0, 0, 0, tokyo)) {
		t.Errorf("in Tokyo today ends %s", end)
	}
}

func midnight(t *testing.T, day string, zone *time.Location) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		t.Fatal(err)
	}
	return d.AddDate(0, 0, 1)
}

func TestDeputyCommands(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Command{
		"deputy <@U0BOB|bob> until Friday":      {Verb: Deputy, Person: "U0BOB", Text: "until Friday"},
		"Deputy <@W0BOB> 3 Dec":                 {Verb: Deputy, Person: "W0BOB", Text: "3 Dec"},
		"deputy until 2026-12-03 <@U0BOB|o.b.>": {Verb: Deputy, Person: "U0BOB", Text: "until 2026-12-03"},
		"*deputy* off.":                         {Verb: DeputyOff},
		"deputy <@U0BOB|bob> off":               {Verb: DeputyOff, Person: "U0BOB"},
		"notify":                                {Verb: Notify},
		"Notify “None”.":                        {Verb: Notify, Text: "none"},
		"deputies":                              {Verb: Deputies},
		"Deputies.":                             {Verb: Deputies},
		"deputies of acme":                      {Verb: Open, Text: "deputies of acme"},
	} {
		if got := Parse(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{
		"deputy", "deputy @bob until Friday", "deputy <@U0BOB|bob>", "deputy until Friday", "deputy <@U0BOB> <@U0EVE> until Friday",
		"deputy &lt;@U0BOB&gt; until Friday", "deputy <#C0BOB|bob> until Friday",
	} {
		if got := Parse(text); got.Verb != Help || got.Text == "" || got.Person != "" {
			t.Errorf("%q is %+v, want the help", text, got)
		}
	}
}
