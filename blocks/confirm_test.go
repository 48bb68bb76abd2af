package blocks_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// shortened finds a number of which something is left out, and an order without one.
var shortened = regexp.MustCompile(`\d…|×…|× …|for…|\(the portal says…`)

// What an approval costs stands in its dialog whatever else has to, and no number in it is cut.
func TestDialogSaysHowMuchOfWhatAndForHowMuch(t *testing.T) {
	t.Parallel()
	large := func(r *renewal.Request) {
		r.Offer.Holder.Name = "Northwind Clinics and Rehabilitation Centres of the Atlantic Coast, Limitada"
		r.Offer.Lines = []renewal.Line{
			{Type: yeastar.LinePlan, ID: "1", Name: "Enterprise Plan", Quantity: 1250},
			{Type: yeastar.LineService, ID: "2", Name: "Ultimate Plan Extensions", Quantity: 1200},
			{Type: yeastar.LineService, ID: "3", Name: "Recording Minutes", Quantity: 10000},
			{Type: yeastar.LineService, ID: "4", Name: "High Availability", Quantity: 1},
		}
	}
	dated := func(r *renewal.Request) {
		r.Required = 3
		r.Offer.OrderOn = renewal.OrderDay{Date: "2026-09-30", From: time.Date(2026, time.September, 30, 7, 0, 0, 0, time.UTC)}
	}
	unsure := func(r *renewal.Request) {
		dated(r)
		anyWay(r)
		r.Offer.Lines = r.Offer.Lines[:2]
	}
	quote := func(r *renewal.Request) {
		quoted(r)
		r.Offer.Quote.Extensions, r.Offer.Quote.OwnedServices = 1000, true
		r.Offer.Quote.Term = yeastar.Term{BillingCycle: yeastar.Annually, Months: 12}
	}
	cases := maps.Clone(requests())
	for name, change := range map[string]func(*renewal.Request){"at once": func(*renewal.Request) {}, "on a day": dated, "on a day, by several ways": unsure, "with a quote": quote, "with a price": priced} {
		for n := range doubts() {
			for _, status := range []renewal.Status{renewal.Pending, renewal.Refused} {
				cases[name+", large, "+string(status)+", "+strings.Repeat("?", n)] = with(status, func(r *renewal.Request) {
					large(r)
					change(r)
					r.Doubts = doubts()[:n]
				})
			}
		}
	}
	for name, r := range cases {
		for _, b := range buttons(blocks.Card(r, blocks.Asked{}, renewal.Pause{})) {
			if b.Confirm == nil {
				continue
			}
			text := b.Confirm.Text.Text
			if shortened.MatchString(text) {
				t.Errorf("%s: a number is cut: %s", name, text)
			}
			told := r.Offer.PriceTold()
			if told == "" {
				told = "no price from the portal"
			}
			money := b.ActionID == blocks.ActionApprove || b.ActionID == blocks.ActionRetry
			if money && !strings.Contains(text, "("+told+")") {
				t.Errorf("%s: no price: %s", name, text)
			}
			if plan, ok := r.Offer.Plan(); money && ok && !strings.Contains(text, fmt.Sprintf("%s for %d extensions", plan.Name, plan.Quantity)) {
				t.Errorf("%s: not what is ordered: %s", name, text)
			}
		}
	}
}

// However many doubts there are, and however long, what is bought stands beside them; they are
// shortened, and each kind stands as long as there is any room.
func TestDoubtsLeaveRoomForWhatIsBought(t *testing.T) {
	t.Parallel()
	long := []renewal.Doubt{
		{Kind: renewal.DoubtQuantity, Serious: true, Quantity: 500, Told: 80},
		{Kind: renewal.DoubtQuantity, Serious: true, Quantity: 99999, Told: 10000, Names: []string{"Recording Minutes" + strings.Repeat(" of great length", 4)}},
		{Kind: renewal.DoubtPortalOrder, Serious: true, OrderNo: "XS3401174502129270001"},
		{Kind: renewal.DoubtPortalOrder, Serious: true, OrderNo: "XS3401174502129270002"},
		{Kind: renewal.DoubtAutoRenewal, Serious: true},
		{Kind: renewal.DoubtInvoice, Names: []string{strings.Repeat("Northwind Clinics and ", 5)}},
	}
	for n, want := range map[int][]string{
		1: {"1 thing to look at: the portal says 80, not 500."},
		2: {"2 things to look at: quantity (2)."},
		6: {"6 things to look at: quantity (2); portal order (2); "},
	} {
		r := with(renewal.Pending, func(r *renewal.Request) {
			r.Offer.Lines = r.Offer.Lines[:1]
			r.Doubts = long[:n]
		})
		text := buttons(blocks.Card(r, blocks.Asked{}, renewal.Pause{}))[0].Confirm.Text.Text
		want = append(want, "P-Series Turnkey Package for ", "Enterprise Plan for 100 extensions", "no price from the portal", "It cannot be undone.")
		for _, piece := range want {
			if !strings.Contains(text, piece) {
				t.Errorf("%d doubts: the dialog lacks %q: %s", n, piece, text)
			}
		}
	}
}

