package typed

import "testing"

// message is the address of a message as Slack's client copies it.
const message = "https://reseller-7.slack.com/archives/C0SALES/p1700000000000100"

// What phones, other programs and Slack's own editor make of a command is understood.
func TestCommandsAsTheyAreTypedAndPasted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Command{
		"*Status* *RNW-000123*.":              {Verb: Status, Request: 123},
		"status “RNW-000123”":                 {Verb: Status, Request: 123},
		"status RNW–000123":                   {Verb: Status, Request: 123}, // a dash
		"status `rnw-123`, ":                  {Verb: Status, Request: 123},
		"status (#123)":                       {Verb: Status, Request: 123},
		"cancel\u200b \u2068RNW-000123\u2069": {Verb: Cancel, Request: 123},
		"cancel RNW\u2011000123!":             {Verb: Cancel, Request: 123},
		"status <https://x.example|RNW-123>":  {Verb: Status, Request: 123},
		"*status* *rnw-b7*.":                  {Verb: Status, Request: -7},
		"Status RNW–B0007":                    {Verb: Status, Request: -7},
		"cancel “RNW-B0007”,":                 {Verb: Cancel, Request: -7},
		"cancel #b12":                         {Verb: Cancel, Request: -12},
		"status batch RNW-0007":               {Verb: Status, Request: -7},
		"status batch no. RNW-B7":             {Verb: Status, Request: -7},
		"status b7":                           {Verb: Status, Text: "b7"}, // may be a customer
		"ｓｔａｔｕｓ ＲＮＷ－０００１２３！":                  {Verb: Status, Request: 123},
		"\u200fstatus RNW-٠٠٠١٢٣،":            {Verb: Status, Request: 123},
		"status\u2800\u3164「RNW-000123」":      {Verb: Status, Request: 123},
		"status RNW000123":                    {Verb: Status, Request: 123},
		"status RNW 000123":                   {Verb: Status, Request: 123},
		"status rnw_123":                      {Verb: Status, Request: 123},
		"status RNW-\n000123":                 {Verb: Status, Request: 123},
		"status RNW-123 .":                    {Verb: Status, Request: 123},
		"status RNW-000123’s":                 {Verb: Status, Request: 123},
		"status request RNW-000123":           {Verb: Status, Request: 123},
		"(status RNW-123)":                    {Verb: Status, Request: 123},
		"cancel RNW 123":                      {Verb: Cancel, Request: 123},
		"cancel RNW B7":                       {Verb: Cancel, Request: -7},
		"status  rnw-000123,  please":         {Verb: Status, Request: 123},
		"cancel *RNW-000123* please, thanks!": {Verb: Cancel, Request: 123},
		"cancel rnw-b7 thank you.":            {Verb: Cancel, Request: -7},
		"status acme please":                  {Verb: Status, Text: "acme please"},
		"status " + message:                   {Verb: Status, Link: Link{Channel: "C0SALES", TS: "1700000000.000100"}},
		"cancel *" + message + "* please":     {Verb: Cancel, Link: Link{Channel: "C0SALES", TS: "1700000000.000100"}},
		"Status <" + message + "|this one>":   {Verb: Status, Link: Link{Channel: "C0SALES", TS: "1700000000.000100"}},
		"status <" + message + "|RNW-000123>": {Verb: Status, Request: 123},
		"status " + message + "?thread_ts=1699999999.000200&amp;cid=C0SALES":            {Verb: Status, Link: Link{"C0SALES", "1700000000.000100", "1699999999.000200"}},
		"status <" + message + "?thread_ts=1699999999.000200&amp;cid=C0SALES|the card>": {Verb: Status, Link: Link{"C0SALES", "1700000000.000100", "1699999999.000200"}},
		"status (northwind)":                   {Verb: Status, Text: "northwind"},
		"(northwind)":                          {Verb: Open, Text: "northwind"},
		"[Acme (UK)]":                          {Verb: Open, Text: "Acme (UK)"},
		"(Acme) and (Sons)":                    {Verb: Open, Text: "(Acme) and (Sons)"},
		"()":                                   {Verb: Open, Text: "()"},
		"？":                                    {Verb: Help},
		"List.":                                {Verb: List},
		"_list_":                               {Verb: List},
		"‘help’":                               {Verb: Help},
		"?":                                    {Verb: Help},
		"History O’Brien &amp; Sons":           {Verb: Past, Text: "O'Brien & Sons"},
		"history":                              {Verb: Past},
		"due <@U0DAVE|dave> 14":                {Verb: Due, Person: "U0DAVE", Text: "14"},
		"batch 30 <@W0DAVE>":                   {Verb: Batch, Person: "W0DAVE", Text: "30"},
		"due":                                  {Verb: Due},
		"due import":                           {Verb: Due, Text: "import"},
		"status acme":                          {Verb: Status, Text: "acme"},
		"status O’Brien &amp; Sons":            {Verb: Status, Text: "O'Brien & Sons"},
		"*acme*":                               {Verb: Open, Text: "acme"},
		"“Acme   Telecom”":                     {Verb: Open, Text: "Acme Telecom"},
		"<mailto:it@acme.example|it@acme.exa>": {Verb: Open, Text: "it@acme.exa"},
		"<mailto:it@acme.example>":             {Verb: Open, Text: "it@acme.example"},
		"&lt;mailto:it@acme.example|it@acme.exa&gt;":         {Verb: Open, Text: "it@acme.exa"}, // pasted as it was sent
		"&lt;mailto:it@acme.example&gt;":                     {Verb: Open, Text: "it@acme.example"},
		"mailto:it@acme.example":                             {Verb: Open, Text: "it@acme.example"},
		"Mailto:it@acme.example":                             {Verb: Open, Text: "it@acme.example"},
		"mailto:":                                            {Verb: Open, Text: "mailto:"},
		"status &lt;mailto:it@acme.example|it@acme.exa&gt;":  {Verb: Status, Text: "it@acme.exa"},
		"status mailto:it@acme.example":                      {Verb: Status, Text: "it@acme.example"},
		"history &lt;mailto:it@acme.example&gt;":             {Verb: Past, Text: "it@acme.example"},
		"due &lt;mailto:it@acme.example|it@acme.exa&gt; 30":  {Verb: Due, Text: "it@acme.exa 30"},
		"batch mailto:it@acme.example":                       {Verb: Batch, Text: "it@acme.example"},
		"status &lt;https://x.example|RNW-000001&gt;":        {Verb: Status, Request: 1},
		"cancel &lt;https://x.example/a|*RNW-000001*&gt;":    {Verb: Cancel, Request: 1},
		"status &lt;" + message + "|this one&gt;":            {Verb: Status, Link: Link{Channel: "C0SALES", TS: "1700000000.000100"}},
		"status <http://acme.example|acme.example>":          {Verb: Status, Text: "acme.example"},
		"&lt;tel:+442079460000|020 7946 0000&gt;":            {Verb: Open, Text: "020 7946 0000"},
		"<https://acme.example|acme.example>":                {Verb: Open, Text: "acme.example"},
		"&lt;https://acme.example|acme.example&gt;":          {Verb: Open, Text: "acme.example"},
		"<https://acme.example/>":                            {Verb: Open, Text: "acme.example"},
		"history https://acme.example":                       {Verb: Past, Text: "acme.example"},
		"pause see <https://status.yeastar.example/1>":       {Verb: Pause, Text: "see https://status.yeastar.example/1"},
		"pause see &lt;https://status.yeastar.example/1&gt;": {Verb: Pause, Text: "see https://status.yeastar.example/1"},
		"&lt;Acme|Sons&gt;":                                  {Verb: Open, Text: "<Acme|Sons>"},
		"<@U0BOB|bob>":                                       {Verb: Open, Text: "bob"},
		"&lt;@U0BOB&gt;":                                     {Verb: Open, Text: "<@U0BOB>"},
		"Acme Inc.":                                          {Verb: Open, Text: "Acme Inc."},
		"\u200b\ufeff":                                       {Verb: Open},
	} {
		if got := Parse(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"cancel", "cancel all", "cancel acme", "cancel rnw-b", "cancel request RNW-1", "cancel RNW-1 RNW-2", "cancel RNW 1 2", "cancel b7", "status rnw-b0", "status", "cancel please",
		"status https://x.example/1", "status &lt;https://x.example/1&gt;", "cancel " + message + " " + message, "cancel all of " + message, "cancel RNW-1 please RNW-2"} {
		if got := Parse(text); got.Verb != Help {
			t.Errorf("%q is %+v, want the help", text, got)
		}
	}
}

func TestOrderNumbersAsTheyAreTypedAndPasted(t *testing.T) {
	t.Parallel()
	const number = "XS3401174502129270784"
	for text, want := range map[string]string{
		number:                              number,
		"*" + number + "*":                  number,
		"`" + number + "`.":                 number,
		"\u200b\u202a" + number + "\u202c":  number,
		"“" + number + "”,":                 number,
		"#" + number:                        number,
		"Order: " + number + " (paid)":      number,
		"xs3401174502129270784":             number,
		"ＸＳ3401174502129270784":             number,
		"XS-3401174502129270784":            number,
		"XS 3401174502129270784":            number,
		"xs – 3401174502129270784.":         number,
		"Order no.: XS#3401174502129270784": number,
		"":                                  "",
		"\u200b":                            "",
		"IW3401174503953793025":             "IW3401174503953793025",
		"17 820 52":                         "17 820 52",
		"<https://partner.example/" + number + "|" + number + ">": number,
		number + " " + number[:20]:                                number + " " + number[:20], // which one is for people
	} {
		if got := OrderNumber(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
