package bot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

func quorum(n int) func(*sandbox.Options) {
	return configured(func(r *config.Renew) { r.ApprovalsRequired = n })
}

// clickOn is a forced click on a button of a message as it stood then.
func clickOn(t testing.TB, m slacksim.Message, action string) slacksim.Click {
	t.Helper()
	var blocks []struct {
		BlockID  string `json:"block_id"`
		Elements []struct {
			ActionID string `json:"action_id"`
			Value    string `json:"value"`
		} `json:"elements"`
	}
	_ = json.Unmarshal(m.Blocks, &blocks) // other blocks have other elements
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.ActionID == action {
				return slacksim.Click{Ref: m.Ref(), BlockID: b.BlockID, ActionID: action, Value: e.Value}
			}
		}
	}
	t.Fatalf("the message has no button %q", action)
	return slacksim.Click{}
}

// forceClick clicks with a client that checks nothing.
func (a *actor) forceClick(c slacksim.Click) {
	a.b.t.Helper()
	r, err := a.p.Force().Press(a.b.ctx, c)
	if err != nil || r.Failure != "" {
		a.b.t.Fatalf("force %s: %v %s", c.ActionID, err, r.Failure)
	}
}

// alone waits for a message that only this person sees.
func (a *actor) alone(pieces ...string) {
	a.b.t.Helper()
	if _, err := a.p.WaitEphemeral(a.b.ctx, pieces...); err != nil {
		a.b.t.Fatal(err)
	}
}

func TestApproveAsksFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	r, err := b.Slack.As(sandbox.Bob).Press(b.ctx, card.Ref(), "Approve", slacksim.Decline())
	if err != nil || r.Sent || r.Confirm == nil {
		t.Fatalf("declining the dialog: %+v %v", r, err)
	}
	b.wants(r.Confirm.Title, "Approve and order RNW-000001?")
	b.wants(r.Confirm.Text, "P-Series Turnkey Package for Acme Telecom", "1 year", "Enterprise Plan for 50 extensions",
		"no price from the portal", "real order", "cannot be undone")
	if got := []string{r.Confirm.Confirm, r.Confirm.Deny}; got[0] != "Approve and order" || got[1] != "Not yet" {
		t.Errorf("the dialog offers %q", got)
	}
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted)
	b.as(sandbox.Carol).press(card, "Approve") // an approver through the group
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", "approved by @carol.")
	request := b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
	if len(request.Votes) != 1 || request.Votes[0].By != sandbox.Carol {
		t.Errorf("the votes are %+v", request.Votes)
	}
}

func TestTwoApprovals(t *testing.T) {
	t.Parallel()
	b := setup(t, quorum(2))
	card := b.as(sandbox.Alice).request(acmeWish)
	bob, carol := b.as(sandbox.Bob), b.as(sandbox.Carol)
	dialog := bob.press(card, "Approve").Confirm
	b.wants(dialog.Text, "This is approval 1 of 2")
	card = b.shows(card, "1 of 2 approvals: @bob")
	b.says(sandbox.Renewals, "@bob approved (1 of 2)", "More approvals are needed. Nothing has been ordered.")
	bob.press(card, "Approve")
	bob.alone("You have approved RNW-000001 already; 1 of 2 approvals are in. Nothing has been ordered yet.")
	b.happened("RNW-000001", renewal.CodeDenied)
	if r := b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeVoted, renewal.CodeDenied); len(r.Votes) != 1 {
		t.Errorf("one person's two clicks count %d", len(r.Votes))
	}
	b.wants(carol.press(card, "Approve").Confirm.Text, "cannot be undone")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", "approved by", "@bob", "@carol")
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeVoted, renewal.CodeDenied,
		renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
}

