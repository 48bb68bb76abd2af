package blocks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// saysAboutOrder are the ways in which a text tells whether anything was ordered.
var saysAboutOrder = []string{
	"nothing was ordered", "nothing has been ordered", "not ordered", "ordered.", "ordered, not finished", "order is about to be placed",
	"on its way to yeastar", "may or may not have been placed", "did not go through", "is placed now", "order follows after a last check", "has the order", "was placed", "not placed",
	"dry run: no order", "without an order", "changed or ordered", "nothing is ordered", "no order is sent", "another one follows", "nothing has been ordered yet",
	"was ordered: order xs", "was sent to the vendor as order", "is being ordered right now", "are placed now", "their orders follow, one after the other", " placed · ", " placed.",
}

func TestTextSaysWhetherAnythingWasOrdered(t *testing.T) {
	t.Parallel()
	for _, s := range everything() {
		m, ok := s.what.(blocks.Message)
		if !ok || strings.HasPrefix(s.name, "list_") {
			continue // a list has a word for each state instead
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			text := strings.ToLower(m.Text)
			if !slices.ContainsFunc(saysAboutOrder, func(say string) bool { return strings.Contains(text, say) }) {
				t.Errorf("does not say whether anything was ordered: %s", m.Text)
			}
		})
	}
}

func TestTextSaysWhoWhatForWhomHowMuch(t *testing.T) {
	t.Parallel()
	for name, r := range requests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{
				"RNW-000123", "<@U0ALICE>", "P-Series Turnkey Package", r.Offer.Holder.Name, "1 year", "Enterprise Plan for 100 extensions",
			}
			switch {
			case r.Offer.Price != nil:
				want = append(want, "480.00 EUR")
			case r.Offer.Quote != nil:
				want = append(want, "(the portal says 600.00 USD for 50 extensions)")
			default:
				want = append(want, "no price from the portal")
			}
			if r.Order != nil {
				want = append(want, "XS3401174502129270784", "IW3401174503953793025")
			}
			if r.DryRun {
				want = append(want, "Dry run")
			}
			for kind, m := range map[string]blocks.Message{"summary": blocks.Summary(r), "card": blocks.Card(r, blocks.Asked{}, renewal.Pause{})} {
				for _, w := range want {
					if !strings.Contains(m.Text, w) {
						t.Errorf("the %s's text lacks %q: %s", kind, w, m.Text)
					}
				}
			}
		})
	}
}

// The invoice goes to the address that is shown, so it is shown as a whole.
func TestMailIsNotCut(t *testing.T) {
	t.Parallel()
	mail := strings.Repeat("billing.", 7) + "desk@" + strings.Repeat("accounts.", 21) + "example.com"
	r := with(renewal.Pending, func(r *renewal.Request) { r.Offer.Contact.Email = mail })
	for name, shown := range map[string]any{"card": blocks.Card(r, blocks.Asked{}, renewal.Pause{}), "review": blocks.Review(draft(), r.Offer, blocks.ReviewData{})} {
		if !strings.Contains(string(pretty(t, shown)), mail) {
			t.Errorf("the %s cuts %s", name, mail)
		}
	}
}

