package blocks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func stateSentence(r renewal.Request) renewal.Sentence {
	return renewal.Sentence{renewal.State{Request: r}}
}

func TestStateSaysWhetherSomethingWasOrdered(t *testing.T) {
	t.Parallel()
	want := map[renewal.Status]string{
		renewal.Pending:    "RNW-000123 is waiting for approval. Nothing has been ordered.",
		renewal.Returned:   "RNW-000123 waits for the changes that were asked for. Nothing has been ordered.",
		renewal.Approved:   "RNW-000123 is approved and its order is about to be placed.",
		renewal.Ordering:   "RNW-000123 is being ordered right now.",
		renewal.Ordered:    "RNW-000123 was ordered: order XS3401174502129270784.",
		renewal.Processing: "RNW-000123 was sent to the vendor as order XS3401174502129270784, which is not finished yet.",
		renewal.Unknown:    "RNW-000123 may or may not have been ordered. Nothing will be sent again until somebody settles it.",
		renewal.Refused:    "RNW-000123 was not ordered. It can be tried again or closed.",
		renewal.Rejected:   "RNW-000123 was rejected by <@U0BOB>. Nothing was ordered.",
		renewal.Cancelled:  "RNW-000123 was cancelled by <@U0ALICE>. Nothing was ordered.",
		renewal.Expired:    "RNW-000123 timed out before it was approved. Nothing was ordered.",
	}
	said := func(want string, r renewal.Request) {
		if diff := cmp.Diff(want, blocks.Answer(stateSentence(r)).Text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.Status, diff)
		}
	}
	for _, s := range renewal.Statuses() {
		said(want[s], request(s))
	}
	said("RNW-000123 was a dry run. Nothing was ordered.", with(renewal.Cancelled, dryDone))
	closed := func(r *renewal.Request) { r.Problem = &renewal.Problem{Detail: "no"} }
	said("RNW-000123 was closed by <@U0ALICE>. Nothing was ordered.", with(renewal.Cancelled, closed))
}

// Slack shows what stands at a field as plain text.
func TestFieldErrorsMentionNobody(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]renewal.Sentence{
		"RNW-000123 was rejected by a colleague. Nothing was ordered.": stateSentence(request(renewal.Rejected)),
		"Only a colleague can cancel R&D <old> *now*.":                 {renewal.Text("Only "), renewal.ID(alice), renewal.Text(" can cancel R&D <old> *now*.")},
		"The number must be 5.":                                        renewal.Say("The number must be 5."),
	} {
		if diff := cmp.Diff(want, blocks.FieldError(s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// The vendor's words are escaped once, wherever they are shown. The joiner keeps Slack from
// formatting, and stands before a closing bracket because that would quote.
const (
	vendorWords  = "R&D <old> is *gone*"
	joiner       = "\u2060"
	escapedWords = "R&amp;D &lt;old" + joiner + "&gt; is " + joiner + "*" + joiner + "gone" + joiner + "*" + joiner
)

func TestOutsideWordsAreEscapedOnce(t *testing.T) {
	t.Parallel()
	const old = "The Yeastar Partner Portal refused to answer: "
	for name, detail := range map[string]struct{ stored, shown string }{
		"plain":                             {vendorWords, escapedWords},
		"in a sentence of ours":             {"Yeastar's Partner Portal refused to answer: " + vendorWords + ".", escapedWords},
		"stored escaped before":             {old + escapedWords + ".", escapedWords},
		"stored escaped before, and gone":   {"what was approved could not be checked: " + old + escapedWords + ".", escapedWords},
		"the vendor's own entity":           {"R&amp;D", "R&amp;amp;D"},
		"the vendor's own entity, now":      {"Yeastar's Partner Portal refused to answer: R&amp;D.", "R&amp;amp;D"},
		"the vendor's own entity, from old": {old + "R&amp;amp;D.", "R&amp;amp;D"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for where, m := range withDetail(t, detail.stored) {
				raw := string(drawn(t, shown{where, m}))
				if !strings.Contains(m.Text, detail.shown) {
					t.Errorf("the %s's text lacks %q: %s", where, detail.shown, m.Text)
				}
				if strings.Contains(raw, "amp;amp;") != strings.Contains(detail.shown, "amp;amp;") || strings.Contains(raw, "amp;lt;") {
					t.Errorf("the %s is escaped twice: %s", where, raw)
				}
			}
		})
	}
}

// withDetail are the messages that show what the vendor said.
func withDetail(t *testing.T, detail string) map[string]blocks.Message {
	t.Helper()
	out := map[string]blocks.Message{}
	for _, status := range []renewal.Status{renewal.Refused, renewal.Unknown, renewal.Approved} {
		r := with(status, func(r *renewal.Request) { r.Problem = &renewal.Problem{Code: "waiting", Detail: detail} })
		out[fmt.Sprint("card ", status)] = blocks.Card(r, blocks.Asked{}, renewal.Pause{})
		out[fmt.Sprint("summary ", status)] = blocks.Summary(r)
	}
	for _, code := range []renewal.Code{renewal.CodeRefused, renewal.CodeUnknown, renewal.CodeWaiting, renewal.CodePostponed} {
		r, e := request(renewal.Refused), entry(code, renewal.System, renewal.Ordering, renewal.Refused, problemDetails("x", detail))
		line, _ := blocks.ThreadLine(r, e, blocks.Asked{})
		out[fmt.Sprint("line ", code)] = line
		out[fmt.Sprint("audit line ", code)] = blocks.AuditLine(r, e)
		if m, ok := blocks.Direct(r, e); ok {
			out[fmt.Sprint("direct message ", code)] = m
		}
	}
	out["answer"] = blocks.Answer(renewal.Say("Not now: " + renewal.StoredText(detail)))
	out["preface"] = blocks.Preface(renewal.StoredText(detail), blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()}))
	out["reopen"] = blocks.Reopen(renewal.StoredText(detail))
	return out
}

func TestSentencesMentionOnlyWhomTheyName(t *testing.T) {
	t.Parallel()
	got := blocks.Answer(renewal.Sentence{
		renewal.Text("Ask "), renewal.ID(bob), renewal.Text(" in "), renewal.ID("C0RENEW"), renewal.Text(" of <@U0CAROL> & <!channel> *now*."),
	}).Text
	want := "Ask <@U0BOB> in <#C0RENEW> of &lt;" + "@" + joiner + "U0CAROL" + joiner + "&gt; &amp; &lt;!channel" + joiner + "&gt; " +
		joiner + "*" + joiner + "now" + joiner + "*" + joiner + "."
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Changes that are sentences themselves have one end in the sentence that lists them.
func TestChangesInOneSentence(t *testing.T) {
	t.Parallel()
	for changes, want := range map[string]string{
		"Current expiry: 2026-03-26 → 2027-03-26":                       "Changed: Current expiry: 2026-03-26 → 2027-03-26. Nothing",
		"RNW-000002 renewed it.; It runs on. Is it too early to renew?": "Changed: RNW-000002 renewed it; It runs on. Is it too early to renew? Nothing",
		"Auto-renewal is on.":                                           "Changed: Auto-renewal is on. Nothing",
	} {
		e := renewal.Entry{Code: renewal.CodeChanged, At: now, Actor: renewal.System, Detail: map[string]string{renewal.DetailChanges: changes}}
		if got := blocks.AuditLine(request(renewal.Pending), e).Text; !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}