// Whatever clicks arrive at the same moment, one order is sent.
func TestApprovalsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		quorum int
		people []string
		votes  int
		denied int
	}{
		"two approvers where one is enough": {1, []string{sandbox.Bob, sandbox.Carol}, 1, 1},
		"two approvers where two must":      {2, []string{sandbox.Bob, sandbox.Carol}, 2, 0},
		"one approver, four clicks":         {1, []string{sandbox.Bob, sandbox.Bob, sandbox.Bob, sandbox.Bob}, 1, 1}, // the others are only counted
		"one approver, three clicks of two": {2, []string{sandbox.Bob, sandbox.Bob, sandbox.Bob}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, quorum(c.quorum))
			card := b.as(sandbox.Alice).request(acmeWish)
			click := clickOn(t, card, "approve")
			var g errgroup.Group
			for _, who := range c.people {
				g.Go(func() error {
					r, err := b.Slack.As(who).Force().Press(b.ctx, click)
					if err == nil && r.Failure != "" {
						err = errors.New(r.Failure)
					}
					return err
				})
			}
			if err := g.Wait(); err != nil {
				t.Fatal(err)
			}
			status, sent := renewal.Pending, 0
			if c.votes == c.quorum {
				b.happened("RNW-000001", renewal.CodeOrdered)
				status, sent = renewal.Ordered, 1
			}
			r := b.stored("RNW-000001")
			if r.Status != status || len(r.Votes) != c.votes || len(b.Vendor.OrderRequests()) != sent || len(b.Vendor.Placed()) != sent {
				t.Errorf("%s with %d votes and %d orders", r.Status, len(r.Votes), len(b.Vendor.OrderRequests()))
			}
			denied := 0
			for _, e := range b.entries("RNW-000001") {
				if e.Code == renewal.CodeDenied {
					denied++
				}
			}
			if denied != c.denied {
				t.Errorf("%d clicks were refused, want %d", denied, c.denied)
			}
			if err := b.Ledger.Verify(b.ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestApproveDeliveredTwice(t *testing.T) {
	t.Parallel()
	for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			b.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: kind}, 1)
			b.as(sandbox.Bob).press(card, "Approve")
			b.happened("RNW-000001", renewal.CodeOrdered)
			if r := b.stored("RNW-000001"); r.Status != renewal.Ordered || len(r.Attempts) != 1 || len(b.Vendor.OrderRequests()) != 1 {
				t.Errorf("%s after %d attempts and %d orders", r.Status, len(r.Attempts), len(b.Vendor.OrderRequests()))
			}
		})
	}
}

func TestReviewSubmittedTwiceIsOneRequest(t *testing.T) {
	t.Parallel()
	for name, submit := range map[string]func(*actor) error{
		"the same envelope twice": func(a *actor) error {
			a.b.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeDuplicate}, 1)
			a.submitOK()
			return nil
		},
		"the same content in two envelopes": func(a *actor) error {
			a.b.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeRepeat}, 1)
			a.submitOK()
			return nil
		},
		"three clicks of an impatient client": func(a *actor) error {
			v, _ := a.p.View()
			var g errgroup.Group
			for range 3 {
				g.Go(func() error {
					_, err := a.p.Force().Submit(a.b.ctx, v.ID, nil)
					return err
				})
			}
			return g.Wait()
		},
		"once more after it was saved": func(a *actor) error {
			v, _ := a.p.View()
			a.submitOK()
			a.reads("RNW-000001 is saved.")
			a.b.wants(a.resend(v, v.PrivateMetadata), "RNW-000001 is saved.")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.fill(acmeWish)
			alice.review()
			if err := submit(alice); err != nil {
				t.Fatal(err)
			}
			alice.reads("RNW-000001 is saved.", "Nothing has been ordered yet.")
			b.card(sandbox.Renewals, "RNW-000001", "Approve")
			b.happened("RNW-000001", renewal.CodeSubmitted)
			if _, err := b.Ledger.Get(b.ctx, 2); err == nil {
				t.Error("there are two requests")
			}
			b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted)
		})
	}
}

func TestRejectNeedsAReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	bob := b.as(sandbox.Bob)
	bob.press(card, "Reject…")
	b.wants(bob.reads("== Reject RNW-000001 =="), "Acme Telecom", "@alice", "Nothing has been ordered")
	var refusal *slacksim.Refusal
	if _, err := bob.p.Submit(b.ctx); !errors.As(err, &refusal) {
		t.Errorf("an empty reason is submitted: %v", err)
	}
	if _, err := bob.p.Type(b.ctx, "Reason", strings.Repeat("x", renewal.MaxReason+1)); err == nil {
		t.Error("the field takes a reason that is too long")
	}
	for typed, want := range map[string]string{
		"":      "Please give a reason: it is kept with the request.",
		" \n\t": "Please give a reason: it is kept with the request.",
		strings.Repeat("é", renewal.MaxReason+1): "The reason may have at most 500 characters.",
	} {
		if diff := cmp.Diff(map[string]string{"Reason": want}, bob.force(forged{"Reason", plainText(typed)})); diff != "" {
			t.Errorf("a reason of %d characters (-want +got):\n%s", len(typed), diff)
		}
	}
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending {
		t.Fatalf("rejected without a reason: %s", r.Status)
	}
	bob.typeIn("Reason", "They move to <!channel> 250 *extensions*")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeRejected)
	const words = "They move to <!channel> 250 *extensions*"
	b.says(sandbox.Renewals, "@bob rejected this", "They move to", "250", "Nothing was ordered.")
	b.hears(sandbox.Alice, "RNW-000001", "rejected", "They move to", "250")
	if now := b.shows(card, "Rejected."); !endedCard(now) {
		t.Errorf("a rejected card has buttons: %q", now.Buttons())
	}
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		if contains(m.Text, "<!channel>") || contains(string(m.Blocks), `<!channel>`) {
			t.Errorf("a reason calls the whole channel: %s", m.Text)
		}
	}
	r := b.stored("RNW-000001")
	if r.Status != renewal.Rejected || r.Reason != words || r.ClosedBy != sandbox.Bob || len(b.Vendor.OrderRequests()) != 0 {
		t.Errorf("%s by %s: %q", r.Status, r.ClosedBy, r.Reason)
	}
	b.as(sandbox.Carol).forceClick(clickOn(t, card, "approve"))
	b.as(sandbox.Carol).alone("RNW-000001 was rejected by", "Nothing was ordered.")
	if err := b.Ledger.Verify(b.ctx); err != nil {
		t.Error(err)
	}
}

func TestRequesterCancels(t *testing.T) {
	t.Parallel()
	for name, cancel := range map[string]func(*actor, slacksim.Message){
		"by the button": func(a *actor, card slacksim.Message) {
			dialog := a.press(card, "Cancel request").Confirm
			a.b.wants(dialog.Text, "Acme Telecom", "Nothing was ordered, and nothing will be.")
		},
		"by the command": func(a *actor, _ slacksim.Message) {
			told := a.command(sandbox.Renewals, "/renew cancel rnw-1")
			a.b.wants(told, "RNW-000001", "Nothing was ordered.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			card := alice.request(acmeWish)
			for _, other := range []string{sandbox.Dave, sandbox.Bob} {
				b.wants(b.as(other).command(sandbox.Renewals, "/renew cancel RNW-000001"), "Only", "who asked for it, can cancel RNW-000001. Nothing was ordered.")
				b.as(other).press(card, "Cancel request")
				b.as(other).alone("can cancel RNW-000001")
			}
			if r := b.stored("RNW-000001"); r.Status != renewal.Pending {
				t.Fatalf("cancelled by somebody else: %s", r.Status)
			}
			cancel(alice, card)
			b.happened("RNW-000001", renewal.CodeCancelled)
			b.says(sandbox.Renewals, "@alice cancelled the request. Nothing was ordered.")
			if now := b.shows(card, "Cancelled."); !endedCard(now) {
				t.Errorf("a cancelled card has buttons: %q", now.Buttons())
			}
			denied := renewal.CodeDenied
			b.ends("RNW-000001", renewal.Cancelled, 0, renewal.CodeSubmitted, denied, denied, renewal.CodeCancelled) // one of each
			b.as(sandbox.Bob).forceClick(clickOn(t, card, "approve"))
			b.as(sandbox.Bob).alone("RNW-000001 was cancelled by", "Nothing was ordered.")
			if n := len(b.Vendor.OrderRequests()); n != 0 {
				t.Errorf("%d orders for a cancelled request", n)
			}
		})
	}
}

