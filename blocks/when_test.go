package blocks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// choices are the values of the menu of when to order, with the one that is chosen, and the
// day in the field for days.
func choices(t *testing.T, v slack.ModalViewRequest) (values []string, chosen, day string) {
	t.Helper()
	for _, b := range v.Blocks.BlockSet {
		input, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		switch e := input.Element.(type) {
		case *slack.SelectBlockElement:
			if e.ActionID != blocks.ActionWhen {
				continue
			}
			for _, o := range e.Options {
				values = append(values, o.Value)
			}
			chosen = e.InitialOption.Value
		case *slack.DatePickerBlockElement:
			day = e.InitialDate
		}
	}
	return values, chosen, day
}

func TestWhenToOrder(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		ends      time.Duration // from now; 0: not known
		when, day string
		values    []string
		chosen    string
		shown     string
	}{
		"at once, unless somebody chooses otherwise": {44 * day, "", "", []string{"now", "2026-12-24", "day"}, "now", ""},
		"seven days before it ends":                  {44 * day, "2026-12-24", "", []string{"now", "2026-12-24", "day"}, "2026-12-24", ""},
		"on a day":                                   {44 * day, "day", "2026-12-01", []string{"now", "2026-12-24", "day"}, "day", "2026-12-01"},
		"on a day that is not chosen yet":            {44 * day, "day", "", []string{"now", "2026-12-24", "day"}, "day", ""},
		"it is not known when it ends":               {0, "", "", []string{"now", "day"}, "now", ""},
		"it ends within seven days":                  {6 * day, "", "", []string{"now", "day"}, "now", ""},
		"it ends in far too long a time":             {120 * day, "", "", []string{"now", "day"}, "now", ""},
		"the day is proposed no more":                {51 * day, "2026-12-24", "", []string{"now", "2026-12-31", "day"}, "day", "2026-12-24"},
		"the day is over":                            {44 * day, "day", "2026-11-01", []string{"now", "2026-12-24", "day"}, "now", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := form()
			f.Now, f.Ahead, f.Expiry = now, 90*day, time.Time{}
			if c.ends != 0 {
				f.Expiry = now.Add(c.ends)
			}
			f.Draft.When, f.Draft.Day = c.when, c.day
			values, chosen, shown := choices(t, blocks.Form(f))
			if diff := cmp.Diff(c.values, values); diff != "" || chosen != c.chosen || shown != c.shown {
				t.Errorf("chosen %q, %q in the field, want %q and %q; (-want +got):\n%s", chosen, shown, c.chosen, c.shown, diff)
			}
		})
	}
}

// The day of an order is no news any more once it has come.
func TestDayThatHasComeIsNotShown(t *testing.T) {
	t.Parallel()
	for _, status := range []renewal.Status{renewal.Ordering, renewal.Ordered, renewal.Refused, renewal.Cancelled, renewal.Unknown} {
		if text := string(pretty(t, blocks.Card(with(status, dated), blocks.Asked{}, renewal.Pause{}))); strings.Contains(text, "o be ordered on") {
			t.Errorf("the card of one that is %s tells its day", status)
		}
	}
	late := with(renewal.Approved, func(r *renewal.Request) { dated(r); r.ApprovedAt = r.Offer.OrderOn.From })
	if text := string(pretty(t, blocks.Card(late, blocks.Asked{}, renewal.Pause{}))); strings.Contains(text, "o be ordered on") || strings.Contains(text, "Change…") {
		t.Error("the card of one that was approved after its day waits for it")
	}
}