// Approvers see at one glance that there are doubts, on the card and where they agree; each
// stands by itself, whatever the others say.
func TestDoubtsStandOneByOne(t *testing.T) {
	t.Parallel()
	r := with(renewal.Pending, func(r *renewal.Request) { r.Doubts, r.DoubtReason = doubts(), "Agreed by phone." })
	card := blocks.Card(r, blocks.Asked{}, renewal.Pause{})
	review := blocks.Review(draft(), r.Offer, blocks.ReviewData{Doubts: r.Doubts})
	shown, alerts := string(pretty(t, card)), string(pretty(t, review))
	all := fmt.Sprintf("%d things to look at", len(r.Doubts))
	for _, want := range []string{all, "Agreed by phone."} {
		if !strings.Contains(shown, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	for i, d := range r.Doubts {
		text := d.Text()
		if !strings.Contains(shown, text) {
			t.Errorf("the card lacks %q", text)
		}
		if i < 12 && !strings.Contains(alerts, text) {
			t.Errorf("the review lacks %q", text)
		}
	}
	if !strings.Contains(alerts, fmt.Sprintf("There are %d more", len(r.Doubts)-12)) || !strings.Contains(alerts, "Why should this be ordered all the same?") {
		t.Errorf("the review does not ask why:\n%s", alerts)
	}
	for _, b := range buttons(card) {
		if b.ActionID != blocks.ActionApprove {
			continue
		}
		for _, want := range []string{all + ": quantity (2); open request; ", "It cannot be undone.", "P-Series Turnkey Package for Example Telecom"} {
			if !strings.Contains(b.Confirm.Text.Text, want) {
				t.Errorf("the dialog lacks %q: %s", want, b.Confirm.Text.Text)
			}
		}
	}
	slight := blocks.Review(draft(), r.Offer, blocks.ReviewData{
		Doubts: slices.DeleteFunc(slices.Clone(r.Doubts), func(d renewal.Doubt) bool { return d.Serious }),
	})
	if strings.Contains(string(pretty(t, slight)), "Why should this") {
		t.Error("a slight doubt has to be explained")
	}
	if old := with(renewal.Pending, func(r *renewal.Request) { r.Doubts = nil }); strings.Contains(string(pretty(t, blocks.Card(old, blocks.Asked{}, renewal.Pause{}))), "to look at") {
		t.Error("a request from before doubts were kept has some")
	}
}

func buttons(m blocks.Message) []*slack.ButtonBlockElement {
	var out []*slack.ButtonBlockElement
	for _, b := range m.Blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			for _, e := range actions.Elements.ElementSet {
				if b, ok := e.(*slack.ButtonBlockElement); ok {
					out = append(out, b)
				}
			}
		}
	}
	return out
}

func TestCardHasTheButtonsOfItsState(t *testing.T) {
	t.Parallel()
	want := map[renewal.Status][]string{
		renewal.Pending:  {blocks.ActionApprove, blocks.ActionReturn, blocks.ActionReject, blocks.ActionChange, blocks.ActionCancel},
		renewal.Returned: {blocks.ActionChange, blocks.ActionCancel},
		renewal.Rejected: {blocks.ActionAskAgain}, renewal.Cancelled: {blocks.ActionAskAgain}, renewal.Expired: {blocks.ActionAskAgain},
		renewal.Approved: {blocks.ActionCancel},
		renewal.Refused:  {blocks.ActionRetry, blocks.ActionClose},
		renewal.Unknown:  {blocks.ActionSettlePlaced, blocks.ActionSettleNotPlaced},
	}
	for _, status := range renewal.Statuses() {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			r := request(status)
			var got []string
			for _, b := range buttons(blocks.Card(r, blocks.Asked{}, renewal.Pause{})) {
				got = append(got, b.ActionID)
				target, err := blocks.DecodeTarget(b.Value)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(blocks.TargetOf(r), target); diff != "" {
					t.Errorf("%s is about something else (-want +got):\n%s", b.ActionID, diff)
				}
				if !strings.Contains(b.AccessibilityLabel, "RNW-000123") {
					t.Errorf("%s sounds like %q", b.ActionID, b.AccessibilityLabel)
				}
			}
			if diff := cmp.Diff(want[status], got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if b := buttons(blocks.Summary(r)); len(b) > 0 {
				t.Errorf("the summary has %d buttons", len(b))
			}
		})
	}
}

func TestConfirmSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	long := func(r *renewal.Request) {
		r.Offer.Holder.Name = strings.Repeat("Example ", 100)
		for i := range r.Offer.Lines {
			r.Offer.Lines[i].Name = strings.Repeat("Plan ", 100)
		}
	}
	for _, tt := range []struct {
		name    string
		request renewal.Request
		action  string
		want    []string
	}{
		{"the deciding approval", request(renewal.Pending), blocks.ActionApprove, []string{"Example Telecom", "100 extensions", "real order", "at once"}},
		{"perhaps the last", with(renewal.Pending, anyWay), blocks.ActionApprove, []string{"By the policy more approvals may be needed after this one.", "real order"}},
		{"surely not the last", with(renewal.Pending, twoWays), blocks.ActionApprove, []string{"More approvals are needed after this one.", "real order"}},
		{"perhaps the last, again", with(renewal.Refused, anyWay), blocks.ActionRetry, []string{"By the policy more approvals may be needed after this one.", "real order"}},
		{"the first of two", with(renewal.Pending, func(r *renewal.Request) { r.Required = 2 }), blocks.ActionApprove, []string{"Example Telecom", "approval 1 of 2", "real order"}},
		{"a dry run", with(renewal.Pending, dry), blocks.ActionApprove, []string{"Example Telecom", "no order will be sent"}},
		{"names that are too long", with(renewal.Pending, long), blocks.ActionApprove, []string{"real order with Yeastar at once"}},
		{"trying again", request(renewal.Refused), blocks.ActionRetry, []string{"Example Telecom", "real order", "at once"}},
		{"cancelling", request(renewal.Pending), blocks.ActionCancel, []string{"Example Telecom", "Nothing was ordered"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(buttons(blocks.Card(tt.request, blocks.Asked{}, renewal.Pause{})), func(b *slack.ButtonBlockElement) bool { return b.ActionID == tt.action })
			confirm := buttons(blocks.Card(tt.request, blocks.Asked{}, renewal.Pause{}))[i].Confirm
			for _, w := range tt.want {
				if !strings.Contains(confirm.Text.Text, w) {
					t.Errorf("lacks %q: %s", w, confirm.Text.Text)
				}
			}
		})
	}
}