func TestSelfApproval(t *testing.T) {
	t.Parallel()
	for name, allowed := range map[string]bool{"refused": false, "allowed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, configured(func(r *config.Renew) { r.SelfApproval = allowed }))
			bob := b.as(sandbox.Bob)
			card := bob.request(acmeWish)
			bob.press(card, "Approve")
			if allowed {
				m := b.happened("RNW-000001", renewal.CodeApproved)
				b.wants(b.Slack.Text(m), "It is their own request.")
				b.says(sandbox.Renewals, "approved by @bob. It is their own request.")
				b.happened("RNW-000001", renewal.CodeOrdered)
				b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
				if e := b.entry("RNW-000001", renewal.CodeApproved); e.Actor != sandbox.Bob || e.Detail[renewal.DetailSelfApproval] != "true" {
					t.Errorf("the audit trail does not name it: %+v", e)
				}
				return
			}
			bob.alone("You asked for RNW-000001 yourself, so somebody else has to approve it. Nothing was ordered.")
			bob.press(card, "Reject…")
			bob.alone("cancel it instead of rejecting it")
			b.says(sandbox.Audit, "RNW-000001", "request.denied", "approve: self_approval")
			b.says(sandbox.Audit, "RNW-000001", "request.denied", "reject: self_approval")
			b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeDenied)
			b.as(sandbox.Carol).press(card, "Approve")
			b.happened("RNW-000001", renewal.CodeOrdered)
			if n := len(b.Vendor.OrderRequests()); n != 1 {
				t.Errorf("%d orders", n)
			}
		})
	}
}

func TestNobodyDecides(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, quorum(2))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.request(acmeWish)
	bob.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeVoted)
	b.later(clock, 6*time.Hour+time.Minute) // Carol, in New York, is at work by then
	b.says(sandbox.Renewals, "Still waiting for approval.", "1 of 2 approvals", "@carol")
	b.happened("RNW-000001", renewal.CodeReminded)
	b.laterAt(clock, b.stored("RNW-000001").ExpiresAt)
	b.happened("RNW-000001", renewal.CodeExpired)
	b.says(sandbox.Renewals, "This request timed out: nobody approved it in time. Nothing was ordered.")
	b.hears(sandbox.Alice, "RNW-000001", "timed out")
	now := b.shows(card, "Timed out.")
	if !endedCard(now) {
		t.Errorf("an expired card has buttons: %q", now.Buttons())
	}
	b.lacks(b.Slack.Text(now), "Rejected", "rejected")
	b.silent(sandbox.Renewals, "rejected")
	b.as(sandbox.Carol).forceClick(clickOn(t, card, "approve"))
	b.as(sandbox.Carol).alone("RNW-000001 timed out before it was approved. Nothing was ordered.")
	b.wants(alice.command(sandbox.Renewals, "/renew cancel RNW-000001"), "timed out")
	r := b.stored("RNW-000001")
	if r.Status != renewal.Expired || len(b.Vendor.OrderRequests()) != 0 {
		t.Errorf("%s, %d orders", r.Status, len(b.Vendor.OrderRequests()))
	}
	if err := b.Ledger.Verify(b.ctx); err != nil {
		t.Error(err)
	}
}
