package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// changes opens the form of a request to be changed, and types another number.
func (a *actor) changes(card slacksim.Message, extensions string) {
	a.b.t.Helper()
	a.press(card, "Change…")
	a.titled("Change " + a.b.refOf(card))
	a.typeIn("Number of extensions", extensions)
}

func TestRequesterChangesTheRequest(t *testing.T) {
	t.Parallel()
	b := setup(t, quorum(2))
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	w := wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "81", contact: "Sandhaven", po: "PO 7", note: "Soon"}
	old := alice.request(w.with(map[string]string{"Recording Minutes": "10000"}))
	bob.press(old, "Approve")
	old = b.shows(old, "1 of 2 approvals: @bob")

	alice.press(old, "Change…")
	alice.titled("Change RNW-000001")
	got := map[string]string{}
	for _, label := range []string{
		"For whom", "Plan", "Number of extensions", "Services", "Quantity: Recording Minutes", "Billing contact", "PO number", "Note to the approver",
	} {
		got[label] = alice.chosen(label)
	}
	want := map[string]string{
		"For whom": "Northwind Clinics · it@northwind-clinics.example", "Plan": "Enterprise Plan", "Number of extensions": "81",
		"Services": "Recording Minutes", "Quantity: Recording Minutes": "10000",
		"Billing contact": "Sandhaven Communications · invoices@sandhaven.example", "PO number": "PO 7", "Note to the approver": "Soon",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the form to change a request (-want +got):\n%s", diff)
	}
	alice.typeIn("Number of extensions", "80")
	b.wants(alice.review(), "Extensions: 81 → 80", "[Back] [Save changes]")
	if r := b.stored("RNW-000001"); r.Revision != 1 || len(r.Votes) != 1 {
		t.Errorf("a look at the changes made revision %d", r.Revision)
	}
	alice.submitOK()
	alice.reads("The changes of RNW-000001 are saved.", "Approvals start over.")
	b.happened("RNW-000001", renewal.CodeAmended)
	b.says(sandbox.Renewals, "@alice changed the request; this is revision 2.", "Extensions: 81 → 80", "Approvals start over.")
	card := b.shows(old, "Changed in revision 2", "Extensions: 81 → 80", "0 of 2 approvals")

	// A client that still shows the card of revision 1 decides nothing.
	carol.forceClick(clickOn(t, old, "approve"))
	carol.alone("RNW-000001 was changed since this card was drawn, so your click did nothing.")
	b.says(sandbox.Audit, "RNW-000001", "request.denied", "approve: stale")
	if r := b.stored("RNW-000001"); len(r.Votes) != 0 || r.Status != renewal.Pending {
		t.Fatalf("%d votes from a card of before", len(r.Votes))
	}
	bob.press(card, "Approve")
	carol.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeVoted, renewal.CodeAmended, renewal.CodeDenied,
		renewal.CodeVoted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
	if o := b.Vendor.Placed()[0]; o.Lines[0].Quantity != 80 || o.PONumber != "PO 7 RNW-000001" || len(o.Lines) != 2 {
		t.Errorf("ordered was %+v", o)
	}
}

// A card that Slack did not let be changed is drawn again when somebody presses its
// button.
func TestOldCardIsDrawnAgain(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	alice := b.as(sandbox.Alice)
	card := alice.request(acmeWish)
	b.Slack.Fail("chat.update", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Hour}, slacksim.Times(1))
	alice.changes(card, "51")
	alice.review()
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeAmended)
	if text := b.Slack.Text(b.cardNow(card)); !contains(text, "for 50 extensions") {
		t.Fatalf("the card was changed already:\n%s", text)
	}
	b.as(sandbox.Bob).press(card, "Approve")
	b.as(sandbox.Bob).alone("RNW-000001 was changed since this card was drawn")
	clock.Advance(time.Hour)
	now := b.shows(card, "Changed in revision 2", "for 51 extensions")
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending || len(r.Votes) != 0 {
		t.Errorf("%s with %d votes", r.Status, len(r.Votes))
	}
	b.as(sandbox.Bob).press(now, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdering)
}

func TestOnlyTheRequesterChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	for _, who := range []string{sandbox.Dave, sandbox.Bob} {
		b.as(who).press(card, "Change…")
		b.as(who).alone("Only", "who asked for it, can change RNW-000001. Nothing was ordered.")
		if _, open := b.Slack.As(who).View(); open {
			t.Errorf("%s sees the form", who)
		}
	}
	b.says(sandbox.Audit, "RNW-000001", "request.denied", "@bob")
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeDenied)
}

func TestChangeAfterTheDecision(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	card := alice.request(acmeWish)
	alice.changes(card, "51")
	b.as(sandbox.Bob).press(card, "Approve") // while the form stands open
	b.happened("RNW-000001", renewal.CodeOrdered)
	alice.review()
	alice.submitOK()
	alice.reads("== Not saved ==", "RNW-000001 was ordered")
	b.ends("RNW-000001", renewal.Ordered, 1, and(smooth, renewal.CodeDenied)...)
	alice.forceClick(clickOn(t, card, "change"))
	alice.alone("RNW-000001 was ordered")
}