// TestDecidedCardHasNewBlocks: Slack keeps what it knows of a block under its id.
func TestDecidedCardHasNewBlocks(t *testing.T) {
	t.Parallel()
	ids := map[string]renewal.Status{}
	for _, status := range renewal.Statuses() {
		for _, b := range blocks.Card(request(status), blocks.Asked{}, renewal.Pause{}).Blocks {
			if before, taken := ids[b.ID()]; taken && before != status {
				t.Errorf("%s is a block of %s and of %s", b.ID(), before, status)
			}
			ids[b.ID()] = status
		}
	}
}

func TestWhoHearsOfAnEvent(t *testing.T) {
	t.Parallel()
	direct := map[string]bool{
		"ordered": true, "refused": true, "refused_by_status": true, "refused_gone": true, "rejected": true, "expired": true, "unknown": true, "unknown_named": true,
		"processing": true, "changed": true, "changed_dated": true, "dry_run": true, "settled_placed": true, "settled_placed_pending": true,
		"settled_not_placed": true, "late_adopted": true, "late_alarm": true,
		"lapsed_lost": true, "lapsed_quorum": true, "stopped": true, "returned": true, "expired_returned": true,
	}
	for _, e := range events() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			if _, got := blocks.Direct(e.request, e.entry); got != direct[e.name] {
				t.Errorf("the requester is told: %t", got)
			}
			if _, got := blocks.ThreadLine(e.request, e.entry, blocks.Asked{}); got == slices.Contains([]string{"denied", "denied_again", "moved", "paused", "paused_by_itself", "resumed", "resumed_dated", "resumed_both", "deputy_named", "deputy_ended", "events_on", "events_off", "events_stopped", "policy_loaded"}, e.name) {
				t.Errorf("the thread is told: %t", got)
			}
			audit := blocks.AuditLine(e.request, e.entry)
			if !strings.HasSuffix(audit.Text, "#42 · 1a2b3c4d") {
				t.Errorf("the audit line ends otherwise: %s", audit.Text)
			}
		})
	}
}

