package bot_test

import (
	"slices"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// again are the ways in which Slack delivers a thing twice.
var again = map[string]slacksim.EnvelopeFault{
	"the same envelope twice":              {Kind: slacksim.EnvelopeDuplicate},
	"the same content in two envelopes":    {Kind: slacksim.EnvelopeRepeat},
	"the socket is refreshed before it":    {Kind: slacksim.EnvelopeDisconnect},
	"the connection is cut right after it": {Kind: slacksim.EnvelopeCut},
}

// count is how often the trail of a request has a code.
func (b *bundle) count(reference string, code renewal.Code) int {
	b.t.Helper()
	n := 0
	for _, e := range b.entries(reference) {
		if e.Code == code {
			n++
		}
	}
	return n
}

func TestCommandDeliveredTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range again {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			card := alice.request(acmeWish)
			b.Slack.Disturb("slash_commands", fault, 1)
			_, _ = alice.p.Command(b.ctx, sandbox.Renewals, "/renew cancel RNW-000001") // the answer may be lost with its socket
			b.happened("RNW-000001", renewal.CodeCancelled)
			b.shows(card, "Cancelled")
			if n := b.count("RNW-000001", renewal.CodeCancelled); n != 1 {
				t.Errorf("cancelled %d times", n)
			}
			b.wholeView("RNW-000001")
			if told := alice.command(sandbox.Renewals, "/renew cancel RNW-000001"); !contains(told, "RNW-000001 was cancelled by") || !contains(told, "Nothing was ordered.") {
				t.Errorf("somebody who cancels twice is told %q", told)
			}
		})
	}
}

// A form that is asked for twice is opened once, and nobody is told that it failed.
func TestFormAskedForTwice(t *testing.T) {
	t.Parallel()
	for _, form := range []slacksim.TriggerErrors{slacksim.TriggerErrorsNamed, slacksim.TriggerErrorsProse, slacksim.TriggerErrorsArguments} {
		for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				b.Slack.SetTriggerErrors(form)
				alice := b.as(sandbox.Alice)
				b.Slack.Disturb("slash_commands", slacksim.EnvelopeFault{Kind: kind}, 1)
				if _, err := alice.p.Command(b.ctx, sandbox.Renewals, "/renew"); err != nil {
					t.Fatal(err)
				}
				alice.view("For whom")
				opened := 0
				if _, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
					if e.Kind == slacksim.EntryCall && e.Name == "views.open" {
						opened++
					}
					return opened == 2
				}); err != nil {
					t.Fatal(err)
				}
				alice.chooseHolder("Acme Telecom")
				alice.complete(acmeWish)
				alice.submitOK()
				alice.titled("Please check")
				if n := len(alice.p.Views()); n != 2 {
					t.Errorf("%d views are open, want the form and its review", n)
				}
				if slices.ContainsFunc(slices.Concat(alice.p.Ephemerals(), alice.p.DirectMessages()), func(m slacksim.Message) bool {
					return contains(b.Slack.Text(m), "did not open")
				}) {
					t.Error("somebody who has the form is told that it did not open")
				}
			})
		}
	}
}

func TestClickDeliveredTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range again {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, quorum(2))
			card := b.as(sandbox.Alice).request(acmeWish)
			b.Slack.Disturb("block_actions", fault, 1)
			_, _ = b.as(sandbox.Bob).p.Press(b.ctx, card.Ref(), "Approve")
			b.says(sandbox.Renewals, "@bob approved (1 of 2)")
			b.as(sandbox.Carol).press(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Approve")
			b.happened("RNW-000001", renewal.CodeOrdered)
			if r := b.stored("RNW-000001"); len(r.Votes) != 2 || len(b.Vendor.OrderRequests()) != 1 || b.count("RNW-000001", renewal.CodeVoted) != 1 {
				t.Errorf("%d votes and %d orders", len(r.Votes), len(b.Vendor.OrderRequests()))
			}
			b.wholeView("RNW-000001")
		})
	}
}

func TestReasonSubmittedTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range again {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			bob := b.as(sandbox.Bob)
			bob.press(card, "Reject…")
			bob.typeIn("Reason", "Too dear")
			b.Slack.Disturb("view_submission", fault, 1)
			_, _ = bob.p.Submit(b.ctx)
			b.happened("RNW-000001", renewal.CodeRejected)
			b.says(sandbox.Renewals, "@bob rejected this", "Too dear")
			b.hears(sandbox.Alice, "Too dear")
			if n := b.count("RNW-000001", renewal.CodeRejected); n != 1 {
				t.Errorf("rejected %d times", n)
			}
			b.wholeView("RNW-000001")
		})
	}
}

func TestSettlingSubmittedTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range again {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, card := lostOrder(t, yeastarsim.Reset().After())
			bob := b.as(sandbox.Bob)
			bob.press(card, "It was placed…")
			bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
			b.Slack.Disturb("view_submission", fault, 1)
			_, _ = bob.p.Submit(b.ctx)
			b.happened("RNW-000001", renewal.CodeSettledPlaced)
			b.wholeView("RNW-000001")
			if r := b.stored("RNW-000001"); r.Status != renewal.Ordered || b.count("RNW-000001", renewal.CodeSettledPlaced) != 1 {
				t.Errorf("%s, settled %d times", r.Status, b.count("RNW-000001", renewal.CodeSettledPlaced))
			}
		})
	}
}

// Clicks that arrive in another order than they were made in, or long after.
func TestClicksOutOfOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(anyQuantity))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	first := alice.request(acmeWish)
	approve, cancel := clickOn(t, first, "approve"), clickOn(t, first, "cancel")
	alice.changes(first, "51")
	alice.review()
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeAmended)
	bob.forceClick(approve) // made before the change
	bob.alone("RNW-000001 was changed since this card was drawn")
	bob.press(b.shows(first, "for 51 extensions"), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	alice.forceClick(cancel)
	alice.alone("RNW-000001 was ordered: order")
	bob.forceClick(approve)
	bob.alone("RNW-000001 was ordered: order")
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeAmended, renewal.CodeDenied,
		renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered, renewal.CodeDenied, renewal.CodeDenied)
	b.wholeView("RNW-000001")
}

// One act that is delivered twice is one act: nobody is told that it was refused, and the
// trail has no refusal. An act of somebody else that comes late is told and written down.
func TestActDeliveredTwiceIsNoRefusal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		envelope string
		quorum   int
		act      func(*bundle, slacksim.Message)
		code     renewal.Code
	}{
		"the last approval": {"block_actions", 1, func(b *bundle, m slacksim.Message) { b.as(sandbox.Bob).press(m, "Approve") }, renewal.CodeOrdered},
		"the first of two":  {"block_actions", 2, func(b *bundle, m slacksim.Message) { b.as(sandbox.Bob).press(m, "Approve") }, renewal.CodeVoted},
		"a cancellation": {"block_actions", 1, func(b *bundle, m slacksim.Message) {
			b.as(sandbox.Alice).press(m, "Cancel request")
		}, renewal.CodeCancelled},
		"a command": {"slash_commands", 1, func(b *bundle, _ slacksim.Message) {
			b.wants(b.as(sandbox.Alice).command(sandbox.Renewals, "/renew cancel RNW-000001"), "RNW-000001 was cancelled by")
		}, renewal.CodeCancelled},
		"a rejection": {"view_submission", 1, func(b *bundle, m slacksim.Message) {
			bob := b.as(sandbox.Bob)
			bob.press(m, "Reject…")
			bob.typeIn("Reason", "Too dear")
			bob.submitOK()
		}, renewal.CodeRejected},
	} {
		for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
			t.Run(name+", "+string(kind), func(t *testing.T) {
				t.Parallel()
				b := setup(t, quorum(c.quorum))
				card := b.as(sandbox.Alice).request(acmeWish)
				b.Slack.Disturb(c.envelope, slacksim.EnvelopeFault{Kind: kind}, 1)
				c.act(b, card)
				b.happened("RNW-000001", c.code)
				b.bothHandled(kind)
				if got := b.denials(); len(got) != 0 {
					t.Errorf("refused was %+v", got)
				}
				for _, who := range []string{sandbox.Alice, sandbox.Bob} {
					for _, m := range b.Slack.As(who).Ephemerals() {
						if text := b.Slack.Text(m); c.envelope != "slash_commands" || !contains(text, "RNW-000001 was cancelled by") {
							t.Errorf("%s was told: %s", who, text)
						}
					}
				}
				if c.quorum == 1 {
					b.as(sandbox.Carol).forceClick(clickOn(t, card, "approve"))
					b.as(sandbox.Carol).alone("RNW-000001 was", "ordered")
					b.wantDenied(attempt{sandbox.Carol, "approve", renewal.RefusedStatus})
				}
			})
		}
	}
}