func TestChangeSubmittedTwiceIsOneRevision(t *testing.T) {
	t.Parallel()
	for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat, slacksim.EnvelopeLate} {
		t.Run(cmpOr(string(kind), "later"), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.changes(alice.request(acmeWish), "51")
			alice.review()
			top, _ := alice.p.View()
			if kind != slacksim.EnvelopeLate {
				b.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: kind}, 1)
			}
			alice.submitOK()
			alice.reads("The changes of RNW-000001 are saved.")
			b.happened("RNW-000001", renewal.CodeAmended)
			if kind == slacksim.EnvelopeLate {
				b.wants(alice.resend(top, top.PrivateMetadata), "The changes of RNW-000001 are saved.")
			}
			if r := b.stored("RNW-000001"); r.Revision != 2 {
				t.Errorf("revision %d", r.Revision)
			}
			b.silent(sandbox.Audit, "request.denied")
		})
	}
}

// between lets something happen after the approval and before the order, and returns
// the card.
func (b *bundle) between(card slacksim.Message, happens func(*yeastarsim.Server)) {
	b.t.Helper()
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.Hold(release)) // the look-ups are made at the same time
	b.as(sandbox.Bob).press(card, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		b.t.Fatalf("nothing is looked up before ordering: %v", err)
	}
	happens(b.Vendor)
	close(release)
	held.Remove()
}

func TestWhatVanishedBetweenApprovalAndOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		vanish func(*yeastarsim.Server)
		told   string
	}{
		"customer": {
			func(s *yeastarsim.Server) { s.RemoveCustomer(yeastarsim.NorthwindID) },
			"the customer Northwind Clinics is not in the portal any more",
		},
		"billing contact": {
			func(s *yeastarsim.Server) { s.RemoveBillingContact(yeastarsim.TutorialBillingContactID) },
			"the billing contact Sandhaven Communications is not in the portal any more",
		},
		"plan": {
			func(s *yeastarsim.Server) {
				s.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans = p.Plans[1:] })
			},
			"Enterprise Plan is not on offer any more",
		},
		"service": {
			func(s *yeastarsim.Server) {
				s.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Services = p.Services[:1] })
			},
			"Recording Minutes is not on offer any more",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			w := wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"}
			card := b.as(sandbox.Alice).request(w.with(map[string]string{"Recording Minutes": "10000"}))
			b.between(card, c.vanish)
			b.happened("RNW-000001", renewal.CodeRefused)
			b.says(sandbox.Renewals, "Not ordered", c.told)
			b.hears(sandbox.Alice, "Not ordered", c.told)
			r := b.ends("RNW-000001", renewal.Refused, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeRefused)
			if len(r.Attempts) != 0 {
				t.Errorf("an attempt was made: %+v", r.Attempts)
			}
			// Trying again helps only when it is there again.
			b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
			b.wait("the second refusal", func(s *slacksim.Snapshot) bool {
				n := 0
				for _, m := range s.All(sandbox.Audit) {
					if contains(s.Text(m), string(renewal.CodeRefused)) {
						n++
					}
				}
				return n == 2
			})
			if n := len(b.Vendor.OrderRequests()); n != 0 {
				t.Errorf("%d orders were sent", n)
			}
		})
	}
}

func TestWhatChangedBetweenApprovalAndOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change     func(*yeastarsim.Server)
		difference []string
		quantity   int
	}{
		"the price": {
			func(s *yeastarsim.Server) {
				s.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans[0].UnitPrice = "13.00" })
			},
			[]string{"Price: 600.00 USD → 650.00 USD"}, 50,
		},
		"the number of extensions": {
			func(s *yeastarsim.Server) { s.SetExtensions(yeastarsim.AcmeTelecomID, 60) },
			[]string{"Extensions: 50 → 60", "Price: 600.00 USD → 720.00 USD"}, 60,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, switched(yeastarsim.Generous))
			old := b.as(sandbox.Alice).request(acmeWish)
			b.between(old, c.change)
			b.happened("RNW-000001", renewal.CodeChanged)
			b.says(sandbox.Renewals, append(c.difference, "differs from what was approved, so this needs approval again", "Nothing has been ordered.")...)
			b.hears(sandbox.Alice, "RNW-000001", "needs approval again")
			card := b.shows(old, append(c.difference, "Waiting for approval", "Changed in revision 2")...)
			codes := []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged}
			if r := b.ends("RNW-000001", renewal.Pending, 0, codes...); len(r.Votes) != 0 || r.Revision != 2 {
				t.Errorf("revision %d with %d votes", r.Revision, len(r.Votes))
			}
			b.as(sandbox.Bob).forceClick(clickOn(t, old, "approve"))
			b.as(sandbox.Bob).alone("was changed since this card was drawn")
			b.as(sandbox.Bob).press(card, "Approve")
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 1, and(codes, renewal.CodeDenied, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)...)
			if got := b.Vendor.Placed()[0].Lines[0].Quantity; got != c.quantity {
				t.Errorf("ordered were %d extensions, want %d", got, c.quantity)
			}
		})
	}
}

// A portal that is down when the order is due holds the order back; nothing is guessed.
func TestPortalIsDownBetweenApprovalAndOrder(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	down := b.Vendor.Fault(yeastarsim.BillingContactList, yeastarsim.Refuse("maintenance", "Back soon."))
	b.as(sandbox.Bob).press(card, "Approve")
	if err := down.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.happened("RNW-000001", renewal.CodeApproved)
	b.ends("RNW-000001", renewal.Approved, 0, renewal.CodeSubmitted, renewal.CodeApproved)
	down.Remove()
	for b.stored("RNW-000001").Status == renewal.Approved && b.ctx.Err() == nil {
		b.later(clock, time.Second)
		b.rest()
	}
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
}