// TestApproversAreMentionedInNewLinesOnly: a mention in a message that is drawn again
// would call them again.
func TestApproversAreMentionedInNewLinesOnly(t *testing.T) {
	t.Parallel()
	e := events()[0]
	line, _ := blocks.ThreadLine(e.request, e.entry, blocks.Asked{IDs: []string{carol, "S0APPROVERS"}})
	for _, want := range []string{"<@U0CAROL>", "<!subteam^S0APPROVERS>"} {
		if !strings.Contains(line.Text, want) {
			t.Errorf("the line of a new request lacks %s: %s", want, line.Text)
		}
	}
	for name, r := range requests() {
		for _, m := range []blocks.Message{blocks.Summary(r), blocks.Card(r, blocks.Asked{}, renewal.Pause{})} {
			if text := string(marshal(t, m)); strings.Contains(text, "subteam") || strings.Contains(text, carol) {
				t.Errorf("%s mentions approvers: %s", name, text)
			}
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	r := request(renewal.Pending)
	if blocks.Card(r, blocks.Asked{}, renewal.Pause{}).Digest() != blocks.Card(request(renewal.Pending), blocks.Asked{}, renewal.Pause{}).Digest() {
		t.Error("the same card has two digests")
	}
	seen := map[string]string{}
	for name, r := range requests() {
		d := blocks.Card(r, blocks.Asked{}, renewal.Pause{}).Digest()
		if other, taken := seen[d]; taken {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
	}
}

func TestHolderOptionsAreBounded(t *testing.T) {
	t.Parallel()
	own := []renewal.Holder{{Name: "Our own account"}}
	wide := customers(300)
	for i := range wide {
		wide[i].Name = fmt.Sprintf("%s %04d", strings.Repeat("日本語の会社", 10), i)
	}
	for _, tt := range []struct {
		name      string
		customers []renewal.Holder
		more      int
		last      string
		least     int
	}{
		{"a few", customers(5), 0, "Example Telecom 0004 · it4@example.org", 6},
		{"exactly a hundred with our own", customers(99), 0, "Example Telecom 0098 · it98@example.org", 100},
		{"one too many", customers(100), 0, "… and 2 more: type part of the name", 100},
		{"five thousand", customers(5000), 0, "… and 4902 more: type part of the name", 100},
		{"the rest was not passed", customers(50), 4950, "… and 4950 more: type part of the name", 52},
		{"wide letters", wide, 0, "", 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := blocks.HolderOptions(append(own[:1:1], tt.customers...), tt.more)
			if n := len(marshal(t, o)) + 100; n >= ackLimit {
				t.Errorf("the ack has %d bytes", n)
			}
			if len(o.Options) < tt.least || len(o.Options) > 100 {
				t.Errorf("%d options", len(o.Options))
			}
			if got := o.Options[len(o.Options)-1].Text.Text; tt.last != "" && got != tt.last {
				t.Errorf("the last one is %q, want %q", got, tt.last)
			}
		})
	}
}

func TestSimilarCustomersLookDifferent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Very long company name ", 5)
	similar := []renewal.Holder{
		{PartnerID: "3100000000000000001", Name: "Example", Email: "a@example.org"},
		{PartnerID: "3100000000000000002", Name: "Example", Email: "b@example.org"},
		{PartnerID: "3100000000000000003", Name: "Example", Email: "b@example.org"},
		{PartnerID: "3100000000000000004", Name: long + "North", Email: "c@example.org"},
		{PartnerID: "3100000000000000005", Name: long + "South", Email: "c@example.org"},
		{PartnerID: "3100000000000000006", Name: "Ada Lee"},
		{SerialNumber: "3631E0000001", Name: "Ada Lee"},
		{SerialNumber: "3631E0000002", Name: "Ada Lee"},
		{SerialNumber: "3631E0000003"},
	}
	seen := map[string]bool{}
	for _, o := range blocks.HolderOptions(similar, 0).Options {
		if seen[o.Text.Text] {
			t.Errorf("two look like %q", o.Text.Text)
		}
		seen[o.Text.Text] = true
	}
	if len(seen) != len(similar) {
		t.Errorf("%d of %d are offered", len(seen), len(similar))
	}
}

func TestNoOptionsAreAnEmptyList(t *testing.T) {
	t.Parallel()
	for _, o := range []blocks.OptionsResponse{{}, blocks.ContactOptions(nil), blocks.HolderOptions(nil, 0)} {
		if got := string(marshal(t, o)); got != `{"options":[]}` {
			t.Errorf("marshals to %s", got)
		}
	}
}

// TestEveryAuditCodeHasItsWords reads the codes from the domain's source, so that a new
// one cannot be forgotten here.
func TestEveryAuditCodeHasItsWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("..", "bot", "renewal", "entry.go"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, e := range events() {
		told[string(e.entry.Code)] = true
	}
	codes := regexp.MustCompile(`Code\w+\s+Code = "([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 20 {
		t.Fatalf("found only %d codes", len(codes))
	}
	for _, c := range codes {
		if !told[c[1]] {
			t.Errorf("%s has no line", c[1])
		}
	}
}

// anyWay is a request of which nobody knows what it costs, so that all rules of one person hold.
func anyWay(r *renewal.Request) {
	twoSteps(r)
	one := func(rule string, s renewal.Step) renewal.Way {
		s.Required = 1
		return renewal.Way{Rule: rule, Steps: []renewal.Step{s}}
	}
	steps := r.Ways[0].Steps
	r.Ways, r.Votes, r.Required = []renewal.Way{one("small", steps[0]), one("large", steps[1])}, nil, 1
	r.Ruling.Ways = r.Ways
}