// A doubt about a number says of what it is: of several lines one alone may differ.
func TestDialogSaysOfWhatANumberIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Call Recording": "1 thing to look at: the portal says 10000 Call Recording, not 20000.",
		"Recording Minutes of the Enterprise Plan, a pack": "1 thing to look at: the portal says 10000 Recording Minutes of the Enterprise Pla…, not 20000.",
	} {
		r := with(renewal.Pending, func(r *renewal.Request) {
			r.Offer.Lines = r.Offer.Lines[:1]
			r.Doubts = []renewal.Doubt{{Kind: renewal.DoubtQuantity, Serious: true, Quantity: 20000, Told: 10000, Names: []string{name}}}
		})
		if got := buttons(blocks.Card(r, blocks.Asked{}, renewal.Pause{}))[0].Confirm.Text.Text; !strings.Contains(got, want) {
			t.Errorf("the dialog lacks %q: %s", want, got)
		}
	}
}

// An alert has room for each doubt as a whole, also about what is private.
func TestDoubtsFitTheirAlerts(t *testing.T) {
	t.Parallel()
	var all []renewal.Doubt
	for _, d := range doubts() {
		all = append(all, d)
		if d.Request != 0 {
			d.Private = true
			all = append(all, d)
		}
	}
	for _, d := range all {
		f := form()
		f.Doubts = []renewal.Doubt{d}
		var texts []string
		for _, b := range blocks.Form(f).Blocks.BlockSet {
			if a, ok := b.(*slack.AlertBlock); ok {
				texts = append(texts, a.Text.Text)
			}
		}
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, d.Text()) }) {
			t.Errorf("%q is cut: %q", d.Text(), texts)
		}
	}
}

// While orders are paused, a line of a batch that is tried again waits for its turn after that.
func TestRetryOfALineInAPause(t *testing.T) {
	t.Parallel()
	r := with(renewal.Refused, func(r *renewal.Request) { r.Batch, r.Line, r.Apart = 7, 2, true })
	text := buttons(blocks.Card(r, blocks.Asked{}, renewal.Pause{By: "U1", Reason: "Stocktaking"}))[0].Confirm.Text.Text
	for _, piece := range []string{"Orders are paused until an approver resumes. ", "when it is its turn in RNW-B0007"} {
		if !strings.Contains(text, piece) {
			t.Errorf("the dialog lacks %q: %s", piece, text)
		}
	}
}

// What a dry run holds is promised nobody at once; and a dry run that waits promises no order.
func TestDialogsInADryRun(t *testing.T) {
	t.Parallel()
	p := renewal.Pause{By: carol, Reason: "Stocktaking", DryRun: true}
	held := func(r renewal.Request) string {
		b := buttons(blocks.Card(r, blocks.Asked{}, p))[0]
		return b.Confirm.Title.Text + b.Confirm.Text.Text + b.Confirm.Confirm.Text
	}
	for name, r := range map[string]renewal.Request{
		"approve": request(renewal.Pending), "retry": request(renewal.Refused),
		"one of two": with(renewal.Pending, func(r *renewal.Request) { r.Required = 2 }),
	} {
		got := held(r)
		if !strings.Contains(got, "Renewbot makes a dry run, which holds the real order") || strings.Contains(got, "at once") || strings.Contains(got, "and order") {
			t.Errorf("%s: %s", name, got)
		}
	}
	waits := with(renewal.Approved, func(r *renewal.Request) {
		r.DryRun, r.Problem = true, &renewal.Problem{Code: "paused", By: carol, Detail: "Stocktaking"}
	})
	e := renewal.Entry{Code: renewal.CodeWaiting, Detail: map[string]string{renewal.DetailPausedBy: carol}}
	for _, got := range []string{blocks.Card(waits, blocks.Asked{}, p).Text, blocks.AuditLine(waits, e).Text} {
		if !strings.Contains(got, "It goes on when an approver resumes; nothing is ordered.") || strings.Contains(got, "It is ordered") {
			t.Errorf("a dry run that waits: %s", got)
		}
	}
}

// A reminder speaks of others who decide only where there are some.
func TestNudgeOverNamesNoOthersWhereNoneCan(t *testing.T) {
	t.Parallel()
	for _, others := range []bool{true, false} {
		m := blocks.NudgeOver(with(renewal.Pending, func(*renewal.Request) {}), renewal.Entry{}, others)
		if strings.Contains(m.Text, "others decide on it now") != others || !strings.Contains(m.Text, "Nothing has been ordered.") {
			t.Errorf("others %t: %s", others, m.Text)
		}
	}
}
