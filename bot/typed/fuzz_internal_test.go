package typed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"renewbot/bot/renewal"
)

// FuzzCommand types anything after /renew. What withdraws a request or shows one needs
// the verb, one number and nothing else but signs around them; anything that is no command
// is looked for as it looks.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{
		"", " ", "acme", "acme telecom", "help", "?", "LIST", "list acme", "status RNW-000123", "status 123", "status #7", "cancel rnw-1",
		"cancel", "cancel all", "cancel RNW-000001 RNW-000002", "cancel -1", "cancel 0", "status 99999999999999999999", "status ٣", "cancel\u00a01",
		"cancel\u200b 1", "deputy <@U0BOB|bob> until Friday", "deputy <@U0BOB> <@U0EVE>", "deputy off", "deputies", "notify", "notify *None*", "notify me", "deputy \u200b", "<@U0BOB|deputy>", "<@U0BOB|deputy> x <@U0EVE>", "pause x", "resume", "<@U0EVIL>", "help me", "status RNW-1;DROP", "status request RNW 000123", "status batch RNW-0007", "cancel RNW_B7 .", "(northwind)", "*Status* *RNW-000007*.", "“cancel” RNW–000123", "status o’brien", "<https://x.example|acme>", "&lt;mailto:it@acme.example|it@acme.example&gt;", "status &lt;https://x.example|RNW-000001&gt;", "cancel &lt;https://x.example|RNW-1&gt;", "mailto:it@acme.example", "status mailto:a@b", "due <https://acme.example/>", "history tel:+44", "stat\u00adus 1", "stаtus 1", "status RNW-1 please", "cancel " + message + " thanks", "status <" + message + "?thread_ts=1699999999.000200&amp;cid=C0|x>", "\x00", "\xff",
	} {
		f.Add(s, int64(123))
	}
	number := regexp.MustCompile(`^(?i:(?:status )((?:(?:the|for|of|request|batch|number|no) )*)|cancel )(?:(?i:RNW)[-_ ]*|#)?((?i:b?))[-_ ]*0*([1-9][0-9]*)(?:'s)?(?: (?:please|pls|plz|kindly|thanks|thank you|thx))*$`)
	f.Fuzz(func(t *testing.T, text string, n int64) {
		got := Parse(text)
		words := strings.Fields(plainly(text))
		first, bared := "", []string{}
		for _, w := range words {
			bared = append(bared, bare(w))
		}
		if len(words) > 0 {
			first = bared[0]
		}
		switch got.Verb {
		case Open:
			if got.Text != sought(strings.Join(words, " ")) || got.Request != 0 {
				t.Errorf("%q is looked for as %+v", text, got)
			}
			if first == "cancel" || first == "status" || first == "help" {
				t.Errorf("%q opens the form", text)
			}
		case List:
			if first != "list" || len(words) != 1 {
				t.Errorf("%q lists requests", text)
			}
		case Status, Cancel:
			if got.Link != (Link{}) {
				if first != string(got.Verb) || got.Request != 0 || got.Text != "" || !strings.Contains(text, "/archives/"+got.Link.Channel+"/p"+strings.Replace(got.Link.TS, ".", "", 1)) {
					t.Errorf("%q is %+v", text, got)
				}
				break
			}
			if got.Verb == Status && got.Request == 0 {
				if first != "status" || got.Text == "" || got.Text != sought(unbracketed(strings.Join(words[1:], " "))) {
					t.Errorf("%q is %+v", text, got)
				}
				break
			}
			m := number.FindStringSubmatch(strings.TrimSpace(strings.Join(bared, " ")))
			if m == nil || string(got.Verb) != first || strconv.FormatInt(max(got.Request, -got.Request), 10) != m[3] || (got.Request < 0) != (m[2] != "" || strings.Contains(m[1], "batch")) {
				t.Errorf("%q is %+v", text, got)
			}
		case Help:
			if got.Request != 0 || strings.Contains(got.Text, "<") {
				t.Errorf("%q is %+v", text, got)
			}
		case Deputy:
			if first != "deputy" || !strings.Contains(text, "<@"+got.Person) || got.Request != 0 {
				t.Errorf("%q is %+v", text, got)
			}
		case Notify:
			if first != "notify" || got.Request != 0 || (got.Text != "" && got.Text != bared[1]) {
				t.Errorf("%q is %+v", text, got)
			}
		case Due, Past, Batch:
			if first != string(got.Verb) || got.Request != 0 {
				t.Errorf("%q is %+v", text, got)
			}
		case DeputyOff, Deputies, Pause, Resume:
			if word, _, _ := strings.Cut(string(got.Verb), " "); first != word || got.Request != 0 {
				t.Errorf("%q is %+v", text, got)
			}
		default:
			t.Errorf("%q is %+v", text, got)
		}
		if n <= 0 || n > 999_999_999_999 {
			return
		}
		for _, verb := range []Verb{Status, Cancel} {
			for _, form := range []string{renewal.Reference(n), fmt.Sprint(n), fmt.Sprint("#", n), strings.ToLower(renewal.Reference(n))} {
				if got := Parse(" " + strings.ToUpper(string(verb)) + "  " + form + " "); got.Verb != verb || got.Request != n {
					t.Errorf("%s %s is %+v", verb, form, got)
				}
			}
		}
	})
}
