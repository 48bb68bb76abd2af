package bot

import "testing"

// What phones, other programs and Slack's own editor make of a command is understood.
func TestCommandsAsTheyAreTypedAndPasted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]typed{
		"*Status* *RNW-000123*.":               {verb: verbStatus, id: 123},
		"status “RNW-000123”":                  {verb: verbStatus, id: 123},
		"status RNW–000123":                    {verb: verbStatus, id: 123}, // a dash
		"status `rnw-123`, ":                   {verb: verbStatus, id: 123},
		"status (#123)":                        {verb: verbStatus, id: 123},
		"cancel\u200b \u2068RNW-000123\u2069":  {verb: verbCancel, id: 123},
		"cancel RNW\u2011000123!":              {verb: verbCancel, id: 123},
		"status <https://x.example|RNW-123>":   {verb: verbStatus, id: 123},
		"List.":                                {verb: verbList},
		"_list_":                               {verb: verbList},
		"‘help’":                               {verb: verbHelp},
		"?":                                    {verb: verbHelp},
		"status acme":                          {verb: verbStatus, text: "acme"},
		"status O’Brien &amp; Sons":            {verb: verbStatus, text: "O'Brien & Sons"},
		"*acme*":                               {verb: verbOpen, text: "acme"},
		"“Acme   Telecom”":                     {verb: verbOpen, text: "Acme Telecom"},
		"<mailto:it@acme.example|it@acme.exa>": {verb: verbOpen, text: "it@acme.exa"},
		"<mailto:it@acme.example>":             {verb: verbOpen, text: "it@acme.example"},
		"<@U0BOB|bob>":                         {verb: verbOpen, text: "bob"},
		"&lt;@U0BOB&gt;":                       {verb: verbOpen, text: "<@U0BOB>"},
		"Acme Inc.":                            {verb: verbOpen, text: "Acme Inc."},
		"\u200b\ufeff":                         {verb: verbOpen},
	} {
		if got := parseCommand(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"cancel", "cancel all", "cancel acme", "status"} {
		if got := parseCommand(text); got.verb != verbHelp {
			t.Errorf("%q is %+v, want the help", text, got)
		}
	}
}