// What is refused is refused once, however often Slack delivers it: it is told once, and the
// trail counts no second try.
func TestRefusedClickDeliveredTwiceIsOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		click func(*bundle, slacksim.Message)
		says  string
	}{
		"what the request does not allow": {func(b *bundle, m slacksim.Message) {
			b.as(sandbox.Dave).forceClick(clickOn(b.t, m, "approve"))
		}, "approve"},
		"a form that is not opened": {func(b *bundle, m slacksim.Message) {
			b.as(sandbox.Dave).press(m, "Reject…")
		}, "reject"},
	} {
		for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
			t.Run(name+", "+string(kind), func(t *testing.T) {
				t.Parallel()
				b := setup(t, durable(t))
				card := b.as(sandbox.Alice).request(acmeWish)
				b.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: kind}, 1)
				c.click(b, card)
				b.wantDenied(attempt{sandbox.Dave, c.says, renewal.RefusedNotAllowed})
				b.bothHandled(kind)
				if told := b.Slack.As(sandbox.Dave).Ephemerals(); len(told) != 1 {
					t.Errorf("told %d times", len(told))
				}
				b.restart() // what was counted is written down
				if got := b.denials(); len(got) != 1 {
					t.Errorf("the trail has %+v", got)
				}
			})
		}
	}
}

// A click that opened a form is nothing when Slack delivers it again after the form was submitted.
func TestClickThatOpenedAFormComesAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who, button, action string
		field               string
		code                renewal.Code
	}{
		"a rejection":        {sandbox.Bob, "Reject…", "reject", "Reason", renewal.CodeRejected},
		"asking for changes": {sandbox.Bob, "Return…", "return", "What should be changed?", renewal.CodeReturned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			who := b.as(c.who)
			who.press(card, c.button)
			who.typeIn(c.field, "Too dear")
			who.submitOK()
			b.happened("RNW-000001", c.code)
			again := clickOn(t, card, c.action)
			for _, e := range b.Slack.Journal() {
				if e.Kind == slacksim.EntryCall && e.Name == "views.open" {
					again.TriggerID = e.Param("trigger_id")
				}
			}
			who.forceClick(again)
			if got := b.denials(); len(got) != 0 {
				t.Errorf("refused was %+v", got)
			}
			if told := b.Slack.As(c.who).Ephemerals(); len(told) != 0 {
				t.Errorf("they were told %q", b.Slack.Text(told[0]))
			}
		})
	}
}

// The same for the buttons of a batch's card.
func TestRefusedClickOnABatchDeliveredTwiceIsOne(t *testing.T) {
	t.Parallel()
	for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
			card := b.as(sandbox.Alice).batch(customer(31), customer(33))
			b.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: kind}, 1)
			b.as(sandbox.Dave).press(card, "Approve 2 lines")
			b.wait("the refusal", func(*slacksim.Snapshot) bool { return len(b.Slack.As(sandbox.Dave).Ephemerals()) > 0 })
			b.bothHandled(kind)
			if told := b.Slack.As(sandbox.Dave).Ephemerals(); len(told) != 1 {
				t.Errorf("told %d times", len(told))
			}
		})
	}
}

// The same for a click on a batch's card that has opened a form, when nothing waits for a decision any more.
func TestActOnABatchDeliveredTwiceIsNoRefusal(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty)
	card := b.as(sandbox.Alice).batch(customer(31), customer(33))
	bob := b.as(sandbox.Bob)
	bob.press(card, "Reject…")
	again := clickOn(t, card, blocks.ActionBatchReject)
	bob.typeIn("Reason", "Too dear")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeRejected)
	for _, e := range b.Slack.Calls("views.open") {
		again.TriggerID = e.Param("trigger_id")
	}
	bob.forceClick(again)
	if told := bob.p.Ephemerals(); len(told) != 0 {
		t.Errorf("they were told %q", b.Slack.Text(told[0]))
	}
	again.TriggerID = ""
	bob.forceClick(again)
	bob.alone("No line of RNW-B0001 waits for a decision any more")
}

// bothHandled waits until both deliveries of what was disturbed are acknowledged and done.
func (b *bundle) bothHandled(kind slacksim.EnvelopeFaultKind) {
	b.t.Helper()
	b.until("both deliveries to be done", func() bool { // an ack changes nothing that people see
		sent, acks := map[string]int{}, map[string]int{}
		for _, e := range b.Slack.Journal() {
			switch {
			case e.Kind == slacksim.EntryEnvelope && e.Note == string(kind):
				sent[e.ID]++
			case e.Kind == slacksim.EntryAck:
				acks[e.ID]++
			}
		}
		for id, n := range sent {
			if acks[id] < n {
				return false
			}
		}
		return len(sent) > 0
	})
}
