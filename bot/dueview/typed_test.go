package dueview_test

import (
	"testing"

	"renewbot/bot/due"
	"renewbot/bot/dueview"
)

// What people type after “due” and “batch” narrows the list as they mean it.
func TestTyped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]due.Filter{
		"":                 {},
		"30":               {Within: 30},
		"30d":              {Within: 30},
		"30 days":          {Within: 30},
		"90.":              {Within: 90},
		"mine, 30 days.":   {Within: 30, Owner: "U0ALICE"},
		"1 day Acme":       {Within: 1, Text: "Acme"},
		"MINE 14":          {Within: 14, Owner: "U0ALICE"},
		"Acme 14":          {Within: 14, Text: "Acme"},
		"Three Days":       {Text: "Three Days"},
		"3661 C20B 7719":   {Text: "3661 C20B 7719"},
		"3631 E341 8911":   {Text: "3631 E341 8911"},
		"0":                {Text: "0"},
		"90 14":            {Within: 90, Text: "14"},
		"Nobody's 14":      {Within: 14, Owner: due.Nobody},
		"mine Mine Studio": {Owner: "U0ALICE", Text: "Mine Studio"},
	} {
		if got := dueview.Typed(text, "U0ALICE", ""); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	if got, want := dueview.Typed("14 mine", "U0ALICE", "U0DAVE"), (due.Filter{Within: 14, Owner: "U0DAVE", Text: "mine"}); got != want {
		t.Errorf("with somebody mentioned it is %+v, want %+v", got, want)
	}
}
